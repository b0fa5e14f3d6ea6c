"""A simulated market with feeds on it, and what their stream has published beside what was."""

from __future__ import annotations

from random import Random
from time import sleep  # noqa: TID251 - a test's own patience
from typing import TYPE_CHECKING, Any, ClassVar, Self

from realtrade.binance import BinanceStore
from realtrade.binance.streams import bar_stream
from realtrade.common.history import History
from realtrade.common.market_feed import MarketFeed
from realtrade.common.streaming.splicer import SpliceSettings
from realtrade.model.bar import Bar
from realtrade.plugins.ports.exchange import FeedRequest
from realtrade.testing import SimExchange
from realtrade.utils.clock import SystemClock
from realtrade.utils.timeframes import Timeframe
from tests.binance.hearing import (
    SYMBOLS,
    Sink,
    hasty_line,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.binance.line import MarketStream
    from realtrade.model.instrument import MarketType

MINUTE = Timeframe.parse("1m")
MINUTE_MS = 60_000
DAY_MS = 86_400_000
HASTY_SPLICE = {
    "together_s": 0.15,
    "overdue_s": 0.2,
    "overdue_most_s": 0.5,
    "settle_ms": 0,
    "retry_s": 0.02,
    "retry_most_s": 0.2,
}


class BarMarket:
    """Two symbols with a past of half an hour, each with a feed of 1m and one of 5m bars."""

    FRAME: ClassVar = {"closed": "true"}
    """What a message of the stream is told by which brings something."""
    ASKED: ClassVar = {"path": "*klines"}
    """What a question of REST is told by for what the stream has not brought."""

    def __init__(self, market: MarketType = "spot", *, history: int = 5) -> None:
        self.market = market
        start_ms = SystemClock().now_ms() // DAY_MS * DAY_MS - 30 * DAY_MS
        self.exchange = SimExchange(start_ms=start_ms)
        self._first_ms = start_ms + 5 * MINUTE_MS
        self.symbols = SYMBOLS[market]
        self.sink = Sink()
        self._history = history
        self._minute = 0
        self._chance = Random(7)  # noqa: S311 - prices of a test
        self.feeds: dict[str, MarketFeed] = {}

    def __enter__(self) -> Self:
        self.exchange.start()
        self.play(30)
        self.store = BinanceStore(market_type=self.market, endpoints=self.exchange.url)
        for symbol in self.symbols:
            for length in ("1m", "5m"):
                name = f"{symbol[:3].lower()}_{length}"
                self.feeds[name] = self._feed(name, symbol, length)
        return self

    def __exit__(self, *_: object) -> None:
        self.exchange.close()

    def _feed(self, name: str, symbol: str, length: str) -> MarketFeed:
        listing = self.store.listing(symbol)
        assert listing is not None
        request = FeedRequest(name, symbol, Timeframe.parse(length), self._history)
        made = MarketFeed(
            request,
            instrument=listing.instrument,
            market_id=listing.id,
            history=History(self.store),
        )
        made.history()
        return made

    def play(self, minutes: int, *, skipped: Sequence[int] = (), pause_s: float = 0.0) -> None:
        """Let minutes pass in which both symbols trade, but for the skipped ones."""
        for step in range(minutes):
            if step not in skipped:
                at_ms = self._first_ms + self._minute * MINUTE_MS
                bars = {symbol: [self._bar(at_ms)] for symbol in self.symbols}
                self.exchange.play(bars, "1m")
                sleep(pause_s)
            self._minute += 1

    def _bar(self, at_ms: int) -> Bar:
        cents = [self._chance.randrange(10_000, 20_000) for _ in range(4)]
        first, high, low, last = (
            cents[0] / 100,
            max(cents) / 100,
            min(cents) / 100,
            cents[3] / 100,
        )
        return Bar(at_ms, at_ms + MINUTE_MS, first, high, low, last, self._chance.randrange(1, 9))

    def stream(self, splice: dict[str, Any] | None = None, **socket: Any) -> MarketStream:
        return bar_stream(
            self.feeds,
            hasty_line(self.market, self.exchange, socket),
            pages=self.store,
            splice=SpliceSettings(**{**HASTY_SPLICE, **(splice or {})}),
        )

    def truth(self, name: str) -> list[Bar]:
        """Return every bar of the exchange that closed after the feed's history."""
        feed = self.feeds[name]
        assert feed.last_ms is not None
        return [
            Bar(
                one.open_ms,
                one.close_ms,
                *_floats(one.open, one.high, one.low, one.close, one.volume),
            )
            for one in self.exchange.bars(feed.symbol, str(feed.timeframe))
            if one.open_ms > feed.last_ms
        ]

    def truth_first_ms(self) -> int:
        """Return when the next minute begins."""
        return self._first_ms + self._minute * MINUTE_MS


def _floats(*values: Any) -> list[float]:
    return [float(value) for value in values]
