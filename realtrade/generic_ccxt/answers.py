"""Orders and trades as ccxt tells of them, in our values."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from realtrade.common.rest import unified
from realtrade.common.rest.errors import OddAnswer
from realtrade.common.rest.unified import number
from realtrade.model.account import VenueOrder
from realtrade.model.order import Fill, OrderStatus, Side

if TYPE_CHECKING:
    from collections.abc import Mapping

    from realtrade.generic_ccxt.names import Names
    from realtrade.model.order import OrderIntent


def order(row: Any, names: Names) -> VenueOrder:
    """Return an order, under our own id where it is ours.

    Raises:
        OddAnswer: it is none, or has no quantity.
    """
    if not isinstance(row, dict):
        raise OddAnswer("the answer tells of no order")
    told = unified.order(row)
    if told.quantity <= 0:
        msg = f"the order {told.venue_order_id} has no quantity"
        raise OddAnswer(msg)
    known = names.of(told.symbol, told.venue_order_id)
    ours = known or names.ours(told.client_order_id)
    return replace(_ended(told, row), client_order_id=ours)


def _ended(told: VenueOrder, row: Mapping[str, Any]) -> VenueOrder:
    """Read `closed` with care: it is said of filled orders, and of what was given up halfway."""
    if told.status is not OrderStatus.FILLED or told.filled == told.quantity:
        return told
    if row.get("filled") is None:
        return replace(told, filled=told.quantity)
    return replace(told, status=OrderStatus.CANCELLED)


def placed(row: Any, intent: OrderIntent, names: Names) -> VenueOrder | None:
    """Return the order of an answer to placing it; None where it does not name it by our id.

    Many exchanges answer with ids alone: the rest is as it was sent then.

    Raises:
        OddAnswer: it has not even an id.
    """
    if not isinstance(row, dict) or not row.get("id"):
        msg = f"the answer to {intent.client_order_id} tells of no order"
        raise OddAnswer(msg)
    if names.ours(str(row.get("clientOrderId") or "")) != intent.client_order_id:
        return None
    if number(row.get("amount")) and row.get("side") and row.get("status"):
        told = order({**row, "symbol": row.get("symbol") or intent.symbol}, names)
        return replace(told, type=intent.type, client_order_id=intent.client_order_id)
    return VenueOrder(
        client_order_id=intent.client_order_id,
        venue_order_id=str(row["id"]),
        symbol=intent.symbol,
        side=intent.side,
        type=intent.type,
        status=OrderStatus.ACCEPTED,
        quantity=number(row.get("amount")) or intent.quantity,
        filled=number(0),
        limit_price=intent.limit_price,
        stop_price=intent.stop_price,
        time_ms=int(row.get("timestamp") or 0),
    )


def trade(row: Any, symbol: str, client_order_id: str) -> Fill:
    """Return one execution.

    Raises:
        OddAnswer: it is none.
    """
    amount, cost = number(row.get("amount")), number(row.get("price"))
    if not row.get("id") or amount <= 0 or row.get("side") not in ("buy", "sell"):
        msg = f"the answer tells of no trade of {symbol}"
        raise OddAnswer(msg)
    fee = _fee(row, symbol)
    return Fill(
        trade_id=str(row["id"]),
        client_order_id=client_order_id,
        symbol=symbol,
        side=Side(row["side"]),
        quantity=amount,
        price=cost,
        fee=number(fee.get("cost")),
        fee_currency=str(fee.get("currency") or _quote(symbol)),
        maker=row.get("takerOrMaker") == "maker",
        time_ms=int(row.get("timestamp") or 0),
    )


def _fee(row: Mapping[str, Any], symbol: str) -> Mapping[str, Any]:
    """Return what an execution cost; of several, what was taken out of the thing bought."""
    told = [one for one in (row.get("fee"), *(row.get("fees") or ())) if isinstance(one, dict)]
    costs = [one for one in told if number(one.get("cost"))]
    base = symbol.partition("/")[0]
    return next((one for one in costs if one.get("currency") == base), (costs or [{}])[0])


def _quote(symbol: str) -> str:
    return symbol.partition("/")[2].partition(":")[0]
