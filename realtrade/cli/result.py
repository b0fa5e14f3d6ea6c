"""The summary table on stdout."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.monitor.summary import Row


def print_rows(rows: Sequence[Row]) -> None:
    """Print label and value of every row; colours only on a terminal."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim")
    table.add_column(justify="right")
    for row in rows:
        table.add_row(Text(row.label), Text(row.value))
    Console(highlight=False).print(table)
