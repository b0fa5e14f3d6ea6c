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


def utc_text(at_ms: int) -> str:
    """Return a time as ISO 8601 in UTC, for messages."""
    moment = datetime.fromtimestamp(at_ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds" if at_ms % 1000 else "seconds")[:-6] + "Z"


def check_times(
    time_ms: NDArray[np.int64], rows: NDArray[np.intp], timeframe: Timeframe, findings: Findings
) -> None:
    """Note times off the timeframe's grid, repeated, or earlier than the row before.

    Args:
        time_ms: open times of the whole file.
        rows: the rows whose time could be read; the others are not looked at.
        timeframe: length of a bar.
        findings: where it is noted.
    """
    times = time_ms[rows]
    off = rows[times != open_times(times, timeframe)]
    findings.note(
        off,
        lambda row: f"time {utc_text(int(time_ms[row]))} is not the open of a {timeframe} bar",
    )
    step = np.diff(times)
    again = rows[1:][step == 0]
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
        columns: `open high low close volume`, whole; what is not finite was noted before.
        kept: rows to look at.
        findings: where it is noted.
    """
    sound = kept & np.logical_and.reduce([np.isfinite(values) for values in columns.values()])
    for name, values in columns.items():
        low, what = (
            (values < 0, "is negative") if name == "volume" else (values <= 0, "is not above zero")
        )
        findings.note(np.flatnonzero(kept & low & np.isfinite(values)), _say(name, values, what))
    _check_shape(columns, sound, findings)


def _check_shape(
    columns: Mapping[Role, NDArray[np.float64]], sound: Mask, findings: Findings
) -> None:
    high, low = columns["high"], columns["low"]
    crossed = high < low
    findings.note(
        np.flatnonzero(sound & crossed),
        lambda row: f"high {float(high[row])!r} is below low {float(low[row])!r}",
    )
    for name in _ENDS:
        values = columns[name]
        above = sound & ~crossed & (values > high)
        findings.note(np.flatnonzero(above), _say(name, values, "is above the high"))
        below = sound & ~crossed & (values < low)
        findings.note(np.flatnonzero(below), _say(name, values, "is below the low"))


def _say(name: Role, values: NDArray[np.float64], what: str) -> Callable[[int], str]:
    return lambda row: f"{name} {float(values[row])!r} {what}"
