"""A simulated market with tick feeds on it, and what their stream has published beside what was."""

from __future__ import annotations

from random import Random
from time import sleep  # noqa: TID251 - a test's own patience
from typing import TYPE_CHECKING, Any, ClassVar, Self

from realtrade.binance import BinanceStore
from realtrade.binance.streams import quote_stream, trade_stream
from realtrade.common.streaming.tick_splicer import TickSettings
from realtrade.common.ticks import Tick, TickFeed
from realtrade.plugins.ports.exchange import FeedRequest
from realtrade.testing import SimExchange
from realtrade.utils.timeframes import Timeframe
from tests.binance.hearing import (
    SYMBOLS,
    Sink,
    hasty_line,
    publishing,
)

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from realtrade.binance.line import MarketStream
    from realtrade.model.bar import Bar
    from realtrade.model.instrument import MarketType
    from realtrade.plugins.ports.exchange import TickSource

TICK = Timeframe.parse("tick")
HASTY_TICKS: dict[str, Any] = {"quiet_s": 0.3, "retry_s": 0.02, "retry_most_s": 0.2}


def tick_request(
    symbol: str, history: int = 5, source: TickSource = "trades", name: str = "ticks"
) -> FeedRequest:
    return FeedRequest(name, symbol, TICK, history, source)


class TickMarket:
    """Two symbols that have traded a little, each with a feed of every trade."""

    FRAME: ClassVar = {"event": "aggTrade"}
    """What a message of the stream is told by which brings something."""
    ASKED: ClassVar = {"path": "*aggTrades"}
    """What a question of REST is told by for what the stream has not brought."""

    def __init__(
        self, market: MarketType = "spot", *, history: int = 5, source: TickSource = "trades"
    ) -> None:
        self.market = market
        self.exchange = SimExchange()
        self.symbols = SYMBOLS[market]
        self.sink = Sink()
        self.feeds: dict[str, TickFeed] = {}
        self._history = history
        self._source: TickSource = source
        self._chance = Random(7)  # noqa: S311 - prices of a test

    def __enter__(self) -> Self:
        self.exchange.start()
        self.play(20)
        self.store = BinanceStore(market_type=self.market, endpoints=self.exchange.url)
        for symbol in self.symbols:
            name = symbol[:3].lower()
            made = self.store.feed(tick_request(symbol, self._history, self._source, name))
            assert isinstance(made, TickFeed)
            made.history()
            self.feeds[name] = made
        return self

    def __exit__(self, *_: object) -> None:
        self.exchange.close()

    def play(self, count: int, *, pause_s: float = 0.0) -> None:
        """Let both symbols trade that often, several times in a millisecond."""
        for _ in range(count):
            for symbol in self.symbols:
                cents, quarters = self._chance.randrange(10_000, 20_000), self._chance.randrange(9)
                self.exchange.trade(symbol, f"{cents / 100:.2f}", f"{(quarters + 1) / 4}")
            if pause_s:
                self.exchange.flush()
                sleep(pause_s)
        self.exchange.flush()

    def stream(self, splice: dict[str, Any] | None = None, **socket: Any) -> MarketStream:
        return trade_stream(
            self.feeds,
            hasty_line(self.market, self.exchange, socket),
            pages=self.store,
            splice=TickSettings(**{**HASTY_TICKS, **(splice or {})}),
        )

    def listening_to_quotes(self) -> AbstractContextManager[MarketStream]:
        """Have a stream of quotes publish to the sink."""
        line = hasty_line(self.market, self.exchange, {})
        return publishing(quote_stream(self.feeds, line, pages=self.store), self.sink)

    def truth(self, name: str) -> list[Bar]:
        """Return every trade of the exchange after the feed's history."""
        feed = self.feeds[name]
        assert feed.last is not None
        return [
            Tick.of(one.trade_id, one.time_ms, float(one.price), float(one.quantity)).bar
            for one in self.exchange.trades(feed.symbol)
            if one.trade_id > feed.last.id
        ]
