"""USDⓈ-M order requests, plain and conditional, read from wire parameters."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from realtrade.testing.binance.errors import ApiError, illegal, missing
from realtrade.testing.exchange.order import OrderRequest

if TYPE_CHECKING:
    from realtrade.testing.binance.call import Call

_CLIENT_ID = re.compile(r"[\.A-Z\:/a-z0-9_-]{1,36}")
_PERCENT = Decimal(100)
_CALLBACK = (Decimal("0.1"), Decimal(20))
CONDITIONAL = {
    "STOP": "stop",
    "STOP_MARKET": "stop",
    "TAKE_PROFIT": "take_profit",
    "TAKE_PROFIT_MARKET": "take_profit",
    "TRAILING_STOP_MARKET": "stop",
}
"""Types that live on `algoOrder`, and which way they wait."""
_PRICED = {"LIMIT", "STOP", "TAKE_PROFIT"}
_TIMES = {"GTC", "IOC", "FOK", "GTX", "GTD", "GTE_GTC"}
_MOVED = (
    "Order type not supported for this endpoint. Please use the Algo Order API endpoints instead."
)


def client_id(call: Call, name: str, made: str) -> str:
    """Return a client id as sent, or `made`.

    Raises:
        ApiError: -4015 when it is too long or has other characters.
    """
    text = call.get(name)
    if text is not None and not _CLIENT_ID.fullmatch(text):
        raise ApiError(-4015, "Client order id is not valid.")
    return text or made


def read_plain(call: Call) -> OrderRequest:
    """Return a `MARKET` or `LIMIT` order.

    Raises:
        ApiError: -4120 for conditional types, which moved to `algoOrder`.
    """
    kind = call.need("type")
    if kind in CONDITIONAL:
        raise ApiError(-4120, _MOVED)
    if kind not in {"MARKET", "LIMIT"}:
        raise ApiError(-1116, "Invalid orderType.")
    if call.get("stopPrice") is not None:
        raise ApiError(-1106, "Parameter 'stopprice' sent when not required.")
    made = call.services.made_id()
    return _order(call, kind, client_id(call, "newClientOrderId", made), _quantity(call))


def read_algo(call: Call) -> OrderRequest:
    """Return a conditional order.

    Raises:
        ApiError: its type is none, or what it needs is missing.
    """
    if call.need("algoType") != "CONDITIONAL":
        raise illegal("algoType")
    kind = call.need("type")
    if kind not in CONDITIONAL:
        raise ApiError(-1116, "Invalid orderType.")
    closes = call.flag("closePosition")
    _combination(call, kind, closes=closes)
    extra = {
        name: text
        for name in ("workingType", "callbackRate", "activatePrice", "priceProtect")
        if (text := call.get(name)) is not None
    }
    return _order(
        call,
        kind,
        client_id(call, "clientAlgoId", call.services.made_id()),
        Decimal(0) if closes else _quantity(call),
        trigger=CONDITIONAL[kind],
        close_position=closes,
        extra=extra,
        **_trigger(call, kind),
    )


def _combination(call: Call, kind: str, *, closes: bool) -> None:
    if not closes:
        return
    if kind not in {"STOP_MARKET", "TAKE_PROFIT_MARKET"}:
        raise ApiError(-4136, "Target strategy invalid for orderType,closePosition true")
    if call.get("quantity") is not None or call.get("reduceOnly") is not None:
        raise ApiError(-4137, "Quantity must be zero with closePosition equals true")


def _order(
    call: Call, kind: str, client_order_id: str, quantity: Decimal, **more: Any
) -> OrderRequest:
    if call.get("positionSide") not in {None, "BOTH"}:
        raise ApiError(-4061, "Order's position side does not match user's setting.")
    tif = _time_in_force(call, kind)
    return OrderRequest(
        symbol=call.desk().market.symbol,
        side=_side(call),
        type=kind,
        client_order_id=client_order_id,
        quantity=quantity,
        price=_price(call, kind),
        time_in_force=tif,
        good_till_ms=_good_till(call, tif),
        post_only=tif == "GTX",
        reduce_only=call.flag("reduceOnly"),
        **more,
    )


def _side(call: Call) -> Any:
    side = call.need("side")
    if side not in {"BUY", "SELL"}:
        raise ApiError(-1117, "Invalid side.")
    return side.lower()


def _quantity(call: Call) -> Decimal:
    quantity = call.decimal("quantity")
    if quantity is None:
        raise missing("quantity")
    return quantity


def _price(call: Call, kind: str) -> Decimal | None:
    price = call.decimal("price")
    if kind in _PRICED and price is None:
        raise missing("price")
    if kind not in _PRICED and price is not None:
        raise ApiError(-1106, "Parameter 'price' sent when not required.")
    return price


def _time_in_force(call: Call, kind: str) -> Any:
    text = call.get("timeInForce")
    if kind == "LIMIT" and text is None:
        raise missing("timeInForce")
    if kind == "MARKET" and text is not None:
        raise ApiError(-1106, "Parameter 'timeInForce' sent when not required.")
    if text is not None and text not in _TIMES:
        raise ApiError(-1115, "Invalid timeInForce.")
    return "GTC" if text in {None, "GTE_GTC"} else text


def _good_till(call: Call, tif: str) -> int:
    until = call.number("goodTillDate")
    if tif == "GTD" and until is None:
        raise missing("goodTillDate")
    if until is not None and until < call.core.clock.now_ms() + 600_000:
        raise ApiError(
            -5040,
            "The goodTillDate timestamp must be greater than the current time plus 600 seconds "
            "and smaller than 253402300799000 (UTC 9999-12-31 23:59:59)",
        )
    return (until or 0) // 1000 * 1000


def _trigger(call: Call, kind: str) -> dict[str, Any]:
    if kind != "TRAILING_STOP_MARKET":
        stop = call.decimal("triggerPrice")
        if stop is None:
            raise missing("triggerPrice")
        return {"stop_price": stop}
    rate = call.decimal("callbackRate")
    if rate is None:
        raise missing("callbackRate")
    if not _CALLBACK[0] <= rate <= _CALLBACK[1]:
        raise ApiError(-2007, "Invalid callBack rate.")
    return {"trail_bps": rate * _PERCENT, "stop_price": call.decimal("activatePrice")}
