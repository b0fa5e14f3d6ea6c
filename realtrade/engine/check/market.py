"""The bars of a recipe's feeds, and other markets made of them: cut off, bent, begun later."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from realtrade.common.stamps import stamp_times
from realtrade.engine.bank import Bank, Shelf
from realtrade.feeds import finest_timeframe
from realtrade.model.bar import BarColumns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from realtrade.utils.timeframes import Timeframe


@dataclass(frozen=True, slots=True)
class Market:
    """The bars of every feed that is not made of others.

    Times are stamps, as strategies see them: a bar's due time less the finest timeframe.
    """

    shelves: Mapping[str, Shelf]
    finest: Timeframe
    """Shortest timeframe of all feeds of the recipe."""

    def bank(self) -> Bank:
        """Return what a run takes its bars from."""
        return Bank(self.shelves)

    def columns(self, name: str) -> BarColumns:
        """Return the bars of one feed."""
        columns = self.shelves[name].columns
        assert columns is not None  # noqa: S101 - a market is made of columns, never of files
        return columns

    def length_ms(self, name: str) -> int:
        """Return how long a bar of a feed is; of ticks, how far they are apart on average."""
        frame, times = self.shelves[name].timeframe, self.columns(name).time_ms
        if not frame.is_tick:
            return frame.approximate_ms
        span_ms = int(times[-1] - times[0]) if len(times) else 0
        return max(span_ms // max(len(times) - 1, 1), 1)

    def stamps(self, name: str) -> NDArray[np.int64]:
        """Return the stamps of one feed's bars."""
        return stamp_times(self.columns(name).due_ms, self.finest)

    @property
    def clock(self) -> str:
        """The feed in whose bars time is counted: the first of the shortest timeframe."""
        shortest = finest_timeframe(shelf.timeframe for shelf in self.shelves.values())
        return next(name for name, shelf in self.shelves.items() if shelf.timeframe == shortest)

    def ticks(self) -> NDArray[np.int64]:
        """Return the stamps of the clock's bars."""
        return self.stamps(self.clock)

    def __len__(self) -> int:
        """Return how many bars all feeds have together: what a run costs."""
        return sum(len(self.columns(name)) for name in self.shelves)

    def until(self, stamp_ms: int) -> Market:
        """Return the market as it was known with the bars stamped `stamp_ms`, and no more."""
        return self._each(lambda name, bars: bars.part(0, self._known(name, stamp_ms)))

    def between(self, first_ms: int, stamp_ms: int) -> Market:
        """Return the bars known by `stamp_ms` that open no earlier than the clock's `first_ms`.

        A bar that was open at the start is left out, as an exchange's history begins with a whole
        bar. A feed that would be left without bars keeps its newest, since no run goes without.
        """

        def part(name: str, bars: BarColumns) -> BarColumns:
            last = self._known(name, stamp_ms)
            first = int(np.searchsorted(bars.time_ms, first_ms))
            return bars.part(min(first, max(last - 1, 0)), last)

        return self._each(part)

    def otherwise(self, stamp_ms: int) -> Market:
        """Return a market with the same past and another future.

        After `stamp_ms` every price moves against the real one, and twice as far on a log scale;
        volumes come in reverse.
        """
        return self._each(lambda name, bars: _bent(bars, self._known(name, stamp_ms)))

    def last(self, bars: int) -> Market:
        """Return the market from the clock's last `bars` on."""
        times = self.columns(self.clock).time_ms
        if len(times) <= bars:
            return self
        return self.between(int(times[-bars]), int(self.ticks()[-1]))

    def _known(self, name: str, stamp_ms: int) -> int:
        return int(np.searchsorted(self.stamps(name), stamp_ms, side="right"))

    def _each(self, change: Callable[[str, BarColumns], BarColumns]) -> Market:
        shelves = {
            name: replace(shelf, columns=change(name, self.columns(name)))
            for name, shelf in self.shelves.items()
        }
        return Market(shelves, self.finest)


def _bent(bars: BarColumns, known: int) -> BarColumns:
    pivot = bars.close[known - 1] if known else bars.open[0]

    def bend(column: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.concatenate([column[:known], pivot * (pivot / other[known:]) ** 2])

    return BarColumns(
        bars.time_ms,
        bars.due_ms,
        bend(bars.open, bars.open),
        bend(bars.high, bars.low),
        bend(bars.low, bars.high),
        bend(bars.close, bars.close),
        np.concatenate([bars.volume[:known], bars.volume[known:][::-1]]),
    )
