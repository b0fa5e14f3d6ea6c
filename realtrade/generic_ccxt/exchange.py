"""The `ccxt` exchange of a recipe: bars of one of ccxt's exchanges, over REST."""

from __future__ import annotations

import difflib
from functools import cache
from typing import TYPE_CHECKING, Any

from realtrade.common.base_store import BaseStore
from realtrade.common.market_feed import MarketFeed
from realtrade.common.polling import PollingStream
from realtrade.common.rest.errors import RestError
from realtrade.common.rest.lazy_ccxt import exchange_names
from realtrade.plugins.errors import SettingWrong
from realtrade.plugins.ports.checks import Check

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from realtrade.generic_ccxt.config import CcxtConfig
    from realtrade.model.instrument import Instrument
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.plugins.ports.exchange import FeedRequest
    from realtrade.plugins.ports.feed import Feed
    from realtrade.plugins.ports.venue import Venue


@cache
def store_class(name: str) -> type[BaseStore]:
    """Return the store of ccxt's exchange `name`: nothing overridden but which it is."""
    return type(f"Store_{name}", (BaseStore,), {"NAME": name})


def build(config: CcxtConfig, context: BuildContext) -> CcxtExchange:
    """Return the exchange; nothing is asked of it yet.

    Raises:
        SettingWrong: ccxt knows no such exchange, or has no bars of it.
    """
    known = exchange_names()
    if config.id not in known:
        near = difflib.get_close_matches(config.id, known, n=1)
        hint = f"did you mean '{near[0]}'?" if near else "see ccxt's list of exchanges"
        msg = f"ccxt knows no exchange '{config.id}'"
        raise SettingWrong(msg, at="id", hint=hint)
    exchange = CcxtExchange(config, context)
    if not exchange.store.exchange.has.get("fetchOHLCV"):
        exchange.close()
        msg = f"ccxt has no bars of '{config.id}'"
        raise SettingWrong(msg, at="id", hint="bring bars as files: type: file")
    return exchange


class CcxtExchange:
    """One of ccxt's exchanges, for bars."""

    def __init__(self, config: CcxtConfig, context: BuildContext) -> None:
        self._clock = context.clock
        self.store = store_class(config.id).get_instance(
            market_type=config.market,
            proxy=config.proxy,
            endpoints=config.endpoints,
            cache=context.cache,
            clock=context.clock,
            blot=context.blot,
        )
        self._streams: list[PollingStream] = []

    def feed(self, request: FeedRequest) -> MarketFeed:
        """Return the feed for one symbol and timeframe.

        Raises:
            FeedError: the symbol or the timeframe is not known here, or nothing answers.
        """
        return self.store.feed(request)

    def stream(self, feeds: Mapping[str, Feed]) -> PollingStream:
        """Return one stream for all `feeds`, keyed by name."""
        own = {name: one for name, one in feeds.items() if isinstance(one, MarketFeed)}
        if len(own) < len(feeds):
            others = ", ".join(sorted(set(feeds) - set(own)))
            msg = f"an exchange cannot stream feeds it did not make: {others}"
            raise TypeError(msg)
        stream = PollingStream(own, pages=self.store, clock=self._clock)
        self._streams.append(stream)
        return stream

    def venue(self) -> Venue | None:
        """Return None: without a dialect no real order is sent."""
        return None

    def instrument(self, symbol: str) -> Instrument | None:
        """Return what is known of `symbol`, or None."""
        listing = self.store.listing(symbol)
        return None if listing is None else listing.instrument

    def examine(self, feeds: Sequence[FeedRequest], *, orders: bool) -> Iterator[Check]:
        """Yield what would help or stop a run; see `Examines`."""
        try:
            found = f"{len(self.store.listings()):,} symbols listed"
        except RestError as error:
            fix = "check the network, and `proxy` and `endpoints` under `exchange`"
            yield Check("fail", "connection", str(error), fix)
            return
        yield Check("ok", "connection", found)
        for request in feeds:
            yield self._examined(request)
        if orders:
            fix = "use mode paper, or an exchange with a dialect of its own"
            yield Check("fail", "orders", "are not sent through ccxt alone", fix)

    def _examined(self, request: FeedRequest) -> Check:
        subject, listed = f"feed {request.name}", self.store.listings()
        if request.symbol not in listed:
            near: Any = difflib.get_close_matches(request.symbol, listed, n=1)
            fix = f"did you mean {near[0]}?" if near else "see the exchange's list of symbols"
            return Check("fail", subject, f"{request.symbol} is not listed", fix)
        known = self.store.timeframes()
        if str(request.timeframe) not in known:
            return Check("fail", subject, f"no {request.timeframe} bars", f"has {', '.join(known)}")
        return Check("ok", subject, f"{request.symbol} {request.timeframe}")

    def close(self) -> None:
        """Stop every stream and close every connection."""
        for stream in self._streams:
            stream.stop()
        self.store.close()
