"""Which streams a set of feeds needs: of bars, of trades, of quotes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.binance.line import Line
from realtrade.binance.streams import bar_stream, quote_stream, trade_stream
from realtrade.binance.websocket import stream_base
from realtrade.common.market_feed import MarketFeed
from realtrade.common.rest.proxies import proxy_for
from realtrade.common.ticks import TickFeed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from realtrade.binance.line import MarketStream
    from realtrade.binance.store import BinanceStore
    from realtrade.plugins.ports.feed import Feed


def market_streams(feeds: Mapping[str, Feed], store: BinanceStore) -> dict[str, MarketStream]:
    """Return the streams by what they bring: `bars`, `trades`, `quotes`; only those wanted.

    Raises:
        TypeError: a feed is none of Binance's.
    """
    given = store.connection
    base = stream_base(store.market_type, testnet=given.testnet, base=given.endpoints.stream)
    proxy = proxy_for(base, given.proxy)
    line = Line(market=store.market_type, base=base, clock=given.clock, proxy=proxy)
    kinds: dict[str, dict[str, Any]] = {}
    for name, feed in feeds.items():
        kinds.setdefault(_kind(feed), {})[name] = feed
    return {kind: _STREAMS[kind](of_kind, line, pages=store) for kind, of_kind in kinds.items()}


def _kind(feed: Feed) -> str:
    if isinstance(feed, TickFeed):
        return feed.source
    if isinstance(feed, MarketFeed):
        return "bars"
    msg = f"Binance streams no {type(feed).__name__}"
    raise TypeError(msg)


_STREAMS: dict[str, Callable[..., MarketStream]] = {
    "bars": bar_stream,
    "trades": trade_stream,
    "quotes": quote_stream,
}
