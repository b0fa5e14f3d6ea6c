"""`realtrade status [BOT]`: the bots of this machine, or one of them whole."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from realtrade.cli.bots import bot_argument, everyone, find
from realtrade.cli.exits import ExitCode
from realtrade.cli.status_rules import print_rules

if TYPE_CHECKING:
    from pathlib import Path

    from realtrade.engine.state import StateFolder

_COLUMNS = ("name", "mode", "phase", "health", "equity", "positions", "since", "pid", "folder")


@click.command()
@bot_argument
@click.option(
    "-o",
    "--output",
    type=click.Choice(["text", "json"]),
    default="text",
    help="text: a table, or tabs in a pipe; json: everything.",
)
def status(bot: str | None, state: Path | None, output: str) -> int:
    """Show the bots of this machine and how they are: those that run, and those that are halted.

    BOT is a recipe, a bot's name or its state folder; left out, all of them. Of one bot that runs
    it also tells where every risk rule stands, and what is left to its limit.
    """
    if bot is None and state is None:
        reports = [one for one in map(report, everyone()) if one["running"] or one["halt"]]
    else:
        reports = [report(find(bot, state))]
    if output == "json":
        click.echo(json.dumps({"format_version": 1, "bots": reports}, indent=2))
        return ExitCode.OK
    if sys.stdout.isatty():
        _table(reports)
    else:
        for one in reports:
            click.echo("\t".join(_cells(one)))
    if bot is not None or state is not None:
        print_rules(reports[0]["status"].get("rules", ()))
    return ExitCode.OK


def report(found: StateFolder) -> dict[str, Any]:
    """Return what is known of one bot: it runs, it is halted, what it said of itself last."""
    alive, note = found.alive(), found.recall()
    running = found.running() if alive else None
    return {
        "name": found.path.name if running is None else running.name,
        "running": alive,
        "pid": None if running is None else running.pid,
        "mode": None if running is None else running.mode,
        "recipe": None if running is None else running.recipe,
        "address": None if running is None else running.address,
        "started_ms": None if running is None else running.started_ms,
        "halt": None if note is None else {"reason": note.reason, "by": note.by},
        "folder": str(found.path),
        "status": found.status() if alive else {},
    }


def _cells(one: dict[str, Any]) -> list[str]:
    said = one["status"]
    stopped = "halted, not running" if one["halt"] else "not running"
    since = one["started_ms"]
    values = {
        **one,
        "phase": said.get("phase", "starting") if one["running"] else stopped,
        "health": said.get("health", {}).get("status", "-"),
        "equity": f"{said['equity']} {said.get('currency', '')}" if "equity" in said else "-",
        "positions": len(said.get("positions", ())) if said else "-",
        "since": "-" if since is None else _moment(since),
    }
    return ["-" if values[name] is None else str(values[name]) for name in _COLUMNS]


def _moment(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M")


def _table(reports: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*_COLUMNS, box=None)
    for one in reports:
        table.add_row(*(Text(cell) for cell in _cells(one)))
    Console(highlight=False).print(table)
