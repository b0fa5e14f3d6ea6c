"""Bars that are not there. A gap is no error: exchanges halt, and quiet markets trade nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from realtrade.common.stamps import close_times
from realtrade.feeds.checks import utc_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.model.bar import BarColumns
    from realtrade.utils.timeframes import Timeframe


class Gap(NamedTuple):
    """Missing bars between two that are there."""

    from_ms: int
    """Open of the first missing bar, milliseconds since the epoch, UTC."""
    to_ms: int
    """Open of the next bar that is there."""
    missing: int
    """Bars missing."""


def gaps(columns: BarColumns, timeframe: Timeframe) -> list[Gap]:
    """Return the gaps between bars of `timeframe`, oldest first; between ticks there are none."""
    if timeframe.is_tick:
        return []
    expected = close_times(columns.time_ms[:-1], timeframe)
    at = np.flatnonzero(columns.time_ms[1:] > expected)
    return [
        Gap(int(expected[i]), int(opened), _bars_between(int(expected[i]), int(opened), timeframe))
        for i, opened in zip(at, columns.time_ms[1:][at], strict=True)
    ]


def describe_gaps(found: Sequence[Gap]) -> str:
    """Say in a line how many gaps there are and which is the longest; empty when there is none."""
    if not found:
        return ""
    longest = max(found, key=lambda gap: gap.missing)
    missing = sum(gap.missing for gap in found)
    return (
        f"{_counted(len(found), 'gap')}, {_counted(missing, 'bar')} missing, the longest "
        f"{_counted(longest.missing, 'bar')} from {utc_text(longest.from_ms)}"
    )


def _bars_between(from_ms: int, to_ms: int, timeframe: Timeframe) -> int:
    if timeframe.unit != "M":
        return (to_ms - from_ms) // timeframe.approximate_ms
    months = np.array([from_ms, to_ms], "datetime64[ms]").astype("datetime64[M]").astype(np.int64)
    return int(months[1] - months[0]) // timeframe.count


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
