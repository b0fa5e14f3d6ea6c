"""What every bar must satisfy before money hangs on it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from realtrade.common.stamps import open_times

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from realtrade.feeds.config import Role
    from realtrade.feeds.findings import Findings
    from realtrade.feeds.values import Mask
    from realtrade.utils.timeframes import Timeframe

_ENDS: tuple[Role, ...] = ("open", "close")
_AMOUNTS: tuple[Role, ...] = ("volume", "quantity")
CHUNK = 1 << 16
"""Rows looked at in one go: what is made on the way then never grows with the file."""


def utc_text(at_ms: int) -> str:
    """Return a time as ISO 8601 in UTC, for messages."""
    moment = datetime.fromtimestamp(at_ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds" if at_ms % 1000 else "seconds")[:-6] + "Z"


def check_times(
    time_ms: NDArray[np.int64], timed: Mask, timeframe: Timeframe, findings: Findings
) -> None:
    """Note times off the timeframe's grid, earlier than the row before, or repeated by bars.

    Args:
        time_ms: open times of the whole file.
        timed: which rows have a time that could be read; the others are not looked at.
        timeframe: length of a bar.
        findings: where it is noted.
    """
    before = np.empty(0, np.intp)
    for first in range(0, len(time_ms), CHUNK):
        rows = first + np.flatnonzero(timed[first : first + CHUNK])
        _check_grid(time_ms, rows, timeframe, findings)
        rows = np.concatenate([before, rows])
        _check_order(time_ms, rows, findings, ticks=timeframe.is_tick)
        before = rows[-1:]


def _check_grid(
    time_ms: NDArray[np.int64], rows: NDArray[np.intp], timeframe: Timeframe, findings: Findings
) -> None:
    times = time_ms[rows]
    off = rows[times != open_times(times, timeframe)]
    findings.note(
        off,
        lambda row: f"time {utc_text(int(time_ms[row]))} is not the open of a {timeframe} bar",
    )


def _check_order(
    time_ms: NDArray[np.int64], rows: NDArray[np.intp], findings: Findings, *, ticks: bool
) -> None:
    step = np.diff(time_ms[rows])
    again = rows[1:][(step == 0) & (not ticks)]
    findings.note(again, lambda row: f"time {utc_text(int(time_ms[row]))} is there twice")
    back = rows[1:][step < 0]
    findings.note(
        back, lambda row: f"time {utc_text(int(time_ms[row]))} is earlier than the row before"
    )


def check_values(
    columns: Mapping[Role, NDArray[np.float64]], kept: Mask, findings: Findings
) -> None:
    """Note prices not above zero, negative volumes, and bars that contradict themselves.

    Args:
        columns: `open high low close volume`, or `price quantity`, whole; what is not finite was
            noted before.
        kept: rows to look at.
        findings: where it is noted.
    """
    for first in range(0, len(kept), CHUNK):
        part = {name: values[first : first + CHUNK] for name, values in columns.items()}
        _check_part(part, kept[first : first + CHUNK], findings, first)


def _check_part(
    columns: Mapping[Role, NDArray[np.float64]], kept: Mask, findings: Findings, first: int
) -> None:
    sound = kept & np.logical_and.reduce([np.isfinite(values) for values in columns.values()])
    for name, values in columns.items():
        low, what = (
            (values < 0, "is negative") if name in _AMOUNTS else (values <= 0, "is not above zero")
        )
        bad = np.flatnonzero(kept & low & np.isfinite(values))
        findings.note(bad, _say(name, values, what), first)
    if "high" in columns:
        _check_shape(columns, sound, findings, first)


def _check_shape(
    columns: Mapping[Role, NDArray[np.float64]], sound: Mask, findings: Findings, first: int
) -> None:
    high, low = columns["high"], columns["low"]
    crossed = high < low
    findings.note(
        np.flatnonzero(sound & crossed),
        lambda row: f"high {float(high[row])!r} is below low {float(low[row])!r}",
        first,
    )
    for name in _ENDS:
        values = columns[name]
        above = sound & ~crossed & (values > high)
        findings.note(np.flatnonzero(above), _say(name, values, "is above the high"), first)
        below = sound & ~crossed & (values < low)
        findings.note(np.flatnonzero(below), _say(name, values, "is below the low"), first)


def _say(name: Role, values: NDArray[np.float64], what: str) -> Callable[[int], str]:
    return lambda row: f"{name} {float(values[row])!r} {what}"
