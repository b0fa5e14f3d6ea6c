"""Moves prices and market time: by hand, along bars, or at random from a seed."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from realtrade.testing.exchange import matching
from realtrade.testing.exchange.bars import SimBar
from realtrade.testing.exchange.events import BarsChanged, PriceMoved
from realtrade.utils.timeframes import Timeframe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from realtrade.testing.exchange.core import Core
    from realtrade.testing.exchange.desk import Desk
    from realtrade.utils.clock import ManualClock

_SMALL_TRADE = 100
"""Lots of a public trade that nobody sized."""


class Played(NamedTuple):
    """Prices and volume of a bar to be played, on the market's steps."""

    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal

    def path(self) -> tuple[Decimal, Decimal, Decimal, Decimal]:
        """Return the order in which its prices are visited: the near extreme first."""
        if self.close >= self.open:
            return self.open, self.low, self.high, self.close
        return self.open, self.high, self.low, self.close


class Player:
    """The one that moves prices, and the only one that moves market time.

    Market time names bars, each market has its own, and it never steps back. Orders and fills are
    stamped by the core's clock instead.

    Args:
        core: The exchange whose prices move.
        start_ms: Market time to begin with.
        seed: Of random moves.
        follower: A clock that is to keep up with market time.
    """

    def __init__(
        self, core: Core, *, start_ms: int, seed: int, follower: ManualClock | None = None
    ) -> None:
        self._core = core
        self._follower = follower
        for desk in core.desks.values():
            desk.market_ms = start_ms
        self._random = Random(seed)  # noqa: S311 - made-up prices, not secrets

    def move(self, symbol: str, price: Decimal, quantity: Decimal | None = None) -> None:
        """Let a trade happen at `price`, a jump from wherever the price was."""
        with self._core.lock:
            desk = self._core.desk(symbol)
            self._trade(desk, desk.market.on_tick(price), quantity, grow=True)

    def walk(self, symbol: str, price: Decimal, *, grow: bool = True) -> None:
        """Move the price to `price` through every price at which a waiting order acts."""
        with self._core.lock:
            desk = self._core.desk(symbol)
            end = desk.market.on_tick(price)
            while True:
                ways = matching.stations(desk.waiting.values(), desk.price, end)
                if not ways:
                    break
                self._trade(desk, self._outward(desk, ways[0], end), None, grow=grow)
            self._trade(desk, end, None, grow=grow)

    def stroll(self, symbol: str, bps: Decimal) -> None:
        """Move the price at random by up to `bps` hundredths of a percent."""
        price = self._core.desk(symbol).price
        turn = Decimal(self._random.randint(-1000, 1000)) * bps / Decimal(10_000_000)
        self.walk(symbol, price * (1 + turn))

    def advance(self, milliseconds: int) -> None:
        """Let market time pass; bars that end are closed, flat ones where nothing traded."""
        with self._core.lock:
            for desk in self._core.desks.values():
                self._turn(desk, desk.market_ms + milliseconds, fill=True)
            self._core.engine.expire()

    def play(self, bars: Mapping[str, Played], timeframe: str, open_ms: int) -> None:
        """Play one bar of each symbol, all of them of the interval that opens at `open_ms`.

        Waiting orders meet the path open, near extreme, far extreme, close. The closed bars have
        exactly the prices and volumes given; bars are made from `timeframe` up.

        Raises:
            ValueError: the interval has passed in a market's own time.
        """
        close_ms = Timeframe.parse(timeframe).close_ms(open_ms)
        with self._core.lock:
            desks = [self._core.desk(symbol) for symbol in bars]
            for desk in desks:
                self._enter(desk, open_ms)
            for desk, bar in zip(desks, bars.values(), strict=True):
                self._play(desk, bar, timeframe, open_ms, close_ms)
            for desk in desks:
                self._turn(desk, close_ms, fill=False)
            self._core.engine.expire()

    def next_open_ms(self, symbol: str, timeframe: str) -> int:
        """Return the open of the first bar that the market's time has not entered."""
        frame, desk = Timeframe.parse(timeframe), self._core.desk(symbol)
        if desk.bars.quiet and frame.open_ms(desk.market_ms) == desk.market_ms:
            return desk.market_ms
        return frame.close_ms(desk.market_ms)

    def _enter(self, desk: Desk, open_ms: int) -> None:
        """Bring a market's time to the opening of a bar; before its first bar it may be any."""
        if desk.bars.empty:
            desk.market_ms = open_ms
        if open_ms < desk.market_ms:
            msg = (
                f"{desk.market.symbol}: a bar that opens at {open_ms} cannot be played, market "
                f"time is {desk.market_ms}"
            )
            raise ValueError(msg)
        self._turn(desk, open_ms, fill=False)

    def _play(self, desk: Desk, bar: Played, timeframe: str, open_ms: int, close_ms: int) -> None:
        if desk.bars.finest != timeframe:
            desk.bars.keep(timeframe)
        first, *rest = bar.path()
        self._trade(desk, first, None, grow=False)
        for price in rest:
            self.walk(desk.market.symbol, price, grow=False)
        piece = SimBar(
            open_ms=open_ms,
            close_ms=close_ms,
            open=bar.open,
            high=bar.high,
            low=bar.low,
            close=bar.close,
            volume=bar.volume,
            turnover=bar.volume * bar.close,
            trades=len(rest) + 1,
        )
        desk.bars.add(piece)
        self._tell_growing(desk)

    def _trade(self, desk: Desk, price: Decimal, quantity: Decimal | None, *, grow: bool) -> None:
        size = quantity or desk.market.lot * _SMALL_TRADE
        falls = price < desk.price
        desk.price = price
        if grow:
            desk.bars.traded(desk.market_ms, price, size)
            self._tell_growing(desk)
        trade = PriceMoved(
            market=desk.market,
            trade_id=next(desk.trade_ids),
            price=price,
            quantity=size,
            buyer_is_maker=falls,
            time_ms=self._core.clock.now_ms(),
        )
        desk.trades.append(trade)
        self._core.emit(trade)
        self._core.engine.touch(desk)

    def _outward(self, desk: Desk, level: Decimal, end: Decimal) -> Decimal:
        """Return `level` on the tick, never beyond `end`; a trailing stop may lie between ticks."""
        price = desk.market.on_tick(level)
        if price != level and end > desk.price:
            price += desk.market.tick
        return min(price, end) if end > desk.price else max(price, end)

    def _turn(self, desk: Desk, now_ms: int, *, fill: bool) -> None:
        desk.market_ms = max(desk.market_ms, now_ms)
        if self._follower is not None:
            behind_ms = desk.market_ms - self._follower.now_ms()
            self._follower.sleep(max(behind_ms, 0) / 1000)
        for name, bar in desk.bars.turn(desk.market_ms, fill=fill):
            self._tell(desk, {name: bar}, closed=True)

    def _tell_growing(self, desk: Desk) -> None:
        growing = {
            name: series.growing
            for name, series in desk.bars.series.items()
            if series.growing is not None
        }
        self._tell(desk, growing, closed=False)

    def _tell(self, desk: Desk, bars: Mapping[str, SimBar], *, closed: bool) -> None:
        now = self._core.clock.now_ms()
        self._core.emit(BarsChanged(market=desk.market, bars=bars, closed=closed, time_ms=now))
