"""Everything that can be known of Binance before a run: reachable, in time, known, permitted."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from realtrade.binance.account import is_hedged
from realtrade.binance.config import BinanceConfig
from realtrade.binance.permissions import objections, permissions
from realtrade.common.rest import checks
from realtrade.common.rest.errors import RestError
from realtrade.common.rest.proxies import proxy_for
from realtrade.common.rest.reading import patiently
from realtrade.plugins.ports.checks import Check
from realtrade.plugins.ports.gateway import GatewayError, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from realtrade.binance.exchange import BinanceExchange
    from realtrade.binance.store import BinanceStore
    from realtrade.plugins.ports.exchange import FeedRequest

_KEY = "check the key and its secret, and which addresses Binance lets it be used from"


def examine(
    exchange: BinanceExchange, config: BinanceConfig, feeds: Sequence[FeedRequest], *, orders: bool
) -> Iterator[Check]:
    """Yield what is found; see `Examines`."""
    store = exchange.store
    yield Check("ok", "ccxt", version("ccxt"))
    yield from _addresses(store)
    try:
        patiently(store, store.clock.measure, tries=2)
        store.listings()
    except RestError as error:
        yield Check("fail", "connection", str(error), checks.NETWORK)
        return
    yield Check("ok", "connection", f"{len(store.listings()):,} symbols listed")
    yield checks.skew(store, "Binance")
    for request in feeds:
        yield _feed(store, request)
    if orders:
        yield from _account(exchange, config)


def _addresses(store: BinanceStore) -> Iterator[Check]:
    given = store.connection.endpoints
    found = f"REST {store.rest_base}, proxy {proxy_for(store.rest_base, store.connection.proxy)}"
    if given.rest is None and given.stream is None and given.user_stream is None:
        yield Check("ok", "endpoints", found)
    else:
        told = f"{found}, streams {given.stream}, user stream {given.user_stream}"
        yield Check("warn", "endpoints", f"not Binance's own: {told}")


def _feed(store: BinanceStore, request: FeedRequest) -> Check:
    subject, symbol = f"feed {request.name}", request.symbol
    listing = store.listing(symbol)
    if listing is None:
        hint = checks.near(symbol, store.listings())
        return Check("fail", subject, f"Binance {store.market_type} lists no {symbol}", hint)
    if str(request.timeframe) not in (*BinanceConfig.TIMEFRAMES, "tick"):
        known = ", ".join(BinanceConfig.TIMEFRAMES)
        return Check("fail", subject, f"no {request.timeframe} bars", f"Binance has {known}")
    one = listing.instrument
    found = (
        f"{symbol} {request.timeframe}: tick {one.tick}, lot {one.lot}, least {one.min_notional}"
    )
    if not listing.active:
        return Check("warn", subject, f"{found}; not traded at the moment", "wait, or leave it out")
    return Check("ok", subject, found)


def _account(exchange: BinanceExchange, config: BinanceConfig) -> Iterator[Check]:
    try:
        store = exchange.trading
    except GatewayError as error:
        yield Check("fail", "key", str(error), "make one in Binance's API management")
        return
    store.adopt(exchange.store)
    try:
        yield from _permissions(store, config)
        yield checks.money(store, config.currency)
        if config.market == "swap":
            yield _mode(store)
    except RestError as error:
        refused = store.outcome_of(error) is Outcome.AUTH
        yield Check("fail", "key", str(error), _KEY if refused else checks.NETWORK)


def _permissions(store: BinanceStore, config: BinanceConfig) -> Iterator[Check]:
    if store.connection.testnet:
        yield Check("ok", "key permissions", "a test venue does not tell, and has no money")
        return
    told = permissions(store)
    found = objections(told, config.market, config.allow)
    for objection in found:
        fact, _, fix = objection.partition(": ")
        yield Check("fail", "key permissions", fact, fix)
    if not found:
        yield Check("ok", "key permissions", "may read and trade")
    if told.get("ipRestrict") is not True:
        fix = "restrict it to this machine's address in Binance's API management"
        yield Check("warn", "key address", "the key works from any address", fix)


def _mode(store: BinanceStore) -> Check:
    if is_hedged(store):
        fix = "set it to one-way mode at Binance"
        return Check("fail", "position mode", "the account is in hedge mode", fix)
    return Check("ok", "position mode", "one-way")
