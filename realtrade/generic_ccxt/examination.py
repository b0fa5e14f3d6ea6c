"""What can be known of one of ccxt's exchanges before a run."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from realtrade.common.rest import checks
from realtrade.common.rest.errors import RestError
from realtrade.common.rest.proxies import proxy_for
from realtrade.generic_ccxt import capability
from realtrade.generic_ccxt.rehearsal import Rehearsals
from realtrade.model.order import Side
from realtrade.plugins.ports.checks import Check
from realtrade.plugins.ports.gateway import GatewayError, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from realtrade.generic_ccxt.config import CcxtConfig
    from realtrade.generic_ccxt.exchange import CcxtExchange
    from realtrade.generic_ccxt.store import CcxtStore
    from realtrade.plugins.ports.exchange import FeedRequest

_KEY = "check api_key, secret and password, and the addresses the key may be used from"
_ORDERS = "use mode paper, or an exchange with a dialect of its own"


def examine(
    exchange: CcxtExchange, config: CcxtConfig, feeds: Sequence[FeedRequest], *, orders: bool
) -> Iterator[Check]:
    """Yield what is found; see `Examines`."""
    store = exchange.store
    yield Check("ok", "ccxt", version("ccxt"))
    yield _addresses(store)
    try:
        store.clock.measure()
        found = f"{len(store.listings()):,} symbols listed"
    except RestError as error:
        yield Check("fail", "connection", str(error), checks.NETWORK)
        return
    yield Check("ok", "connection", found)
    yield _skew(store)
    for request in feeds:
        yield _feed(store, request)
    if orders:
        yield from _account(exchange, config, [one.symbol for one in feeds])


def _addresses(store: CcxtStore) -> Check:
    given = store.connection.endpoints.rest
    if given is None:
        return Check("ok", "endpoints", f"{store.NAME}'s own, proxy {store.connection.proxy}")
    found = (
        f"not {store.NAME}'s own: REST {given}, proxy {proxy_for(given, store.connection.proxy)}"
    )
    return Check("warn", "endpoints", found)


def _skew(store: CcxtStore) -> Check:
    if not store.exchange.has.get("fetchTime"):
        return Check("ok", "clock", f"{store.NAME} does not tell its time: this machine's is used")
    return checks.skew(store, store.NAME)


def _feed(store: CcxtStore, request: FeedRequest) -> Check:
    subject, listed = f"feed {request.name}", store.listings()
    if request.symbol not in listed:
        fix = checks.near(request.symbol, listed)
        return Check("fail", subject, f"{request.symbol} is not listed", fix)
    known = store.timeframes()
    if str(request.timeframe) not in known:
        return Check("fail", subject, f"no {request.timeframe} bars", f"has {', '.join(known)}")
    return Check("ok", subject, f"{request.symbol} {request.timeframe}")


def _account(exchange: CcxtExchange, config: CcxtConfig, symbols: Sequence[str]) -> Iterator[Check]:
    why = config.no_orders()
    if why is not None:
        yield Check("fail", "orders", why, _ORDERS)
        return
    try:
        store = exchange.trading
        ways = capability.find_ways(store, exchange.names, symbols)
    except GatewayError as error:
        yield Check("fail", "orders", str(error), _ORDERS)
        return
    except RestError as error:
        yield Check("fail", "orders", str(error), checks.NETWORK)
        return
    yield Check("ok", "order lookup", f"orders are found again {ways}")
    try:
        yield from _kinds(exchange, store, symbols)
        yield checks.money(store, config.currency)
    except RestError as error:
        refused = store.outcome_of(error) is Outcome.AUTH
        yield Check("fail", "key", str(error), _KEY if refused else checks.NETWORK)
    fix = f"make sure at {store.NAME} that it may not withdraw, and restrict it to this address"
    yield Check("warn", "key permissions", "ccxt cannot ask what the key may do", fix)


def _kinds(exchange: CcxtExchange, store: CcxtStore, symbols: Sequence[str]) -> Iterator[Check]:
    """Yield what is seen to leave for the orders everybody places."""
    listings = [one for one in (store.listing(symbol) for symbol in symbols) if one is not None]
    rehearsals = Rehearsals(store)
    for listing in listings[:1]:
        limit = capability.probe(listing)
        for side in Side:
            market = capability.market_order(listing, side)
            for intent, kind in ((limit, "limit"), (market, f"market {side}")):
                name = exchange.names.spelled(intent.client_order_id)
                why = next(store.objections(intent, listing), None)
                why = why or rehearsals.problem(intent, name)
                if kind == "limit" and side is Side.SELL:
                    continue
                if why is None:
                    yield Check("ok", f"{kind} orders", "leave as they are meant")
                else:
                    yield Check("warn", f"{kind} orders", why, "they are refused when they come")
