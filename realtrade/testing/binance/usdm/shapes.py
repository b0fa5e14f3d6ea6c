"""Orders, algo orders and trades as `/fapi` writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.testing.binance.call import wire_symbol
from realtrade.testing.binance.text import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.testing.exchange.order import SimOrder
    from realtrade.testing.exchange.truth import FillTruth

STATUS = {
    "new": "NEW",
    "partially_filled": "PARTIALLY_FILLED",
    "filled": "FILLED",
    "canceled": "CANCELED",
    "expired": "EXPIRED",
    "rejected": "REJECTED",
    "triggered": "FILLED",
}
_ALGO_STATUS = {
    "new": "NEW",
    "canceled": "CANCELED",
    "expired": "EXPIRED",
    "rejected": "REJECTED",
}


def order(one: SimOrder) -> dict[str, Any]:
    """Return an order as every order endpoint answers it."""
    asked = one.request
    return {
        "orderId": one.id,
        "symbol": wire_symbol(one.market.symbol),
        "status": STATUS[one.status],
        "clientOrderId": one.client_order_id,
        "price": plain(asked.price),
        "avgPrice": f"{one.average:.5f}",
        "origQty": plain(one.quantity),
        "executedQty": plain(one.filled),
        "cumQty": plain(one.filled),
        "cumQuote": plain(one.quote_filled),
        "timeInForce": asked.time_in_force,
        "type": asked.type,
        "reduceOnly": asked.reduce_only,
        "closePosition": asked.close_position,
        "side": asked.side.upper(),
        "positionSide": "BOTH",
        "stopPrice": plain(asked.stop_price),
        "workingType": asked.extra.get("workingType", "CONTRACT_PRICE"),
        "priceProtect": False,
        "origType": asked.extra.get("parent_type", asked.type),
        "priceMatch": "NONE",
        "selfTradePreventionMode": "EXPIRE_MAKER",
        "goodTillDate": asked.good_till_ms,
        "time": one.created_ms,
        "updateTime": one.updated_ms,
    }


def algo_status(one: SimOrder, child: SimOrder | None) -> str:
    """Return where a conditional order stands: `FINISHED` once its child is done."""
    if child is None:
        return _ALGO_STATUS.get(one.status, "TRIGGERED")
    return "TRIGGERED" if child.open else "FINISHED"


def child_of(one: SimOrder, orders: Sequence[SimOrder]) -> SimOrder | None:
    """Return the plain order that a conditional one became, if it triggered."""
    return next((other for other in reversed(orders) if other.parent_id == one.id), None)


def algo(one: SimOrder, child: SimOrder | None) -> dict[str, Any]:
    """Return a conditional order as every algo endpoint answers it."""
    asked = one.request
    answer: dict[str, Any] = {
        "algoId": one.id,
        "clientAlgoId": one.client_order_id,
        "algoType": "CONDITIONAL",
        "orderType": asked.type,
        "symbol": wire_symbol(one.market.symbol),
        "side": asked.side.upper(),
        "positionSide": "BOTH",
        "timeInForce": asked.time_in_force,
        "quantity": plain(one.quantity),
        "algoStatus": algo_status(one, child),
        "actualOrderId": "" if child is None else str(child.id),
        "actualPrice": "0.00000" if child is None else f"{child.average:.5f}",
        "triggerPrice": plain(asked.stop_price),
        "price": plain(asked.price),
        "icebergQuantity": None,
        "tpTriggerPrice": "0.000",
        "tpPrice": "0.000",
        "slTriggerPrice": "0.000",
        "slPrice": "0.000",
        "tpOrderType": "",
        "selfTradePreventionMode": "EXPIRE_MAKER",
        "workingType": asked.extra.get("workingType", "CONTRACT_PRICE"),
        "priceMatch": "NONE",
        "closePosition": asked.close_position,
        "priceProtect": asked.extra.get("priceProtect", "false").lower() == "true",
        "reduceOnly": asked.reduce_only,
        "createTime": one.created_ms,
        "updateTime": one.updated_ms,
        "triggerTime": max(one.working_ms, 0),
        "goodTillDate": asked.good_till_ms,
    }
    if asked.trail_bps is not None:
        answer |= {
            "callbackRate": asked.extra.get("callbackRate", ""),
            "activatePrice": asked.extra.get("activatePrice", ""),
        }
    return answer


def trade(fill: FillTruth) -> dict[str, Any]:
    """Return a fill as `userTrades` answers it."""
    return {
        "buyer": fill.side == "buy",
        "commission": plain(fill.fee),
        "commissionAsset": fill.fee_asset,
        "id": fill.id,
        "maker": fill.maker,
        "orderId": fill.order_id,
        "price": plain(fill.price),
        "qty": plain(fill.quantity),
        "quoteQty": plain(fill.price * fill.quantity),
        "realizedPnl": plain(fill.realised),
        "side": fill.side.upper(),
        "positionSide": "BOTH",
        "symbol": wire_symbol(fill.symbol),
        "time": fill.time_ms,
    }
