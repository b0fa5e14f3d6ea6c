"""The bar a restart begins with: history ends before it, and it is traded like any live one."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from realtrade.model.bar import Bar, BarColumns


def to_run_again(columns: BarColumns, mark_ms: int | None) -> Bar | None:
    """Return the newest bar if it is the first one the strategy was not done with.

    The process ended during that bar or just before it. Older missed bars are history: what was
    decided on their prices must not be traded now.

    Args:
        columns: closed bars, the newest last.
        mark_ms: open time of the newest bar the strategy was done with; None when there is none.
    """
    if mark_ms is None or len(columns) < 2 or int(columns.time_ms[-2]) != mark_ms:  # noqa: PLR2004  # that bar and the next
        return None
    return columns.bar(len(columns) - 1)


def batches(bars: Mapping[str, Bar]) -> Iterator[Sequence[tuple[str, Bar]]]:
    """Yield bars by feed name, those due at once together, in the order in which they were due."""
    ordered = sorted(bars.items(), key=lambda item: item[1].due_ms)
    for _, together in groupby(ordered, key=lambda item: item[1].due_ms):
        yield list(together)
