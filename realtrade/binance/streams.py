"""Live bars of Binance: closed klines of one combined stream, with REST for what it misses."""

from __future__ import annotations

import secrets
from collections import defaultdict
from random import Random
from typing import TYPE_CHECKING, Any, Protocol

from realtrade.binance.klines import UNCLOSED, bar_of
from realtrade.binance.websocket import BinanceWebSocket
from realtrade.common.streaming.splicer import Spliced, Splicer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from realtrade.common.history import PageSource
    from realtrade.common.streaming.settings import SocketSettings
    from realtrade.common.streaming.splicer import SpliceSettings
    from realtrade.model.instrument import MarketType
    from realtrade.plugins.ports.exchange import BarSink
    from realtrade.utils.clock import Clock


_PULSE = "btcusdt@kline_1m"
"""Trades all the time on either market: where it is silent, the connection is dead, while a market
of ours may well have nothing to say for an hour."""


class StreamableFeed(Spliced, Protocol):
    """What the stream must know of a feed; `MarketFeed` is one."""

    @property
    def market_id(self) -> str:
        """Binance's name, such as `BTCUSDT`."""
        ...


class _KlineSocket(BinanceWebSocket):
    """Spares the work on klines that go on: nearly all there are."""

    def _on_message(self, text: str, at_s: float) -> None:
        if UNCLOSED not in text:
            super()._on_message(text, at_s)


class BinanceBarStream:
    """One connection for all feeds of a market; every closed bar is published once, in order.

    Args:
        feeds: by name.
        market: `spot` or `swap`.
        base: where streams begin, as `websocket.stream_base` tells it.
        pages: where missed bars are fetched: the store.
        clock: paces.
        proxy: address of a proxy, or None.
        random: of jitter; made from the system's when left out.
        socket: limits of the connection.
        splice: patience.
    """

    def __init__(
        self,
        feeds: Mapping[str, StreamableFeed],
        *,
        market: MarketType,
        base: str,
        pages: PageSource,
        clock: Clock,
        proxy: str | None = None,
        random: Random | None = None,
        socket: SocketSettings | None = None,
        splice: SpliceSettings | None = None,
    ) -> None:
        chance = random or Random(secrets.randbits(64))  # noqa: S311 - jitter is no secret
        self._pages = pages
        self._feeds = dict(feeds)
        self._listeners: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for name, feed in self._feeds.items():
            self._listeners[feed.market_id, str(feed.timeframe)].append(name)
        self._splicer = Splicer(
            self._feeds,
            pages=pages,
            clock=clock,
            random=chance,
            settings=splice,
        )
        self._socket = _KlineSocket(
            f"binance-{market}-bars",
            market=market,
            base=base,
            clock=clock,
            random=chance,
            settings=socket,
            proxy=proxy,
        )
        self._socket.on("kline", self._kline)
        self._socket.on("connected", lambda _: self._splicer.connected())
        self._socket.on("disconnected", self._splicer.lost)

    @property
    def socket(self) -> BinanceWebSocket:
        """The connection, to listen to its events."""
        return self._socket

    def start(self, sink: BarSink) -> None:
        """Begin to publish, on threads of its own.

        Raises:
            StreamError: there are more feeds than a connection carries.
        """
        self._splicer.start(sink)
        wanted = [f"{one.lower()}@kline_{length}" for one, length in self._listeners]
        self._socket.start([*wanted, *({_PULSE} - set(wanted))])

    def stop(self) -> None:
        """Publish nothing more; returns when the threads have ended."""
        self._splicer.stop()
        self._socket.stop()

    def _kline(self, data: dict[str, Any]) -> None:
        kline = data["k"]
        for name in self._listeners.get((data["s"], kline["i"]), ()):
            bar = bar_of(kline, self._feeds[name].timeframe, self._pages.now_ms())
            if bar is not None:
                self._splicer.take(name, bar)
