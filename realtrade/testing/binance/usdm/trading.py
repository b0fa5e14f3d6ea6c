"""Placing, canceling and asking for USDⓈ-M orders, plain and conditional."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.testing.binance.errors import ApiError
from realtrade.testing.binance.usdm import shapes
from realtrade.testing.binance.usdm.memory import WEEK_MS, forgotten, told_since
from realtrade.testing.binance.usdm.reading import read_algo, read_plain
from realtrade.testing.exchange.refusal import Reason, Refused

if TYPE_CHECKING:
    from realtrade.testing.binance.call import Call
    from realtrade.testing.exchange.order import SimOrder


def place(call: Call) -> Any:
    """`POST order`: `ACK` is the default and always says NEW; `RESULT` tells what became of it."""
    asked = read_plain(call)
    call.services.usdm_limits.order(call.account.key, call.headers)
    order = call.core.place(call.account, asked)
    answer = shapes.order(order)
    if call.get("newOrderRespType") != "RESULT":
        answer |= {"status": "NEW", "executedQty": "0", "cumQty": "0"}
    return _without(answer, "time", "avgPrice", "cumQuote")


def test(call: Call) -> Any:
    """`POST order/test`: only read it."""
    read_plain(call)
    return {}


def query(call: Call) -> Any:
    """`GET order`."""
    return shapes.order(_plain(call))


def open_order(call: Call) -> Any:
    """`GET openOrder`: the same, of open orders only."""
    order = _plain(call)
    if not order.open:
        raise Refused(Reason.UNKNOWN_ORDER)
    return shapes.order(order)


def cancel(call: Call) -> Any:
    """`DELETE order`."""
    try:
        order = _plain(call)
    except Refused:
        raise Refused(Reason.NOTHING_TO_CANCEL) from None
    call.core.cancel(call.account, order)
    return _without(shapes.order(order), "avgPrice", "cumQuote")


def _without(answer: dict[str, Any], *names: str) -> dict[str, Any]:
    """Leave out what orders are no longer answered with, since 2026-07."""
    return {name: value for name, value in answer.items() if name not in names}


def cancel_all(call: Call) -> Any:
    """`DELETE allOpenOrders`: the plain ones of a symbol."""
    for order in _open(call, conditional=False):
        call.core.cancel(call.account, order)
    return {"code": 200, "msg": "The operation of cancel all open order is done."}


def open_orders(call: Call) -> Any:
    """`GET openOrders`."""
    return [shapes.order(order) for order in _open(call, conditional=False)]


def all_orders(call: Call) -> Any:
    """`GET allOrders`: from `orderId` on, or the most recent of a week."""
    first, limit = call.number("orderId"), call.limit(500, 1000)
    start, end = _span(call)
    symbol = call.desk().market.symbol
    orders = [
        order
        for order in call.account.orders
        if order.market.symbol == symbol
        and order.request.trigger is None
        and not forgotten(order, call.core.clock.now_ms())
        and order.id >= (first or 0)
        and start <= order.created_ms <= end
    ]
    return [shapes.order(order) for order in (orders[:limit] if first else orders[-limit:])]


def trades(call: Call) -> Any:
    """`GET userTrades`: from `fromId` on, from `startTime` on, or the most recent."""
    first, order_id = call.number("fromId"), call.number("orderId")
    limit = call.limit(500, 1000)
    _, end = _span(call)
    asked = call.number("startTime"), call.number("endTime")
    start = told_since(*asked, call.core.clock.now_ms())
    symbol = call.desk().market.symbol
    fills = [
        fill
        for fill in call.account.fills
        if fill.symbol == symbol
        and order_id in (None, fill.order_id)
        and fill.id >= (first or 0)
        and start <= fill.time_ms <= end
    ]
    onward = first is not None or call.get("startTime") is not None
    return [shapes.trade(fill) for fill in (fills[:limit] if onward else fills[-limit:])]


def place_algo(call: Call) -> Any:
    """`POST algoOrder`."""
    asked = read_algo(call)
    call.services.usdm_limits.order(call.account.key, call.headers)
    return _algo_shape(call, call.core.place(call.account, asked))


def query_algo(call: Call) -> Any:
    """`GET algoOrder`."""
    return _algo_shape(call, _algo(call))


def cancel_algo(call: Call) -> Any:
    """`DELETE algoOrder`: a triggered one has no order left to cancel here."""
    try:
        order = _algo(call)
    except Refused:
        raise Refused(Reason.NOTHING_TO_CANCEL) from None
    call.core.cancel(call.account, order)
    return {
        "algoId": order.id,
        "clientAlgoId": order.client_order_id,
        "code": "200",
        "msg": "success",
    }


def cancel_all_algo(call: Call) -> Any:
    """`DELETE algoOpenOrders`: the conditional ones of a symbol."""
    for order in _open(call, conditional=True):
        call.core.cancel(call.account, order)
    return {"code": 200, "msg": "The operation of cancel all open order is done."}


def open_algo(call: Call) -> Any:
    """`GET openAlgoOrders`."""
    return [_algo_shape(call, order) for order in _open(call, conditional=True)]


def all_algo(call: Call) -> Any:
    """`GET allAlgoOrders`."""
    symbol, limit = call.desk().market.symbol, call.limit(500, 1000)
    orders = [
        order
        for order in call.account.orders
        if order.market.symbol == symbol
        and order.request.trigger is not None
        and not forgotten(order, call.core.clock.now_ms())
    ]
    return [_algo_shape(call, order) for order in orders[-limit:]]


def countdown(call: Call) -> Any:
    """`POST countdownCancelAll`: cancel all of a symbol unless renewed in time; 0 ends it."""
    symbol = call.desk().market.symbol
    left_ms = int(call.need("countdownTime"))
    call.services.countdown(call.account.key, symbol, left_ms)
    return {"symbol": call.need("symbol"), "countdownTime": str(left_ms)}


def _algo_shape(call: Call, order: SimOrder) -> dict[str, Any]:
    return shapes.algo(order, shapes.child_of(order, call.account.orders))


def _open(call: Call, *, conditional: bool) -> list[SimOrder]:
    symbol = call.desk().market.symbol if call.get("symbol") else None
    return [
        order
        for order in call.account.open_orders(symbol)
        if not order.market.is_spot and (order.request.trigger is not None) is conditional
    ]


def _plain(call: Call) -> SimOrder:
    order_id, wanted = call.number("orderId"), call.get("origClientOrderId")
    if order_id is None and wanted is None:
        raise ApiError(
            -1102, "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!"
        )
    symbol = call.desk().market.symbol
    order = call.core.find(
        call.account, symbol, order_id=order_id, client_id=wanted, conditional=False
    )
    return _remembered(call, order)


def _remembered(call: Call, order: SimOrder) -> SimOrder:
    if forgotten(order, call.core.clock.now_ms()):
        raise Refused(Reason.UNKNOWN_ORDER)
    return order


def _algo(call: Call) -> SimOrder:
    algo_id, wanted = call.number("algoId"), call.get("clientAlgoId")
    if algo_id is None and wanted is None:
        raise ApiError(
            -1102, "Param 'algoId' or 'clientAlgoId' must be sent, but both were empty/null!"
        )
    for order in reversed(call.account.orders):
        ours = algo_id in (None, order.id) and wanted in (None, order.client_order_id)
        if ours and order.request.trigger is not None and not order.market.is_spot:
            return _remembered(call, order)
    raise Refused(Reason.UNKNOWN_ORDER)


def _span(call: Call) -> tuple[int, int]:
    start, end = call.number("startTime"), call.number("endTime")
    if start is not None and end is not None and end - start > WEEK_MS:
        raise ApiError(-4165, "The time interval must be within 7 days.")
    return start or 0, end or 2**62
