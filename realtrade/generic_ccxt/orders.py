"""What an order becomes: ccxt's words for it, and why some orders are not sent.

Only what ccxt declares of an exchange is tried, and of that only what is seen to leave.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from realtrade.common.rest.unified import text
from realtrade.model.order import OrderType, Side, TimeInForce

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from realtrade.common.rest.listing import Listing
    from realtrade.model.order import OrderIntent

_KINDS = {
    OrderType.MARKET: "market",
    OrderType.LIMIT: "limit",
    OrderType.STOP: "market",
    OrderType.STOP_LIMIT: "limit",
}
_STOPS = frozenset({OrderType.STOP, OrderType.STOP_LIMIT})
_ASKED = ("fetchOrder", "fetchOpenOrders")
_RESTING = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT})


@dataclass(frozen=True, slots=True)
class Words:
    """The arguments of ccxt's `create_order`."""

    symbol: str
    type: str
    side: str
    amount: str
    price: str | None
    params: Mapping[str, Any]

    @property
    def arguments(self) -> tuple[Any, ...]:
        """All of them, in order."""
        words = (self.symbol, self.type, self.side, self.amount, self.price)
        return (*words, dict(self.params))

    def without(self, *names: str) -> Words:
        """Return the same without some parameters."""
        return replace(self, params={k: v for k, v in self.params.items() if k not in names})


def words(intent: OrderIntent, name: str) -> Words:
    """Return what ccxt is told of an intent that `objections` let pass; `name` is its id there."""
    params: dict[str, Any] = {"clientOrderId": name}
    if intent.time_in_force is not TimeInForce.GTC:
        params["timeInForce"] = intent.time_in_force.upper()
    if intent.post_only:
        params["postOnly"] = True
    if intent.reduce_only and ":" in intent.symbol:
        params["reduceOnly"] = True
    if intent.type in _STOPS:
        params["triggerPrice"] = text(intent.stop_price or Decimal(0))
    limited = intent.type in _RESTING and intent.limit_price is not None
    price = text(intent.limit_price or Decimal(0)) if limited else None
    return Words(
        intent.symbol, _KINDS[intent.type], intent.side.value, text(intent.quantity), price, params
    )


def numbers(intent: OrderIntent) -> Iterator[tuple[str, Decimal]]:
    """Yield the numbers that have to leave, each with its name."""
    yield "quantity", intent.quantity
    if intent.type in _RESTING:
        yield "limit price", intent.limit_price or Decimal(0)
    if intent.type in _STOPS:
        yield "stop price", intent.stop_price or Decimal(0)


def options(intent: OrderIntent) -> Iterator[str]:
    """Yield ccxt's names of what an order has beyond the plainest: each must change the request."""
    if intent.time_in_force is not TimeInForce.GTC:
        yield "timeInForce"
    if intent.post_only:
        yield "postOnly"
    if intent.reduce_only and ":" in intent.symbol:
        yield "reduceOnly"
    if intent.type in _STOPS:
        yield "triggerPrice"


def objections(
    intent: OrderIntent, listing: Listing, features: Mapping[str, Any], *, buys_base: bool = False
) -> Iterator[str]:
    """Yield why an intent cannot be placed exactly as it is, before anything is tried.

    Args:
        intent: what is wanted.
        listing: of its symbol.
        features: ccxt's of this market, by method.
        buys_base: market purchases are by quantity, whatever ccxt declares.
    """
    if not listing.active:
        yield f"{intent.symbol} is not traded at the moment"
    if intent.type not in _KINDS:
        yield f"no {intent.type} orders through ccxt: their meaning differs between exchanges"
        return
    if intent.valid_until_ms is not None:
        yield "an order cannot end by itself at a set time"
    by_cost = (features.get("createOrder") or {}).get("marketBuyRequiresPrice") and not buys_base
    buys = intent.type is OrderType.MARKET and intent.side is Side.BUY
    if by_cost and buys and ":" not in intent.symbol:
        yield "it takes market purchases by what they may cost, not by quantity: use a limit"
    yield from _declared(intent, features)
    yield from _steps(intent, listing)


def _declared(intent: OrderIntent, features: Mapping[str, Any]) -> Iterator[str]:
    placing: Mapping[str, Any] = features.get("createOrder") or {}
    times: Mapping[str, Any] = placing.get("timeInForce") or {}
    if intent.time_in_force is not TimeInForce.GTC:
        yield from _in_force(intent, times)
    if intent.post_only:
        if intent.type is not OrderType.LIMIT or intent.time_in_force is not TimeInForce.GTC:
            yield "only a plain limit order can be post-only"
        elif not times.get("PO"):
            yield "ccxt declares no post-only orders"
    if intent.reduce_only and ":" not in intent.symbol and intent.signed_quantity > 0:
        yield "a purchase cannot reduce a position: there are no short ones"
    if intent.type in _STOPS:
        yield from _stops(placing, features)


def _in_force(intent: OrderIntent, times: Mapping[str, Any]) -> Iterator[str]:
    force = intent.time_in_force
    if intent.type not in _RESTING:
        yield f"a {intent.type} order has no time in force '{force}'"
    elif not times.get(force.upper()):
        yield f"ccxt declares no time in force '{force}'"


def _stops(placing: Mapping[str, Any], features: Mapping[str, Any]) -> Iterator[str]:
    """Let stops pass where they are one word more, found and cancelled like any other order."""
    if not placing.get("triggerPrice"):
        yield "ccxt declares no stop orders"
    elif placing.get("triggerDirection"):
        yield "a stop's direction would have to be guessed"
    elif any((features.get(name) or {}).get("trigger") for name in _ASKED):
        yield "stops live in a service of their own, with ids of their own: that takes a dialect"


def _steps(intent: OrderIntent, listing: Listing) -> Iterator[str]:
    one, quantity = listing.instrument, intent.quantity
    if quantity <= 0 or quantity < one.min_quantity:
        yield f"quantity {quantity} is below the least, {one.min_quantity}"
    if listing.max_quantity and quantity > listing.max_quantity:
        yield f"quantity {quantity} is above the most, {listing.max_quantity}"
    if one.lot and quantity % one.lot:
        yield f"quantity {quantity} is no multiple of the lot {one.lot}"
    yield from _prices(intent, one.tick)
    value = quantity * intent.price * one.contract_size
    if not intent.reduce_only and 0 < value < one.min_notional:
        yield f"the order is worth {text(value)} {one.quote}, less than {one.min_notional}"


def _prices(intent: OrderIntent, tick: Decimal) -> Iterator[str]:
    for name, price in numbers(intent):
        if name == "quantity":
            continue
        if price <= 0:
            yield f"a {intent.type} order needs a {name}"
        elif tick and price % tick:
            yield f"{name} {price} is no multiple of the tick {tick}"
