"""What feeds that run together must agree on: the finest timeframe, the span, rising stamps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from realtrade.feeds.checks import utc_text
from realtrade.plugins.ports.feed import FeedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from realtrade.model.bar import BarColumns
    from realtrade.utils.timeframes import Timeframe


def finest_timeframe(timeframes: Iterable[Timeframe]) -> Timeframe:
    """Return the shortest: the unit in which bars of all feeds are stamped."""
    return min(timeframes, key=lambda timeframe: timeframe.approximate_ms)


def within(
    columns: BarColumns, name: str, start_ms: int | None = None, end_ms: int | None = None
) -> BarColumns:
    """Return the bars that open from `start_ms` on and before `end_ms`, as views.

    Cut base bars before resampling them: a replay sees no others either.

    Raises:
        FeedError: no bar of feed `name` is left; says what there was.
    """
    first = 0 if start_ms is None else int(np.searchsorted(columns.time_ms, start_ms))
    last = len(columns) if end_ms is None else int(np.searchsorted(columns.time_ms, end_ms))
    if first < last:
        return columns.part(first, last)
    limits = (("from", start_ms), ("to", end_ms))
    wanted = "".join(f" {word} {utc_text(at)}" for word, at in limits if at is not None)
    there = "it is empty"
    if len(columns):
        oldest, newest = int(columns.time_ms[0]), int(columns.time_ms[-1])
        there = f"its bars open {utc_text(oldest)} to {utc_text(newest)}"
    msg = f"feed '{name}' has no bar{wanted}; {there}"
    raise FeedError(msg)


def check_stamps(columns: BarColumns, name: str, *, ticks: bool = False) -> None:
    """Make sure that open times and due times strictly rise, so that stamps do.

    Several `ticks` may be of one moment: their times must not step back.

    Raises:
        FeedError: a bar of feed `name` is not later than the one before.
    """
    for what, times in (("opens", columns.time_ms), ("is due", columns.due_ms)):
        stuck = np.flatnonzero(np.diff(times) < (0 if ticks else 1))
        if len(stuck):
            at = utc_text(int(times[stuck[0] + 1]))
            msg = f"feed '{name}': the bar that {what} {at} is not later than the one before"
            raise FeedError(msg)
