"""Placing, canceling and asking for spot orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.testing.binance.errors import ApiError, missing
from realtrade.testing.binance.spot import shapes
from realtrade.testing.binance.spot.reading import client_id, read_order
from realtrade.testing.exchange.refusal import Reason, Refused

if TYPE_CHECKING:
    from realtrade.testing.binance.call import Call
    from realtrade.testing.exchange.order import SimOrder
    from realtrade.testing.exchange.pairs import OrderPair

_DAY_MS = 86_400_000
_FULL = {"MARKET", "LIMIT"}
_ARCHIVED = (
    "Order was canceled or expired with no executed qty over 90 days ago and has been archived."
)


def place(call: Call) -> Any:
    """`POST order`: answer `FULL` for market and limit orders, `ACK` for all others."""
    asked = read_order(call)
    form = call.get("newOrderRespType") or ("FULL" if asked.type in _FULL else "ACK")
    call.services.spot_limits.order(call.account.key, call.headers)
    order = call.core.place(call.account, asked)
    return shapes.acknowledged(order, form)


def test(call: Call) -> Any:
    """`POST order/test`: only read it."""
    read_order(call)
    return {}


def query(call: Call) -> Any:
    """`GET order`: one that ended without a fill is archived after 90 days."""
    order = _found(call)
    if order.ended_unfilled and call.core.clock.now_ms() - order.updated_ms > 90 * _DAY_MS:
        raise ApiError(-2026, _ARCHIVED)
    return shapes.queried(order)


def cancel(call: Call) -> Any:
    """`DELETE order`: an order that is not open is -2011, whatever became of it."""
    try:
        order = _found(call)
    except Refused:
        raise Refused(Reason.NOTHING_TO_CANCEL) from None
    _restricted(call, order)
    cancel_id = client_id(call, "newClientOrderId", call.services.made_id())
    call.core.cancel(call.account, order, cancel_id)
    if order.list_id is not None:
        return _canceled_pair(call, call.core.pairs[order.list_id], cancel_id)
    return shapes.canceled(order, cancel_id)


def cancel_all(call: Call) -> Any:
    """`DELETE openOrders`: all of a symbol; none at all is -2011."""
    orders = call.account.open_orders(call.desk().market.symbol)
    if not orders:
        raise Refused(Reason.NOTHING_TO_CANCEL)
    answers = []
    for order in orders:
        if not order.open:
            continue  # its pair has taken it along
        cancel_id = call.services.made_id()
        call.core.cancel(call.account, order, cancel_id)
        if order.list_id is None:
            answers.append(shapes.canceled(order, cancel_id))
        else:
            answers.append(_canceled_pair(call, call.core.pairs[order.list_id], cancel_id))
    return answers


def open_orders(call: Call) -> Any:
    """`GET openOrders`: of one symbol, or of all."""
    symbol = call.desk().market.symbol if call.get("symbol") else None
    orders = call.account.open_orders(symbol)
    return [shapes.queried(order) for order in orders if order.market.is_spot]


def all_orders(call: Call) -> Any:
    """`GET allOrders`: from `orderId` on, or the most recent, or of a day at most."""
    symbol, first = call.desk().market.symbol, call.number("orderId")
    start, end = _span(call)
    orders = [
        order
        for order in call.account.orders
        if order.market.symbol == symbol
        and order.id >= (first or 0)
        and start <= order.created_ms <= end
    ]
    limit = call.limit(500, 1000)
    return [shapes.queried(one) for one in (orders[:limit] if first else orders[-limit:])]


def trades(call: Call) -> Any:
    """`GET myTrades`: from `fromId` on, or from `startTime` on, or the most recent."""
    symbol, first = call.desk().market.symbol, call.number("fromId")
    order_id = call.number("orderId")
    start, end = _span(call)
    lists = {order.id: order.list_id for order in call.account.orders}
    fills = [
        fill
        for fill in call.account.fills
        if fill.symbol == symbol
        and order_id in (None, fill.order_id)
        and fill.id >= (first or 0)
        and start <= fill.time_ms <= end
    ]
    limit = call.limit(500, 1000)
    onward = first is not None or call.get("startTime") is not None
    shown = fills[:limit] if onward else fills[-limit:]
    return [shapes.trade(fill, lists[fill.order_id]) for fill in shown]


def place_pair(call: Call) -> Any:
    """`POST orderList/oco`."""
    above, below = read_order(call, "above"), read_order(call, "below")
    call.services.spot_limits.order(call.account.key, call.headers, 2)
    list_id = client_id(call, "listClientOrderId", call.services.made_id())
    pair = call.core.place_pair(call.account, above, below, list_id)
    form = call.get("newOrderRespType") or "RESULT"
    reports = [shapes.acknowledged(leg, form) for leg in reversed(pair.legs)]
    return shapes.pair_answer(pair, reports, pair.legs[0].created_ms)


def cancel_pair(call: Call) -> Any:
    """`DELETE orderList`."""
    try:
        pair = _found_pair(call)
    except Refused:
        raise Refused(Reason.NOTHING_TO_CANCEL) from None
    cancel_id = client_id(call, "newClientOrderId", call.services.made_id())
    leg = next((one for one in pair.legs if one.open), pair.legs[0])
    call.core.cancel(call.account, leg, cancel_id)
    return _canceled_pair(call, pair, cancel_id)


def query_pair(call: Call) -> Any:
    """`GET orderList`."""
    pair = _found_pair(call)
    return shapes.pair_query(pair, pair.legs[0].created_ms)


def open_pairs(call: Call) -> Any:
    """`GET openOrderList`."""
    return [
        shapes.pair_query(pair, pair.legs[0].created_ms)
        for pair in call.core.pairs.values()
        if pair.open and pair.legs[0].account == call.account.key
    ]


def _canceled_pair(call: Call, pair: OrderPair, cancel_id: str) -> Any:
    reports = [shapes.canceled(leg, cancel_id) for leg in pair.legs]
    return shapes.pair_answer(pair, reports, call.core.clock.now_ms())


def _found(call: Call) -> SimOrder:
    order_id, wanted = call.number("orderId"), call.get("origClientOrderId")
    if order_id is None and wanted is None:
        raise ApiError(
            -1102, "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!"
        )
    symbol = call.desk().market.symbol
    return call.core.find(call.account, symbol, order_id=order_id, client_id=wanted)


def _found_pair(call: Call) -> OrderPair:
    number, wanted = call.number("orderListId"), call.get("listClientOrderId")
    if wanted is None:
        wanted = call.get("origClientOrderId")
    if number is None and wanted is None:
        raise missing("orderListId")
    for pair in reversed(call.core.pairs.values()):
        ours = pair.legs[0].account == call.account.key
        if ours and number in (None, pair.id) and wanted in (None, pair.client_id):
            return pair
    raise Refused(Reason.UNKNOWN_ORDER)


def _restricted(call: Call, order: SimOrder) -> None:
    wanted = call.get("cancelRestrictions")
    if wanted is None:
        return
    if wanted not in {"ONLY_NEW", "ONLY_PARTIALLY_FILLED"}:
        raise ApiError(-1145, "Invalid cancelRestrictions")
    if wanted != f"ONLY_{shapes.STATUS[order.status]}":
        raise ApiError(-2011, "Order was not canceled due to cancel restrictions.")


def _span(call: Call) -> tuple[int, int]:
    """Return the wanted span of time, without end where none was asked for."""
    start, end = call.number("startTime"), call.number("endTime")
    if start is not None and end is not None and end - start > _DAY_MS:
        raise ApiError(-1127, "More than 24 hours between startTime and endTime.")
    return start or 0, end or 2**62
