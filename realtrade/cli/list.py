"""`realtrade list`: what is installed, from metadata alone."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from realtrade.cli.kinds import offered_kinds, parsed_kind
from realtrade.plugins import Kind, PluginError, Registry

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list; `summary` is the named error where the plugin is broken."""

    kind: Kind
    name: str
    distribution: str
    summary: str
    broken: bool


@click.command("list")
@click.argument("kind", required=False, callback=parsed_kind, shell_complete=offered_kinds)
def list_plugins(kind: Kind | None) -> None:
    """List the installed plugins of one KIND, or of all.

    On a terminal a table; in a pipe one plugin a line: kind, name, distribution and summary,
    separated by tabs. A plugin that cannot be loaded is listed with its error, and takes no
    other down.
    """
    rows = plugin_rows(Registry(), [kind] if kind else list(Kind))
    if sys.stdout.isatty():
        _print_table(rows)
        return
    for row in rows:
        click.echo("\t".join(_flat(cell) for cell in _cells(row)))


def plugin_rows(registry: Registry, kinds: Sequence[Kind]) -> list[Row]:
    """Return one row for each plugin of `kinds`, working or broken."""
    return [_row(registry, kind, name) for kind in kinds for name in registry.names(kind)]


def _row(registry: Registry, kind: Kind, name: str) -> Row:
    try:
        summary, broken = registry.get(kind, name).summary, False
    except PluginError as error:
        summary, broken = f"error: {error}", True
    return Row(kind, name, _distribution(registry, kind, name), summary, broken)


def _distribution(registry: Registry, kind: Kind, name: str) -> str:
    try:
        return registry.distribution(kind, name)
    except PluginError:  # two bring it: the summary says which
        return "?"


def _cells(row: Row) -> tuple[str, str, str, str]:
    return str(row.kind), row.name, row.distribution, row.summary


def _flat(cell: str) -> str:
    return " ".join(cell.split())


def _print_table(rows: Sequence[Row]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("kind", "name", "distribution", "summary", box=None, pad_edge=False)
    for row in rows:
        style = "red" if row.broken else ""
        table.add_row(*(Text(_flat(cell), style=style) for cell in _cells(row)))
    Console().print(table)
