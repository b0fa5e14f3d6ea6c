"""Orders, trades and balances as `/api/v3` writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.testing.binance.call import wire_symbol
from realtrade.testing.binance.text import eight

if TYPE_CHECKING:
    from realtrade.testing.exchange.order import SimOrder
    from realtrade.testing.exchange.pairs import OrderPair
    from realtrade.testing.exchange.truth import FillTruth

STATUS = {
    "new": "NEW",
    "partially_filled": "PARTIALLY_FILLED",
    "filled": "FILLED",
    "canceled": "CANCELED",
    "expired": "EXPIRED",
    "rejected": "EXPIRED",
    "triggered": "FILLED",
}


def conditional(order: SimOrder) -> dict[str, Any]:
    """Return the fields that only some orders have."""
    asked = order.request
    fields: dict[str, Any] = {}
    if asked.trail_bps is not None:
        fields |= {"trailingDelta": int(asked.trail_bps), "trailingTime": -1}
    if order.status == "expired" and order.expiry:
        fields["expiryReason"] = order.expiry
    return fields


def _ids(order: SimOrder) -> dict[str, Any]:
    return {
        "symbol": wire_symbol(order.market.symbol),
        "orderId": order.id,
        "orderListId": order.list_id or -1,
    }


def _state(order: SimOrder) -> dict[str, Any]:
    asked = order.request
    return {
        "price": eight(asked.price),
        "origQty": eight(order.quantity),
        "executedQty": eight(order.filled),
        "origQuoteOrderQty": eight(asked.quote_quantity),
        "cummulativeQuoteQty": eight(order.quote_filled),
        "status": STATUS[order.status],
        "timeInForce": asked.time_in_force,
        "type": asked.type,
        "side": asked.side.upper(),
    }


def acknowledged(order: SimOrder, form: str) -> dict[str, Any]:
    """Return the answer to a new order: `ACK`, `RESULT` or `FULL`."""
    answer = {
        **_ids(order),
        "clientOrderId": order.client_order_id,
        "transactTime": order.updated_ms,
    }
    if form == "ACK":
        return answer
    answer |= _state(order)
    if order.request.stop_price is not None:
        answer["stopPrice"] = eight(order.request.stop_price)
    answer |= conditional(order)
    answer |= {"workingTime": order.working_ms, "selfTradePreventionMode": "EXPIRE_MAKER"}
    if form == "FULL":
        answer["fills"] = [_fill(one) for one in order.fills]
    return answer


def _fill(fill: FillTruth) -> dict[str, Any]:
    return {
        "price": eight(fill.price),
        "qty": eight(fill.quantity),
        "commission": eight(fill.fee),
        "commissionAsset": fill.fee_asset,
        "tradeId": fill.id,
    }


def queried(order: SimOrder) -> dict[str, Any]:
    """Return an order as queries answer it."""
    return {
        **_ids(order),
        # The id of a cancel takes the place of the order's own.
        "clientOrderId": order.known_as,
        **_state(order),
        "stopPrice": eight(order.request.stop_price),
        "icebergQty": "0.00000000",
        "time": order.created_ms,
        "updateTime": order.updated_ms,
        "isWorking": order.working,
        "workingTime": order.working_ms,
        "selfTradePreventionMode": "EXPIRE_MAKER",
        **conditional(order),
    }


def canceled(order: SimOrder, cancel_id: str) -> dict[str, Any]:
    """Return the answer to a cancel: `clientOrderId` is the cancel's own."""
    answer = {
        **_ids(order),
        "origClientOrderId": order.client_order_id,
        "clientOrderId": cancel_id,
        "transactTime": order.updated_ms,
        **_state(order),
    }
    if order.request.stop_price is not None:
        answer["stopPrice"] = eight(order.request.stop_price)
    return {**answer, "selfTradePreventionMode": "EXPIRE_MAKER"}


def pair_answer(pair: OrderPair, reports: list[dict[str, Any]], now_ms: int) -> dict[str, Any]:
    """Return an order list with the reports of its legs."""
    return {**pair_query(pair, now_ms), "orderReports": reports}


def pair_query(pair: OrderPair, now_ms: int) -> dict[str, Any]:
    """Return an order list as queries answer it."""
    symbol = wire_symbol(pair.legs[0].market.symbol)
    return {
        "orderListId": pair.id,
        "contingencyType": "OCO",
        "listStatusType": "EXEC_STARTED" if pair.open else "ALL_DONE",
        "listOrderStatus": "EXECUTING" if pair.open else "ALL_DONE",
        "listClientOrderId": pair.client_id,
        "transactionTime": now_ms,
        "symbol": symbol,
        "orders": [
            {"symbol": symbol, "orderId": leg.id, "clientOrderId": leg.client_order_id}
            for leg in pair.legs
        ],
    }


def trade(fill: FillTruth, list_id: int | None) -> dict[str, Any]:
    """Return a fill as `myTrades` answers it."""
    return {
        "symbol": wire_symbol(fill.symbol),
        "id": fill.id,
        "orderId": fill.order_id,
        "orderListId": list_id or -1,
        "price": eight(fill.price),
        "qty": eight(fill.quantity),
        "quoteQty": eight(fill.price * fill.quantity),
        "commission": eight(fill.fee),
        "commissionAsset": fill.fee_asset,
        "time": fill.time_ms,
        "isBuyer": fill.side == "buy",
        "isMaker": fill.maker,
        "isBestMatch": True,
    }
