"""A spot order request, read from wire parameters as strictly as Binance reads it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from realtrade.testing.binance.errors import ApiError, illegal, missing
from realtrade.testing.exchange.order import OrderRequest

if TYPE_CHECKING:
    from realtrade.testing.binance.call import Call
    from realtrade.testing.exchange.order import Trigger

_CLIENT_ID = re.compile(r"[a-zA-Z0-9-_]{1,36}")


class Form(NamedTuple):
    """What one order type needs."""

    trigger: Trigger | None = None
    price: bool = False
    time_in_force: bool = False


FORMS: dict[str, Form] = {
    "MARKET": Form(),
    "LIMIT": Form(price=True, time_in_force=True),
    "LIMIT_MAKER": Form(price=True),
    "STOP_LOSS": Form("stop"),
    "STOP_LOSS_LIMIT": Form("stop", price=True, time_in_force=True),
    "TAKE_PROFIT": Form("take_profit"),
    "TAKE_PROFIT_LIMIT": Form("take_profit", price=True, time_in_force=True),
}


def client_id(call: Call, name: str, made: str) -> str:
    """Return a client id: as sent, or `made` when none was.

    Raises:
        ApiError: -1100 for illegal characters or more than 36 of them.
    """
    text = call.get(name)
    if text is not None and not _CLIENT_ID.fullmatch(text):
        legal = "^[a-zA-Z0-9-_]{1,36}$"
        msg = f"Illegal characters found in parameter '{name}'; legal range is '{legal}'."
        raise ApiError(-1100, msg)
    return text or made


def read_order(call: Call, prefix: str = "") -> OrderRequest:
    """Return the order that the parameters ask for.

    Args:
        call: The request.
        prefix: `above` or `below` for a leg of an order list.

    Raises:
        ApiError: -1102, -1106, -1116, -1117, -1115 and the like.
    """
    desk = call.desk()
    kind = call.need(_named(prefix, "type"))
    form = FORMS.get(kind)
    if form is None:
        raise ApiError(-1116, "Invalid orderType.")
    asked: dict[str, Any] = {
        "symbol": desk.market.symbol,
        "side": _side(call),
        "type": kind,
        "client_order_id": _order_client_id(call, prefix),
        "trigger": form.trigger,
        "post_only": kind == "LIMIT_MAKER",
        "time_in_force": _time_in_force(call, prefix, form),
        "price": _price(call, prefix, form),
    }
    return OrderRequest(**asked, **_quantities(call, kind), **_trigger(call, prefix, form))


def _named(prefix: str, name: str) -> str:
    return f"{prefix}{name[0].upper()}{name[1:]}" if prefix else name


def _order_client_id(call: Call, prefix: str) -> str:
    name = f"{prefix}ClientOrderId" if prefix else "newClientOrderId"
    return client_id(call, name, call.services.made_id())


def _side(call: Call) -> str:
    side = call.need("side")
    if side not in {"BUY", "SELL"}:
        raise ApiError(-1117, "Invalid side.")
    return side.lower()


def _time_in_force(call: Call, prefix: str, form: Form) -> str:
    name = _named(prefix, "timeInForce")
    text = call.get(name)
    if form.time_in_force and text is None:
        raise missing(name)
    if text is not None and not form.time_in_force:
        raise ApiError(-1106, f"Parameter '{name}' sent when not required.")
    if text not in {None, "GTC", "IOC", "FOK"}:
        raise ApiError(-1115, "Invalid timeInForce.")
    return text or "GTC"


def _price(call: Call, prefix: str, form: Form) -> Any:
    name = _named(prefix, "price")
    price = call.decimal(name)
    if form.price and price is None:
        raise missing(name)
    if price is not None and not form.price:
        raise ApiError(-1106, f"Parameter '{name}' sent when not required.")
    return price


def _quantities(call: Call, kind: str) -> dict[str, Any]:
    quantity, value = call.decimal("quantity"), call.decimal("quoteOrderQty")
    if value is not None and (kind != "MARKET" or quantity is not None):
        raise ApiError(-1106, "Parameter 'quoteOrderQty' sent when not required.")
    if quantity is None and value is None:
        raise missing("quantity")
    return {"quantity": quantity} if value is None else {"quote_quantity": value}


def _trigger(call: Call, prefix: str, form: Form) -> dict[str, Any]:
    stop = call.decimal(_named(prefix, "stopPrice"))
    trail = call.decimal(_named(prefix, "trailingDelta"))
    if form.trigger is None:
        if stop is not None:
            raise ApiError(-1106, "Parameter 'stopPrice' sent when not required.")
        return {}
    if stop is None and trail is None:
        raise ApiError(
            -1102, "Param 'stopPrice' or 'trailingDelta' must be sent, but both were empty/null!"
        )
    if trail is not None and not 10 <= trail <= 2000:  # noqa: PLR2004 - the filter TRAILING_DELTA
        raise illegal("trailingDelta")
    return {"stop_price": stop, "trail_bps": trail}
