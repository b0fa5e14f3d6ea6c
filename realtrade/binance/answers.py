"""Binance's orders and trades in our values, spot and USDⓈ-M, plain and conditional."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from realtrade.common.rest.errors import OddAnswer
from realtrade.common.rest.unified import number
from realtrade.model.account import VenueOrder
from realtrade.model.order import Fill, OrderStatus, OrderType, Side

if TYPE_CHECKING:
    from collections.abc import Mapping

    from realtrade.model.order import OrderIntent

T = TypeVar("T")

STATUSES: Mapping[str, OrderStatus] = {
    "NEW": OrderStatus.ACCEPTED,
    "PENDING_NEW": OrderStatus.ACCEPTED,
    "PENDING_CANCEL": OrderStatus.ACCEPTED,
    "PARTIALLY_FILLED": OrderStatus.PARTIALLY_FILLED,
    "FILLED": OrderStatus.FILLED,
    "CANCELED": OrderStatus.CANCELLED,
    "REJECTED": OrderStatus.REJECTED,
    "EXPIRED": OrderStatus.EXPIRED,
    "EXPIRED_IN_MATCH": OrderStatus.EXPIRED,
    # Of liquidations and of auto-deleveraging on USDⓈ-M.
    "NEW_INSURANCE": OrderStatus.ACCEPTED,
    "NEW_ADL": OrderStatus.ACCEPTED,
}
ALGO_STATUSES: Mapping[str, OrderStatus] = {
    "NEW": OrderStatus.ACCEPTED,
    "TRIGGERING": OrderStatus.ACCEPTED,
    "TRIGGERED": OrderStatus.ACCEPTED,
    # What it became is told by the order it has triggered, not here.
    "FINISHED": OrderStatus.ACCEPTED,
    "CANCELED": OrderStatus.CANCELLED,
    "REJECTED": OrderStatus.REJECTED,
    "EXPIRED": OrderStatus.EXPIRED,
}
TYPES: Mapping[str, OrderType] = {
    "MARKET": OrderType.MARKET,
    "LIMIT": OrderType.LIMIT,
    "LIMIT_MAKER": OrderType.LIMIT,
    "STOP_LOSS": OrderType.STOP,
    "STOP_LOSS_LIMIT": OrderType.STOP_LIMIT,
    "TAKE_PROFIT": OrderType.STOP,
    "TAKE_PROFIT_LIMIT": OrderType.STOP_LIMIT,
    "STOP": OrderType.STOP_LIMIT,
    "STOP_MARKET": OrderType.STOP,
    "TAKE_PROFIT_MARKET": OrderType.STOP,
    "TRAILING_STOP_MARKET": OrderType.TRAILING_STOP,
    "LIQUIDATION": OrderType.MARKET,
}
FIRED = frozenset({"TRIGGERING", "TRIGGERED", "FINISHED"})
"""Conditional orders in these states have made, or are making, an order of the common kind."""


def order(row: Any, symbol: str) -> VenueOrder:
    """Return an order from the answer to placing, asking for or cancelling it.

    Raises:
        OddAnswer: it is none: no ids, or a state, side or type we do not know.
    """
    if not isinstance(row, dict) or not isinstance(row.get("orderId"), int):
        msg = f"the answer tells of no order of {symbol}"
        raise OddAnswer(msg)
    name = row.get("origType") or row.get("type")
    kind = _type(name, row)
    if row.get("trailingDelta") not in (None, "", 0):
        kind = OrderType.TRAILING_STOP
    return VenueOrder(
        # The answer to a cancel has the cancel's own id where the order's is elsewhere.
        client_order_id=str(row.get("origClientOrderId") or row.get("clientOrderId") or ""),
        venue_order_id=str(row["orderId"]),
        symbol=symbol,
        side=_side(row),
        type=kind,
        status=_known(STATUSES, row.get("status"), "state"),
        quantity=number(row.get("origQty")),
        filled=number(row.get("executedQty")),
        limit_price=number(row.get("price")) or None,
        stop_price=number(row.get("stopPrice")) or None,
        reason=_reason(row),
        time_ms=_time(row, "updateTime", "transactTime", "time"),
    )


def one_of_list(row: Any, order: VenueOrder | OrderIntent) -> Any:
    """Return what the answer to a cancel says of an order; of a list it tells as a whole.

    Source: "Cancel order" of spot's WebSocket API, whose second answer is that of an order list.
    """
    reports = row.get("orderReports") if isinstance(row, dict) else None
    if not isinstance(reports, list):
        return row
    known = {order.client_order_id, getattr(order, "venue_order_id", "")} - {""}
    for one in reports:
        told = one if isinstance(one, dict) else {}
        if known & {str(told.get("origClientOrderId")), str(told.get("orderId"))}:
            return told
    return row


def algo_order(row: Any, symbol: str) -> VenueOrder:
    """Return a conditional order of USDⓈ-M; its venue id begins with `algo-`.

    Raises:
        OddAnswer: it is none.
    """
    if not isinstance(row, dict) or not isinstance(row.get("algoId"), int):
        msg = f"the answer tells of no conditional order of {symbol}"
        raise OddAnswer(msg)
    return VenueOrder(
        client_order_id=str(row.get("clientAlgoId") or ""),
        venue_order_id=f"algo-{row['algoId']}",
        symbol=symbol,
        side=_side(row),
        type=_type(row.get("orderType"), row),
        status=_known(ALGO_STATUSES, row.get("algoStatus"), "state"),
        quantity=number(row.get("quantity")),
        filled=Decimal(0),
        limit_price=number(row.get("price")) or None,
        stop_price=number(row.get("triggerPrice")) or None,
        time_ms=_time(row, "updateTime", "createTime"),
    )


def placed_fills(row: Mapping[str, Any], told: VenueOrder) -> list[Fill]:
    """Return the executions in the answer to placing an order on spot: all of them took."""
    return [
        Fill(
            trade_id=str(one["tradeId"]),
            client_order_id=told.client_order_id,
            symbol=told.symbol,
            side=told.side,
            quantity=number(one.get("qty")),
            price=number(one.get("price")),
            fee=number(one.get("commission")),
            fee_currency=str(one.get("commissionAsset", "")),
            maker=False,
            time_ms=told.time_ms,
        )
        for one in row.get("fills") or ()
    ]


def trade(row: Any, symbol: str, client_order_id: str) -> Fill:
    """Return a trade of the account's.

    Raises:
        OddAnswer: it is none.
    """
    if not isinstance(row, dict) or not isinstance(row.get("id"), int):
        msg = f"the answer tells of no trade of {symbol}"
        raise OddAnswer(msg)
    buyer = row.get("isBuyer", row.get("buyer"))
    return Fill(
        trade_id=str(row["id"]),
        client_order_id=client_order_id,
        symbol=symbol,
        side=Side.BUY if buyer is True else Side.SELL,
        quantity=number(row.get("qty")),
        price=number(row.get("price")),
        fee=number(row.get("commission")),
        fee_currency=str(row.get("commissionAsset", "")),
        maker=row.get("isMaker", row.get("maker")) is True,
        time_ms=_time(row, "time"),
    )


def _type(name: Any, row: Mapping[str, Any]) -> OrderType:
    """Return an order's type: `TAKE_PROFIT` is a limit order on USDⓈ-M and a market one on spot."""
    kind = _known(TYPES, name, "type")
    return OrderType.STOP_LIMIT if name == "TAKE_PROFIT" and number(row.get("price")) else kind


def _side(row: Mapping[str, Any]) -> Side:
    return _known({"BUY": Side.BUY, "SELL": Side.SELL}, row.get("side"), "side")


def _known(table: Mapping[str, T], word: Any, what: str) -> T:
    found = table.get(str(word))
    if found is None:
        msg = f"the answer has an order of unknown {what} {str(word)[:30]!r}"
        raise OddAnswer(msg)
    return found


def _reason(row: Mapping[str, Any]) -> str:
    if row.get("status") == "EXPIRED_IN_MATCH":
        return "EXPIRED_IN_MATCH"
    return str(row.get("expiryReason") or "")


def _time(row: Mapping[str, Any], *names: str) -> int:
    found = (row.get(name) for name in names)
    return next((one for one in found if isinstance(one, int) and one > 0), 0)
