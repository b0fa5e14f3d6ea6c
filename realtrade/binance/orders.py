"""What leaves for an order: Binance's parameters per type and market, and what it cannot do.

Sources: "New order (TRADE)" of Binance's spot API; "New Order" and "New Algo Order" of USDⓈ-M.
Anything not in the tables here is refused by name: nothing is ever changed to fit.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from realtrade.common.rest.unified import text
from realtrade.model.order import OrderType, TimeInForce

if TYPE_CHECKING:
    from collections.abc import Iterator

    from realtrade.common.rest.listing import Listing
    from realtrade.model.order import OrderIntent

_SPOT = {
    OrderType.MARKET: "MARKET",
    OrderType.LIMIT: "LIMIT",
    OrderType.STOP: "STOP_LOSS",
    OrderType.STOP_LIMIT: "STOP_LOSS_LIMIT",
    OrderType.TRAILING_STOP: "STOP_LOSS",
}
_SWAP = {
    OrderType.MARKET: "MARKET",
    OrderType.LIMIT: "LIMIT",
    OrderType.STOP: "STOP_MARKET",
    OrderType.STOP_LIMIT: "STOP",
    OrderType.TRAILING_STOP: "TRAILING_STOP_MARKET",
}
_RESTING = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT})
CONDITIONAL = frozenset({OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP})
"""USDⓈ-M keeps these in a service of their own, with ids of their own."""
_ID = re.compile(r"[.A-Za-z0-9:/_-]{1,36}", re.ASCII)
_SPOT_TRAIL_BPS = (Decimal(10), Decimal(2_000))
_SWAP_TRAIL_PERCENT = (Decimal("0.1"), Decimal(20))
"""Source: the change log of 2026-10-23, which doubled the most of it."""
_LEAST_AHEAD_MS = 600_000
"""USDⓈ-M wants an order's end at least ten minutes ahead."""


class Request(NamedTuple):
    """One request as it leaves."""

    endpoint: str
    """ccxt's name of it."""
    params: dict[str, Any]


def request(intent: OrderIntent, listing: Listing) -> Request:
    """Return the request that places an intent which `refusal` lets pass."""
    if listing.instrument.market == "spot":
        return Request("privatePostOrder", _common(intent, listing) | _spot(intent))
    if intent.type in CONDITIONAL:
        return Request("fapiPrivatePostAlgoOrder", _common(intent, listing) | _algo(intent))
    return Request("fapiPrivatePostOrder", _common(intent, listing) | _swap(intent))


def _common(intent: OrderIntent, listing: Listing) -> dict[str, Any]:
    names = _SPOT if listing.instrument.market == "spot" else _SWAP
    return {
        "symbol": listing.id,
        "side": intent.side.upper(),
        "type": names[intent.type],
        "quantity": text(intent.quantity),
    }


def _spot(intent: OrderIntent) -> dict[str, Any]:
    params = {"newClientOrderId": intent.client_order_id, "newOrderRespType": "FULL"}
    if intent.post_only:
        return params | {"type": "LIMIT_MAKER", "price": _price(intent.limit_price)}
    if intent.type is OrderType.TRAILING_STOP:
        return params | {"trailingDelta": text((intent.trail_percent or Decimal(0)) * 10_000)}
    if intent.type in CONDITIONAL:
        params |= {"stopPrice": _price(intent.stop_price)}
    return params | _limit(intent, intent.time_in_force.upper())


def _swap(intent: OrderIntent) -> dict[str, Any]:
    params = {"newClientOrderId": intent.client_order_id, "newOrderRespType": "RESULT"}
    return params | _reduce_only(intent) | _limit(intent, _time_in_force(intent)) | _until(intent)


def _algo(intent: OrderIntent) -> dict[str, Any]:
    params = {"algoType": "CONDITIONAL", "clientAlgoId": intent.client_order_id}
    params |= {"workingType": "CONTRACT_PRICE"}
    if intent.type is OrderType.TRAILING_STOP:
        params |= {"callbackRate": text((intent.trail_percent or Decimal(0)) * 100)}
    else:
        params |= {"triggerPrice": _price(intent.stop_price)}
    return params | _reduce_only(intent) | _limit(intent, _time_in_force(intent))


def _limit(intent: OrderIntent, time_in_force: str) -> dict[str, str]:
    """Return price and time in force for what rests: a market order has neither."""
    if intent.type not in _RESTING:
        return {}
    return {"price": _price(intent.limit_price), "timeInForce": time_in_force}


def _time_in_force(intent: OrderIntent) -> str:
    if intent.post_only:
        return "GTX"
    return "GTD" if intent.valid_until_ms is not None else intent.time_in_force.upper()


def _until(intent: OrderIntent) -> dict[str, str]:
    until = intent.valid_until_ms
    return {} if until is None else {"goodTillDate": str(until)}


def _reduce_only(intent: OrderIntent) -> dict[str, str]:
    return {"reduceOnly": "true"} if intent.reduce_only else {}


def _price(price: Decimal | None) -> str:
    return text(price or Decimal(0))


def refusal(intent: OrderIntent, listing: Listing, now_ms: int) -> str | None:
    """Return why an intent cannot be placed exactly as it is, or None when it can."""
    return next(_objections(intent, listing, now_ms), None)


def _objections(intent: OrderIntent, listing: Listing, now_ms: int) -> Iterator[str]:
    spot = listing.instrument.market == "spot"
    where = f"Binance {'spot' if spot else 'USDⓈ-M'}"
    if not listing.active:
        yield f"{where}: {intent.symbol} is not traded at the moment"
    if not _ID.fullmatch(intent.client_order_id):
        yield f"{where}: the client order id {intent.client_order_id!r} is not one it takes"
    yield from (f"{where}: {told}" for told in _unknown_type(intent, listing, spot))
    yield from (f"{where}: {told}" for told in _conditions(intent, spot, now_ms))
    yield from (f"{where}: {told}" for told in _steps(intent, listing))


def _unknown_type(intent: OrderIntent, listing: Listing, spot: bool) -> Iterator[str]:
    name = (_SPOT if spot else _SWAP).get(intent.type)
    if name is None:
        yield f"knows no {intent.type} orders"
        return
    name = "LIMIT_MAKER" if spot and intent.post_only else name
    if listing.types and name not in listing.types:
        yield f"takes no {name} orders on {intent.symbol}"
    if intent.type is OrderType.TRAILING_STOP:
        yield from _trail(intent, listing, spot)


def _trail(intent: OrderIntent, listing: Listing, spot: bool) -> Iterator[str]:
    percent = intent.trail_percent
    if percent is None or intent.trail_amount is not None:
        yield "trails by a percentage only, not by an amount"
        return
    if spot and not listing.trailing:
        yield f"trails no stops on {intent.symbol}"
    value, unit = (percent * 10_000, "bps") if spot else (percent * 100, "%")
    least, most = _SPOT_TRAIL_BPS if spot else _SWAP_TRAIL_PERCENT
    step = Decimal(1) if spot else Decimal("0.1")
    if not least <= value <= most or value % step:
        yield f"trails by {least} to {most} {unit} in steps of {step}, not by {text(value)} {unit}"


def _conditions(intent: OrderIntent, spot: bool, now_ms: int) -> Iterator[str]:
    if intent.time_in_force is not TimeInForce.GTC and intent.type not in _RESTING:
        yield f"a {intent.type} order has no time in force '{intent.time_in_force}'"
    if intent.post_only:
        yield from _post_only(intent, spot)
    if intent.valid_until_ms is not None:
        yield from _valid_until(intent, intent.valid_until_ms, spot, now_ms)
    if spot and intent.reduce_only and intent.signed_quantity > 0:
        yield "a purchase cannot reduce a position: there are no short ones"


def _post_only(intent: OrderIntent, spot: bool) -> Iterator[str]:
    if intent.type is not OrderType.LIMIT and (spot or intent.type is not OrderType.STOP_LIMIT):
        yield f"a {intent.type} order cannot be post-only"
    if intent.time_in_force is not TimeInForce.GTC or intent.valid_until_ms is not None:
        yield "a post-only order has no other time in force"


def _valid_until(intent: OrderIntent, until_ms: int, spot: bool, now_ms: int) -> Iterator[str]:
    if spot or intent.type is not OrderType.LIMIT:
        yield f"a {intent.type} order cannot end by itself at a set time"
    elif intent.time_in_force is not TimeInForce.GTC:
        yield f"an order is '{intent.time_in_force}' or valid until a time, not both"
    elif until_ms % 1_000 or until_ms < now_ms + _LEAST_AHEAD_MS:
        yield "an order's end must be a whole second, ten minutes ahead or more"


def _steps(intent: OrderIntent, listing: Listing) -> Iterator[str]:
    one = listing.instrument
    quantity, at_market = intent.quantity, intent.type is OrderType.MARKET
    if quantity <= 0 or quantity < one.min_quantity:
        yield f"quantity {quantity} is below the least, {one.min_quantity}"
    most = (listing.max_market_quantity if at_market else 0) or listing.max_quantity
    if most and quantity > most:
        yield f"quantity {quantity} is above the most, {most}"
    if one.lot and quantity % one.lot:
        yield f"quantity {quantity} is no multiple of the lot {one.lot}"
    for name, price in _prices(intent):
        if price is None or price <= 0:
            yield f"a {intent.type} order needs a {name}"
        elif one.tick and price % one.tick:
            yield f"{name} {price} is no multiple of the tick {one.tick}"
    yield from _notional(intent, listing)


def _prices(intent: OrderIntent) -> Iterator[tuple[str, Decimal | None]]:
    if intent.type in _RESTING:
        yield "limit price", intent.limit_price
    if intent.type in CONDITIONAL and intent.type is not OrderType.TRAILING_STOP:
        yield "stop price", intent.stop_price


def _notional(intent: OrderIntent, listing: Listing) -> Iterator[str]:
    one = listing.instrument
    free = intent.reduce_only and one.market != "spot"
    value = intent.quantity * intent.price * one.contract_size
    if not free and 0 < value < one.min_notional:
        yield f"the order is worth {text(value)} {one.quote}, less than {one.min_notional}"
