"""Live trades and quotes of Binance, each kind on a combined connection of its own."""

from __future__ import annotations

import secrets
from collections import defaultdict
from random import Random
from typing import TYPE_CHECKING, Any

from realtrade.binance.trades import quote_of, tick_of
from realtrade.binance.websocket import BinanceWebSocket
from realtrade.common.streaming.quotes import QuoteRelay
from realtrade.common.streaming.tick_splicer import TickSplicer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from realtrade.common.streaming.settings import SocketSettings
    from realtrade.common.streaming.tick_splicer import TickSettings
    from realtrade.common.ticks import TickFeed, TickPages
    from realtrade.model.instrument import MarketType
    from realtrade.plugins.ports.exchange import BarSink
    from realtrade.utils.clock import Clock

_PULSE = "btcusdt@kline_1m"
_PUBLIC_PULSE = "btcusdt@depth5@500ms"
"""Come all the time on either market: where they are silent, the connection is dead. USDⓈ-M sends
the second one only where it sends quotes."""


class _Wire:
    """One connection, and who listens to which market on it."""

    def __init__(
        self,
        kind: str,
        feeds: Mapping[str, TickFeed],
        *,
        market: MarketType,
        base: str,
        clock: Clock,
        random: Random,
        proxy: str | None,
        socket: SocketSettings | None,
    ) -> None:
        self._kind = kind
        self.listeners: defaultdict[str, list[str]] = defaultdict(list)
        """Names of feeds by Binance's name of their market."""
        for name, feed in feeds.items():
            self.listeners[feed.market_id].append(name)
        public = kind == "bookTicker" and market == "swap"
        self._pulse = _PUBLIC_PULSE if public else _PULSE
        self.socket = BinanceWebSocket(
            f"binance-{market}-{kind}",
            market=market,
            base=base,
            clock=clock,
            random=random,
            settings=socket,
            proxy=proxy,
        )

    def listen(self) -> None:
        """Connect, and ask for all of it."""
        wanted = [f"{market.lower()}@{self._kind}" for market in self.listeners]
        self.socket.start([*wanted, self._pulse])


class BinanceTradeStream:
    """Every trade of some feeds, published once and in order.

    Args:
        feeds: by name; each must have read its history.
        market: `spot` or `swap`.
        base: where streams begin, as `websocket.stream_base` tells it.
        pages: where missed trades are fetched: the store.
        clock: paces.
        proxy: address of a proxy, or None.
        random: of jitter; made from the system's when left out.
        socket: limits of the connection.
        splice: patience.
    """

    def __init__(
        self,
        feeds: Mapping[str, TickFeed],
        *,
        market: MarketType,
        base: str,
        pages: TickPages,
        clock: Clock,
        proxy: str | None = None,
        random: Random | None = None,
        socket: SocketSettings | None = None,
        splice: TickSettings | None = None,
    ) -> None:
        chance = random or _chance()
        where: dict[str, Any] = {"market": market, "base": base, "clock": clock, "proxy": proxy}
        self._wire = _Wire("aggTrade", feeds, random=chance, socket=socket, **where)
        self._pages = pages
        self._splicer = TickSplicer(
            {name: (feed.symbol, feed.last) for name, feed in feeds.items()},
            pages=pages,
            clock=clock,
            random=chance,
            settings=splice,
        )
        self.socket.on("aggTrade", self._trade)
        self.socket.on("connected", lambda _: self._splicer.connected())
        self.socket.on("disconnected", self._splicer.lost)

    @property
    def socket(self) -> BinanceWebSocket:
        """The connection, to listen to its events."""
        return self._wire.socket

    def start(self, sink: BarSink) -> None:
        """Begin to publish, on threads of its own.

        Raises:
            StreamError: there are more feeds than a connection carries.
        """
        self._splicer.start(sink)
        self._wire.listen()

    def stop(self) -> None:
        """Publish nothing more; returns when the threads have ended."""
        self._splicer.stop()
        self.socket.stop()

    def _trade(self, data: dict[str, Any]) -> None:
        names = self._wire.listeners.get(data["s"])
        if names is None:
            return
        tick = tick_of(data, self._pages.now_ms())
        for name in names:
            self._splicer.take(name, tick)


class BinanceQuoteStream:
    """Best bid and ask of some feeds as they change; arguments as of `BinanceTradeStream`."""

    def __init__(
        self,
        feeds: Mapping[str, TickFeed],
        *,
        pages: TickPages,
        random: Random | None = None,
        proxy: str | None = None,
        socket: SocketSettings | None = None,
        **where: Any,
    ) -> None:
        self._wire = _Wire(
            "bookTicker", feeds, random=random or _chance(), proxy=proxy, socket=socket, **where
        )
        self._pages = pages
        self._relay = QuoteRelay()
        for market in self._wire.listeners:  # spot's quotes go by the name of their stream
            self.socket.on(f"{market.lower()}@bookTicker", self._quote)
        self.socket.on("bookTicker", self._quote)
        self.socket.on("connected", lambda _: self._relay.connected())
        self.socket.on("disconnected", self._relay.lost)

    @property
    def socket(self) -> BinanceWebSocket:
        """The connection, to listen to its events."""
        return self._wire.socket

    def start(self, sink: BarSink) -> None:
        """Begin to publish, on a thread of its own.

        Raises:
            StreamError: there are more feeds than a connection carries.
        """
        self._relay.start(sink)
        self._wire.listen()

    def stop(self) -> None:
        """Publish nothing more; returns when the thread has ended."""
        self._relay.stop()
        self.socket.stop()

    def _quote(self, data: dict[str, Any]) -> None:
        names = self._wire.listeners.get(data["s"])
        if names is None:
            return
        number, bar = quote_of(data, self._pages.now_ms())
        for name in names:
            self._relay.take(name, number, bar)


def _chance() -> Random:
    return Random(secrets.randbits(64))  # noqa: S311 - jitter is no secret
