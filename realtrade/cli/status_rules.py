"""Where the risk rules of a running bot stand, as `realtrade status BOT` tells it."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

_COLUMNS = ("rule", "type", "stands", "left", "refused")
_NONE = "no reading"


def print_rules(rules: Sequence[dict[str, Any]]) -> None:
    """Print a table on a terminal, tabs in a pipe; nothing where there are no rules."""
    rows = [_cells(rule) for rule in rules]
    if not sys.stdout.isatty():
        for row in rows:
            click.echo("\t".join(("rule", *row)))
    elif rows:
        _table(rules, rows)


def _cells(rule: dict[str, Any]) -> list[str]:
    said = str(rule["text"]) or _NONE
    halted = _halted(rule["halt"])
    stands = f"{halted}; {said}" if halted and rule["value"] is not None else halted or said
    refused = [f"{rule[what]} {what}" for what in ("denied", "cut", "acted") if rule[what]]
    return [str(rule["rule"]), str(rule["type"]), stands, _left(rule), ", ".join(refused) or "-"]


def _halted(halt: dict[str, Any] | None) -> str:
    if halt is None:
        return ""
    until_ms = halt["until_ms"]
    until = "resumed"
    if until_ms is not None:
        until = f"{datetime.fromtimestamp(until_ms / 1000, UTC):%Y-%m-%d %H:%M} UTC"
    what = "halted and flattening" if halt["flatten"] else "halted"
    return f"{what} until {until}: {halt['reason']}"


def _left(rule: dict[str, Any]) -> str:
    """Return the head-room in the rule's units, with its share of the limit."""
    if rule["left"] is None or not Decimal(rule["limit"]):
        return "-"
    left = Decimal(rule["left"])
    share = left / abs(Decimal(rule["limit"]))
    number = f"{left:,.8f}".rstrip("0").rstrip(".")
    return f"{number} ({share:.1%})" if share.is_finite() and share <= 1 else number


def _table(rules: Sequence[dict[str, Any]], rows: Sequence[Sequence[str]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None)
    for heading in _COLUMNS:
        right = heading == "left"
        table.add_column(heading, justify="right" if right else "left", overflow="fold")
    for rule, row in zip(rules, rows, strict=True):
        wrong = rule["breached"] or rule["halt"]
        table.add_row(*(Text(cell, style="red" if wrong else "") for cell in row))
    console = Console(highlight=False)
    console.print()
    console.print(table)
