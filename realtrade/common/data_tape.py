"""A Backtrader feed as the simulated venue reads it, and times across the two worlds."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from realtrade.common.simulated.market import Quote
from realtrade.common.stamps import date_number

if TYPE_CHECKING:
    from datetime import datetime

_DAY_MS = 86_400_000
_EPOCH_MS = 719_163 * _DAY_MS
"""1970-01-01 on Backtrader's scale, days since the year 1."""


def to_ms(number: float) -> int:
    """Return a Backtrader time as milliseconds since the epoch; beyond counting becomes zero.

    A time between two milliseconds belongs to the earlier: Backtrader's sessions end 10 µs before
    midnight, and a bar at midnight must come after.
    """
    if not isfinite(number):
        return 0
    nearest = int(number * _DAY_MS - _EPOCH_MS + 0.5)
    return nearest if (nearest + _EPOCH_MS) / _DAY_MS <= number else nearest - 1


class DataTape:
    """The newest bar of one Backtrader feed, read straight from its line buffers."""

    __slots__ = (
        "_attributes",
        "_close",
        "_data",
        "_high",
        "_low",
        "_ms",
        "_number",
        "_open",
        "_times",
        "_volume",
    )

    def __init__(self, data: Any) -> None:
        lines = data.lines
        self._data = data
        self._attributes = data.__dict__
        self._times = lines.datetime
        self._open = lines.open
        self._high = lines.high
        self._low = lines.low
        self._close = lines.close
        self._volume = lines.volume
        self._number, self._ms = 0.0, to_ms(0.0)

    def ms(self, number: float) -> int:
        """Return `to_ms(number)`; the newest bar's is asked for again and again."""
        if number != self._number:
            self._number, self._ms = number, to_ms(number)
        return self._ms

    def quote(self) -> Quote:
        """Return the newest bar, or as much of it as a replayed bar has shown."""
        seen = self._attributes.get
        if "tick_close" not in self._attributes:
            return Quote(
                self.ms(self._times[0]),
                self._open[0],
                self._high[0],
                self._low[0],
                self._close[0],
            )
        price, high = seen("tick_open"), seen("tick_high")
        low, close = seen("tick_low"), seen("tick_close")
        return Quote(
            self.ms(self._times[0]),
            self._open[0] if price is None else price,
            self._high[0] if high is None else high,
            self._low[0] if low is None else low,
            self._close[0] if close is None else close,
        )

    def open(self) -> float:
        """Return the newest bar's open."""
        return float(self._open[0])

    def opening(self) -> float:
        """Return what `quote` tells as the open."""
        seen: float | None = self._attributes.get("tick_open")
        return self._open[0] if seen is None else seen

    def close(self) -> float:
        """Return the newest bar's close."""
        return float(self._close[0])

    def time_ms(self, ago: int = 0) -> int:
        """Return the time of the newest bar, or of the one before it for `ago` -1.

        A feed that has not started is older than any.
        """
        return self.ms(self._times[ago]) if self._times.lencount else 0

    def values(self, ago: int = 0) -> tuple[float, float, float, float, float]:
        """Return open, high, low, close and volume of a bar."""
        lines = (self._open, self._high, self._low, self._close, self._volume)
        price, high, low, close, volume = (float(line[ago]) for line in lines)
        return price, high, low, close, volume

    def __len__(self) -> int:
        """Return how many bars have come."""
        return int(self._times.lencount)

    def number(self, ago: int = 0) -> float:
        """Return the same time as Backtrader's number."""
        return float(self._times[ago])

    def number_at(self, time_ms: int, decided: float) -> float:
        """Return the number of a moment: that of a bar at hand, digit for digit, if it is one.

        `decided` is the number of the bar an order was decided on: who cheats on close trades then.
        """
        newest: float | None = self._times[0] if self._times.lencount else None
        if newest is not None and self.ms(newest) == time_ms:
            return newest
        return decided if to_ms(decided) == time_ms else date_number(time_ms)

    def now(self) -> datetime:
        """Return the time of the newest bar in the feed's own zone."""
        moment: datetime = self._data.num2date(self._times[0])
        return moment
