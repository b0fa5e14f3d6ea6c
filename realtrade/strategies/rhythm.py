"""Doing something every so many bars, on the same bars after a restart."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import backtrader as bt

_SECONDS = MappingProxyType(
    {
        bt.TimeFrame.Seconds: 1,
        bt.TimeFrame.Minutes: 60,
        bt.TimeFrame.Days: 86_400,
        bt.TimeFrame.Weeks: 604_800,
    }
)
_DAY_S = 86_400
_ROUNDING_S = 0.001  # a float of days since the year 1 is good for some ten microseconds


class Rhythm:
    """Tells when a new stretch of `bars` bars begins.

    Bars are counted from the calendar's beginning by their time, so that a missing bar or a
    restart shifts nothing; where their length is not fixed, as of months, from the first one.
    """

    def __init__(self, data: Any, bars: int) -> None:
        self._data = data
        self._bars = bars
        unit = _SECONDS.get(data._timeframe)  # noqa: SLF001 - Backtrader has no public name
        self._length_s = unit and unit * data._compression  # noqa: SLF001 - as above
        self._stretch: int | None = None

    @property
    def length_s(self) -> int | None:
        """Return the seconds of a stretch; None where stretches are counted from the first bar."""
        return self._length_s and self._length_s * self._bars

    def begins(self) -> bool:
        """Tell whether this bar is in another stretch than the one asked about before."""
        before, self._stretch = self._stretch, self.stretch()
        return before is not None and before != self._stretch

    def stretch(self) -> int:
        """Return the number of the stretch this bar is in."""
        return self._number() // self._bars

    def _number(self) -> int:
        if self._length_s is None:
            return len(self._data)
        return int((self._data.datetime[0] * _DAY_S + _ROUNDING_S) // self._length_s)
