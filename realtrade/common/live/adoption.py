"""Orders with a name of ours that nobody here knew: told of, or taken over as our own.

A journal that was lost, or is older than the exchange, does not know them. Their executions are
money all the same; the orders themselves are ours if we would have named them so, or if a person
says that they are.
"""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from realtrade.common.live.courier import Priority
from realtrade.common.live.order import LiveOrder
from realtrade.execution.protocol import Stage
from realtrade.model.order import OrderIntent, OrderStatus
from realtrade.plugins.ports.gateway import GatewayError, Outcome
from realtrade.plugins.ports.journal import Attempt, KnownOrder

if TYPE_CHECKING:
    from realtrade.common.live.dispatch import Dispatch
    from realtrade.model.account import VenueOrder
    from realtrade.model.order import Fill

_LONG_AGO_MS = 7 * 86_400_000
_AGAIN_S = 5.0


def intent_of(order: VenueOrder, feed: str, created_ms: int) -> OrderIntent:
    """Return what an order was asked for as, as far as its exchange tells.

    It does not tell whether the order only reduces, or belongs to others: it stands alone.
    """
    return OrderIntent(
        client_order_id=order.client_order_id,
        symbol=order.symbol,
        feed=feed,
        side=order.side,
        type=order.type,
        quantity=order.quantity,
        limit_price=order.limit_price,
        stop_price=order.stop_price,
        reference_price=order.limit_price or order.stop_price or Decimal(0),
        created_ms=created_ms,
    )


def remember(dispatch: Dispatch, intent: OrderIntent, order: VenueOrder) -> KnownOrder:
    """Journal an order as one of ours that its exchange has; return it, with what is booked of it.

    Raises:
        JournalError: it cannot be remembered; nothing of it is.
    """
    sending = Attempt(
        client_order_id=intent.client_order_id,
        number=1,
        dead_at_ms=0,
        outcome=Outcome.ACK,
        venue_order_id=order.venue_order_id,
        reason="taken over from the exchange",
    )
    journal = dispatch.journal
    with journal.together():
        journal.intent(intent)
        journal.attempt(sending)
        journal.status(intent.client_order_id, OrderStatus.ACCEPTED)
    waiting = {report.fill.trade_id for report in dispatch.out if report.fill is not None}
    told = dispatch.strangers.fills.get(intent.client_order_id, ())
    booked = [fill for fill in told if fill.trade_id not in waiting]
    status = OrderStatus.PARTIALLY_FILLED if booked else OrderStatus.ACCEPTED
    return KnownOrder(intent=intent, status=status, attempts=(sending,), fills=booked)


def take_over(dispatch: Dispatch, intent: OrderIntent, order: VenueOrder) -> None:
    """Have an order, known to broker and journal by now, followed like any of ours."""
    told = dispatch.strangers.fills.pop(intent.client_order_id, ())
    ours = LiveOrder(intent, dispatch.clock.monotonic_s(), told, accepted=True)
    ours.stage, ours.tries = Stage.PLACED, 1
    dispatch.orders[ours.id] = ours
    dispatch.strangers.orders.pop(ours.id, None)
    dispatch.heard(order)
    if ours.progress.behind:
        _fetch_older(dispatch, ours)


def let_go(dispatch: Dispatch, intent: OrderIntent, order: VenueOrder) -> None:
    """Have an order cancelled that the journal has as over: its strategy was told so long ago.

    What it executes until then is money all the same.
    """
    dispatch.strangers.orders.pop(intent.client_order_id, None)
    told = dispatch.strangers.fills.pop(intent.client_order_id, ())
    late = LiveOrder(intent, dispatch.clock.monotonic_s(), told, accepted=True)
    late.stage, late.tries = Stage.PLACED, 1
    late.progress.over = late.yields = True
    dispatch.orders[late.id] = late
    dispatch.heard(order)


def _fetch_older(dispatch: Dispatch, order: LiveOrder) -> None:
    """Read executions of an order from before anything is read: a part of it was done long ago.

    Others of that time are left alone. What they did is in the position, which is compared.
    """
    symbol, since_ms = order.intent.symbol, dispatch.gateway.now_ms() - _LONG_AGO_MS

    def ask() -> None:
        try:
            fills = dispatch.gateway.fills(symbol, f"ms:{since_ms}")
        except GatewayError:
            dispatch.courier.put(Priority.QUESTION, ask, _AGAIN_S)
        else:
            for fill in fills:
                if fill.client_order_id == order.id:
                    dispatch.inbox.post(partial(_book, dispatch, fill))

    dispatch.courier.put(Priority.QUESTION, ask)


def _book(dispatch: Dispatch, fill: Fill) -> None:
    dispatch.book(fill)


def stranger_of(dispatch: Dispatch, client_order_id: str, feed: str) -> OrderIntent | None:
    """Return the order of an execution nobody knows the order of, where its exchange told it."""
    order = dispatch.strangers.orders.get(client_order_id)
    return None if order is None else intent_of(order, feed, dispatch.began_ms)
