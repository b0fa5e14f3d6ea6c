"""Orders from before a restart, made into what strategies and the broker had then."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

import backtrader as bt
from backtrader.order import OrderExecutionBit
from backtrader.utils import AutoOrderedDict

from realtrade.common.broker.order import LightBuyOrder, LightData, LightOrder, LightSellOrder
from realtrade.common.broker.ticket import BACKTRADER_STATUS, EXECUTION_TYPES, Ticket
from realtrade.common.stamps import date_number
from realtrade.model.order import OrderStatus, Side

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.common.broker.listing import Listing
    from realtrade.model.order import Fill, OrderIntent
    from realtrade.plugins.ports.journal import KnownOrder

_bare: Callable[[Any], Any] = (
    object.__new__
)  # as orders are made: feeds have no bar yet to price by


def revive(known: KnownOrder, listing: Listing) -> Ticket:
    """Return the ticket of an order the journal knows; one that never left is merely created.

    A sending is committed before the status that tells of it: what has one was submitted. Its
    strategy is not known yet: notifications of it go to the first one.
    """
    intent = known.intent
    order = _order(intent, listing)
    ticket = Ticket.known(order, listing, intent)
    ticket.status = _stood(known)
    order.status = BACKTRADER_STATUS[ticket.status]
    for fill in known.fills:
        _execute(order, fill)
        ticket.executed = True
        ticket.filled += fill.quantity
    order.executed.clone()  # a copy is told what is new since the last: nothing of this is
    order.executed.clone()
    return ticket


def _stood(known: KnownOrder) -> OrderStatus:
    if not known.attempts:
        return OrderStatus.CREATED
    return OrderStatus.SUBMITTED if known.status is OrderStatus.CREATED else known.status


def same_wish(order: LightOrder, intent: OrderIntent) -> bool:
    """Tell whether a strategy, run again on a bar, wants what it wanted before the restart.

    Its size may differ: the account it is worked out from has moved on.
    """
    side = Side.BUY if order.size > 0 else Side.SELL
    return (side, order.exectype) == (intent.side, EXECUTION_TYPES[intent.type])


def _order(intent: OrderIntent, listing: Listing) -> LightOrder:
    kind = LightBuyOrder if intent.side is Side.BUY else LightSellOrder
    order: LightOrder = _bare(kind)
    size = float(intent.signed_quantity)
    wish = {
        "owner": None,
        "data": listing.data,
        "size": size,
        "exectype": EXECUTION_TYPES[intent.type],
        "trailamount": _number(intent.trail_amount),
        "trailpercent": _number(intent.trail_percent),
    }
    params = _bare(kind.params)
    params.__dict__ = wish
    order.__dict__ = {
        **wish,
        "params": params,
        "p": params,
        "ref": next(bt.Order.refbasis),
        "info": AutoOrderedDict(),
        "created": _created(intent, size),
        "executed": _nothing_executed(size),
        "client_order_id": intent.client_order_id,
    }
    if intent.reduce_only:
        order.addinfo(reduce_only=True)
    if intent.valid_until_ms is not None:
        order.valid = date_number(intent.valid_until_ms)
    return order


def _created(intent: OrderIntent, size: float) -> LightData:
    created: LightData = _bare(LightData)
    price = float(intent.stop_price or intent.limit_price or intent.reference_price)
    created.__dict__ = {
        "dt": date_number(intent.created_ms),
        "pclose": float(intent.reference_price),
        "size": size,
        "price": price,
        "pricelimit": _number(intent.limit_price) or price,
        "trailamount": _number(intent.trail_amount),
        "trailpercent": _number(intent.trail_percent),
    }
    return created


def _nothing_executed(size: float) -> LightData:
    executed: LightData = _bare(LightData)
    executed.__dict__ = {"remsize": size, "exbits": deque()}
    return executed


def _execute(order: LightOrder, fill: Fill) -> None:
    """Put an execution from before on the order; money and position have it already."""
    size = float(fill.quantity if fill.side is Side.BUY else -fill.quantity)
    number, price = date_number(fill.time_ms), float(fill.price)
    nothing = (0.0,) * 8
    order.executed.addbit(OrderExecutionBit(number, size, price, *nothing))


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
