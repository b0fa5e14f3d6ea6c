"""Live bars, trades and quotes of Binance: each kind on a combined connection of its own.

Whatever a connection misses of bars and trades, REST tells; of quotes nobody does.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Protocol

from realtrade.binance.klines import UNCLOSED, bar_of
from realtrade.binance.line import MarketStream
from realtrade.binance.trades import quote_of, tick_of
from realtrade.common.streaming.quotes import QuoteRelay
from realtrade.common.streaming.splicer import Spliced, Splicer
from realtrade.common.streaming.tick_splicer import TickSplicer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from realtrade.binance.line import Line
    from realtrade.common.history import PageSource
    from realtrade.common.streaming.splicer import SpliceSettings
    from realtrade.common.streaming.tick_splicer import TickSettings
    from realtrade.common.ticks import TickFeed, TickPages

_PULSE = "btcusdt@kline_1m"
"""Trades all the time on either market: where it is silent, the connection is dead, while a market
of ours may well have nothing to say for an hour."""
_PUBLIC_PULSE = "btcusdt@depth5@500ms"
"""The same where USDⓈ-M sends quotes, which is not where it sends klines."""


class StreamableFeed(Spliced, Protocol):
    """What a stream of bars must know of a feed; `MarketFeed` is one."""

    @property
    def market_id(self) -> str:
        """Binance's name, such as `BTCUSDT`."""
        ...


def bar_stream(
    feeds: Mapping[str, StreamableFeed],
    line: Line,
    *,
    pages: PageSource,
    splice: SpliceSettings | None = None,
) -> MarketStream:
    """Return a stream of every closed bar of some feeds, published once and in order.

    Args:
        feeds: by name; each must have read its history.
        line: where klines are heard.
        pages: where missed bars are fetched: the store.
        splice: patience.
    """
    splicer = Splicer(feeds, pages=pages, clock=line.clock, random=line.random, settings=splice)
    listeners = _listeners(
        (name, (one.market_id, str(one.timeframe))) for name, one in feeds.items()
    )

    def take(data: dict[str, Any]) -> None:
        kline = data["k"]
        for name in listeners.get((data["s"], kline["i"]), ()):
            bar = bar_of(kline, feeds[name].timeframe, pages.now_ms())
            if bar is not None:
                splicer.take(name, bar)

    socket = line.socket("bars", unread=UNCLOSED)
    socket.on("kline", take)
    wanted = [f"{market.lower()}@kline_{length}" for market, length in listeners]
    return MarketStream(socket, [*wanted, *({_PULSE} - set(wanted))], splicer)


def trade_stream(
    feeds: Mapping[str, TickFeed],
    line: Line,
    *,
    pages: TickPages,
    splice: TickSettings | None = None,
) -> MarketStream:
    """Return a stream of every trade of some feeds, published once and in order.

    Args:
        feeds: by name; each must have read its history.
        line: where trades are heard.
        pages: where missed trades are fetched: the store.
        splice: patience.
    """
    known = {name: (feed.symbol, feed.last) for name, feed in feeds.items()}
    splicer = TickSplicer(known, pages=pages, clock=line.clock, random=line.random, settings=splice)
    listeners = _listeners((name, one.market_id) for name, one in feeds.items())

    def take(data: dict[str, Any]) -> None:
        names = listeners.get(data["s"])
        if names is None:
            return
        tick = tick_of(data, pages.now_ms())
        for name in names:
            splicer.take(name, tick)

    socket = line.socket("aggTrade")
    socket.on("aggTrade", take)
    wanted = [f"{market.lower()}@aggTrade" for market in listeners]
    return MarketStream(socket, [*wanted, _PULSE], splicer)


def quote_stream(feeds: Mapping[str, TickFeed], line: Line, *, pages: TickPages) -> MarketStream:
    """Return a stream of the best bids and asks of some feeds, published as they change.

    Args:
        feeds: by name.
        line: where quotes are heard.
        pages: tell the exchange's time: the store.
    """
    relay = QuoteRelay()
    listeners = _listeners((name, one.market_id) for name, one in feeds.items())

    def take(data: dict[str, Any]) -> None:
        names = listeners.get(data["s"])
        if names is None:
            return
        number, bar = quote_of(data, pages.now_ms())
        for name in names:
            relay.take(name, number, bar)

    socket = line.socket("bookTicker")
    socket.on("bookTicker", take)
    wanted = [f"{market.lower()}@bookTicker" for market in listeners]
    for channel in wanted:  # spot's quotes go by the name of their stream
        socket.on(channel, take)
    pulse = _PUBLIC_PULSE if line.market == "swap" else _PULSE
    return MarketStream(socket, [*wanted, pulse], relay)


def _listeners(keys: Iterable[tuple[str, Any]]) -> dict[Any, list[str]]:
    """Return names of feeds by what their messages are told apart by."""
    listeners: defaultdict[Any, list[str]] = defaultdict(list)
    for name, key in keys:
        listeners[key].append(name)
    return dict(listeners)
