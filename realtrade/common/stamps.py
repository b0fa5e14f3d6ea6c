"""Where bars lie on the time line, in arrays: opens, closes, and the stamps of Backtrader's lines.

A bar is stamped `due - finest`, the finest timeframe of a recipe being the unit: a bar of the
finest feed carries its own open time, and a longer bar the stamp of the fine bar that completes it.
Beside ticks, which have no length, every bar is stamped with the moment in which it is known.
Sorted by stamp, bars come in the order in which they are known: nothing is seen ahead of its time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from realtrade.utils.timeframes import Timeframe

_DAY_MS = 86_400_000
_MONDAY_MS = 4 * _DAY_MS  # 1970-01-05
_EPOCH_MS = 719_163 * _DAY_MS  # 1970-01-01 in Backtrader's count, in which day 1 opens the year 1


def open_times(at_ms: NDArray[np.int64], timeframe: Timeframe) -> NDArray[np.int64]:
    """Return `Timeframe.open_ms` of every time."""
    if timeframe.is_tick:
        return at_ms
    if timeframe.unit == "M":
        months = _months(at_ms)
        return _month_starts(months - months % timeframe.count)
    into = at_ms - (_MONDAY_MS if timeframe.unit == "w" else 0)
    into %= timeframe.approximate_ms  # in place, as below: these arrays may be most of the memory
    return np.subtract(at_ms, into, out=into)


def close_times(at_ms: NDArray[np.int64], timeframe: Timeframe) -> NDArray[np.int64]:
    """Return `Timeframe.close_ms` of every time."""
    if timeframe.is_tick:
        return at_ms
    opened = open_times(at_ms, timeframe)
    if timeframe.unit == "M":
        return _month_starts(_months(opened) + timeframe.count)
    opened += timeframe.approximate_ms
    return opened


def stamp_times(due_ms: NDArray[np.int64], finest: Timeframe) -> NDArray[np.int64]:
    """Return the stamps of bars due at `due_ms`, milliseconds since the epoch, UTC."""
    if finest.unit != "M":
        return due_ms - finest.approximate_ms
    closed = open_times(due_ms, finest)
    return open_times(closed - 1, finest) + (due_ms - closed)


def stamp_ms(due_ms: int, finest: Timeframe) -> int:
    """Return the stamp of one bar, as `stamp_times` does."""
    if finest.unit != "M":
        return due_ms - finest.approximate_ms
    closed = finest.open_ms(due_ms)
    return finest.open_ms(closed - 1) + due_ms - closed


def due_times(stamps_ms: NDArray[np.int64], finest: Timeframe) -> NDArray[np.int64]:
    """Return when the bars of those stamps were known: `stamp_times` undone.

    Beside bars of months, for those that are known as a month ends.
    """
    if finest.unit != "M":
        return stamps_ms + finest.approximate_ms
    return close_times(stamps_ms, finest)


def times_of(numbers: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the UTC time of each of Backtrader's numbers: `date_numbers` undone."""
    return np.rint(numbers * _DAY_MS - _EPOCH_MS).astype(np.int64)


def date_numbers(at_ms: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return Backtrader's `date2num` of every UTC time, equal to the last bit.

    Backtrader adds fractions of a day with `fsum`; one division gives the same double for whole
    milliseconds: between the years 1436 and 2870 doubles of this size lie 2**-33 days apart, no
    millisecond falls within 2**-51 days of a rounding boundary, and Backtrader's fractions are
    less than 2**-53 days wrong before they are rounded.
    """
    return (at_ms + _EPOCH_MS) / _DAY_MS


def date_number(at_ms: int) -> float:
    """Return Backtrader's `date2num` of one UTC time, as `date_numbers` does."""
    return (at_ms + _EPOCH_MS) / _DAY_MS


def _months(at_ms: NDArray[np.int64]) -> NDArray[np.int64]:
    return at_ms.astype("datetime64[ms]").astype("datetime64[M]").astype(np.int64)


def _month_starts(months: NDArray[np.int64]) -> NDArray[np.int64]:
    return months.astype("datetime64[M]").astype("datetime64[ms]").astype(np.int64)
