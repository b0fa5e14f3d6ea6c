"""Whether an exchange may be traded at all: what ccxt has of it, and what is seen to leave."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from realtrade.common.rest.ccxt_errors import translated
from realtrade.common.rest.errors import RestError
from realtrade.common.rest.unified import MARKETS
from realtrade.generic_ccxt import orders
from realtrade.generic_ccxt.leaving import rehearse
from realtrade.generic_ccxt.lookup import Ways, ways
from realtrade.generic_ccxt.unfit import NEEDED
from realtrade.model.order import OrderIntent, OrderType, Side
from realtrade.plugins.ports.gateway import GatewayError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from realtrade.common.rest.listing import Listing
    from realtrade.generic_ccxt.names import Names
    from realtrade.generic_ccxt.store import CcxtStore

_KEYS = frozenset({"apiKey", "secret", "password"})
_PROBE = "rtprob-aaaaaaaaaaaaaaaaaaaaaa-0"
_TICKS = 1_000
_WORTH = 20


def lacks(store: CcxtStore) -> str | None:
    """Return what ccxt has not of an exchange, and trading needs; None when it has everything."""
    return next(_lacking(store), None)


def _lacking(store: CcxtStore) -> Iterator[str]:
    client, name = store.exchange, store.NAME
    for method in NEEDED[store.market_type]:
        if not client.has.get(method):
            yield f"ccxt has no {method} of '{name}'"
    needed = {key for key, wanted in client.requiredCredentials.items() if wanted}
    if needed - _KEYS:
        others = ", ".join(sorted(needed - _KEYS))
        yield f"'{name}' wants a key with {others}, which is not offered here"
    if "password" in needed and store.connection.password is None:
        yield f"'{name}' wants a passphrase: give `password` under `exchange`"
    if store.market_type == "swap" and store.traits.wallet is None:
        yield f"what a balance of '{name}' is on swaps is not known here: trade spot"


def probe(listing: Listing) -> OrderIntent:
    """Return an order nobody sends, such as would be placed."""
    one = listing.instrument
    price = (one.tick or Decimal("0.01")) * _TICKS
    least = one.lot or one.min_quantity or Decimal(1)
    wanted = max(one.min_quantity, _WORTH / price / one.contract_size, one.min_notional / price)
    quantity = least * max(1, int(wanted / least) + 1)
    return OrderIntent(
        client_order_id=_PROBE,
        symbol=one.symbol,
        feed="",
        side=Side.BUY,
        type=OrderType.LIMIT,
        quantity=quantity,
        limit_price=price,
        reference_price=price,
    )


def find_ways(store: CcxtStore, names: Names, symbols: Sequence[str]) -> Ways:
    """Return how orders of this account are found again.

    Raises:
        GatewayError: the exchange may not be traded; the message says why.
        RestError: it did not answer.
    """
    why = lacks(store)
    if why is not None:
        raise GatewayError(why)
    store.read("load_markets", False, limits=MARKETS)
    intent = probe(_listing(store, symbols))
    name = names.spelled(intent.client_order_id)
    found = ways(store, intent.symbol, name, _placed_as(store, intent, name))
    if found.none:
        msg = (
            f"'{store.NAME}' cannot be asked for an order by our id, neither one by one nor in "
            "lists: whether an order whose answer is lost was placed could not be found out"
        )
        raise GatewayError(msg)
    return found


def _listing(store: CcxtStore, symbols: Sequence[str]) -> Listing:
    listed = store.listings()
    found = [listed[symbol] for symbol in symbols if symbol in listed] or list(listed.values())
    if not found:
        msg = f"'{store.NAME}' lists nothing on {store.market_type}"
        raise GatewayError(msg)
    return found[0]


def _placed_as(store: CcxtStore, intent: OrderIntent, name: str) -> str:
    client, words = store.exchange, orders.words(intent, name)
    try:
        leaving = rehearse(client, lambda: client.create_order(*words.arguments), name)
    except RestError:
        raise
    except Exception as error:  # noqa: BLE001 - ccxt is foreign: what it is against, it says
        told = translated(error, 0)
        msg = f"ccxt does not send an order to '{store.NAME}': {told}"
        raise GatewayError(msg) from told
    found = None if leaving is None else leaving.name_of(name)
    if found is None:
        msg = f"our order id does not leave with an order to '{store.NAME}'"
        raise GatewayError(msg)
    return found


def market_order(listing: Listing, side: Side) -> OrderIntent:
    """Return a market order nobody sends."""
    return replace(probe(listing), type=OrderType.MARKET, limit_price=None, side=side)
