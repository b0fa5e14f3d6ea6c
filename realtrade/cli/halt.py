"""`realtrade halt [BOT]`: the kill switch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from realtrade.cli.bots import ask, bot_argument, everyone, find, keep_halt
from realtrade.cli.exits import ExitCode, Failure

if TYPE_CHECKING:
    from pathlib import Path

    from realtrade.engine.state import StateFolder


@click.command()
@bot_argument
@click.option("--reason", default="asked to", metavar="TEXT", help="Why; it is logged and told.")
@click.option("--all", "every", is_flag=True, help="Halt every bot that runs.")
def halt(bot: str | None, state: Path | None, reason: str, every: bool) -> int:
    """Stop BOT from taking on new exposure and cancel its open entries, until `realtrade resume`.

    BOT is a recipe, a bot's name or its state folder; left out, the only bot that runs. Positions
    stay, with the orders that protect them; `realtrade flatten` closes them too. The halt outlives
    a restart, and holds for a bot that does not run as soon as it is started.
    """
    bots = [one for one in everyone() if one.alive()] if every else [find(bot, state)]
    failures = [told for told in (_halt(one, reason) for one in bots) if told is not None]
    if failures:
        raise failures[0]
    return ExitCode.OK


def _halt(found: StateFolder, reason: str) -> Failure | None:
    keep_halt(found, reason)
    if not found.alive():
        click.echo(f"{found.path.name} is not running; it will start halted")
        return None
    try:
        ask(found, "halt", reason=reason)
    except Failure as failure:
        return failure
    click.echo(f"{found.path.name} is halted")
    return None
