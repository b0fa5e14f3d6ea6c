"""Bars of every timeframe, made from prices as they happen, or taken as given."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from realtrade.utils.timeframes import Timeframe

if TYPE_CHECKING:
    from collections.abc import Iterator

TIMEFRAMES = (
    *("1s", "1m", "3m", "5m", "15m", "30m"),
    *("1h", "2h", "4h", "6h", "8h", "12h"),
    *("1d", "3d", "1w", "1M"),
)
_MOST_FLAT = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SimBar:
    """One interval with exact prices."""

    open_ms: int
    close_ms: int
    """The next bar's open."""
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal = Decimal(0)
    turnover: Decimal = Decimal(0)
    """Volume in quote currency."""
    trades: int = 0

    def joined(self, later: SimBar) -> SimBar:
        """Return this bar grown by a later, shorter one; prices begin with its first trade."""
        if not self.trades:
            return replace(later, open_ms=self.open_ms, close_ms=self.close_ms)
        return SimBar(
            open_ms=self.open_ms,
            close_ms=self.close_ms,
            open=self.open,
            high=max(self.high, later.high),
            low=min(self.low, later.low),
            close=later.close,
            volume=self.volume + later.volume,
            turnover=self.turnover + later.turnover,
            trades=self.trades + later.trades,
        )


class Series:
    """The bars of one timeframe: closed ones in order, and the one that is growing."""

    def __init__(self, timeframe: str) -> None:
        self.name = timeframe
        self._timeframe = Timeframe.parse(timeframe)
        self.closed: list[SimBar] = []
        self.growing: SimBar | None = None

    def turn(self, now_ms: int, *, fill: bool) -> Iterator[SimBar]:
        """Close what has ended by `now_ms`; with `fill`, also flat bars where nothing traded."""
        growing = self.growing
        while growing is not None and growing.close_ms <= now_ms:
            self.closed.append(growing)
            yield growing
            growing = self.growing = self._after(growing, now_ms) if fill else None

    def add(self, piece: SimBar) -> None:
        """Let the growing bar take `piece` in, or begin with it."""
        if self.growing is None:
            opened = self._timeframe.open_ms(piece.open_ms)
            closes = self._timeframe.close_ms(piece.open_ms)
            self.growing = replace(piece, open_ms=opened, close_ms=closes)
        else:
            self.growing = self.growing.joined(piece)

    def between(self, start_ms: int | None, end_ms: int | None, limit: int) -> list[SimBar]:
        """Return bars opened from `start_ms` to `end_ms`: the first ones, or the last if no start.

        The growing bar counts.
        """
        bars = [*self.closed, *([self.growing] if self.growing else [])]
        first = 0 if start_ms is None else bisect_left(bars, start_ms, key=_open)
        last = len(bars) if end_ms is None else bisect_left(bars, end_ms + 1, key=_open)
        found = bars[first:last]
        return found[-limit:] if start_ms is None else found[:limit]

    def _after(self, bar: SimBar, now_ms: int) -> SimBar:
        start = bar.close_ms
        length = self._timeframe.approximate_ms
        if now_ms - start > _MOST_FLAT * length:
            start = self._timeframe.open_ms(now_ms - length)  # nobody wants a million flat bars
        return SimBar(
            open_ms=start,
            close_ms=self._timeframe.close_ms(start),
            open=bar.close,
            high=bar.close,
            low=bar.close,
            close=bar.close,
        )


def _open(bar: SimBar) -> int:
    return bar.open_ms


class BarBook:
    """All series of one market, from a finest timeframe up."""

    def __init__(self, finest: str = "1m") -> None:
        finest_frame = Timeframe.parse(finest)
        names = [name for name in TIMEFRAMES if finest_frame.divides(Timeframe.parse(name))]
        self.series = {name: Series(name) for name in names}
        self.finest = finest
        self.keep(finest)

    @property
    def empty(self) -> bool:
        """Tell whether there was never a bar."""
        return not any(one.closed or one.growing for one in self.series.values())

    @property
    def quiet(self) -> bool:
        """Tell whether no bar of the finest timeframe has begun."""
        return self.series[self.finest].growing is None

    def keep(self, finest: str) -> None:
        """Forget every timeframe that is not made of whole bars of `finest`."""
        frame = Timeframe.parse(finest)
        self.series = {
            name: one for name, one in self.series.items() if frame.divides(Timeframe.parse(name))
        }
        self.finest = finest

    def turn(self, now_ms: int, *, fill: bool = True) -> list[tuple[str, SimBar]]:
        """Close bars that have ended by `now_ms`; return them, finest first."""
        return [
            (name, bar)
            for name, series in self.series.items()
            for bar in series.turn(now_ms, fill=fill)
        ]

    def add(self, piece: SimBar) -> None:
        """Let every series grow by `piece`."""
        for series in self.series.values():
            series.add(piece)

    def traded(self, now_ms: int, price: Decimal, quantity: Decimal) -> None:
        """Let every series grow by one trade."""
        self.add(
            SimBar(
                open_ms=now_ms,
                close_ms=now_ms,
                open=price,
                high=price,
                low=price,
                close=price,
                volume=quantity,
                turnover=price * quantity,
                trades=1,
            )
        )
