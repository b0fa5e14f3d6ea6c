"""Taking up from the journal: what each order it knows may have come to while nobody looked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.common.live.order import LiveOrder
from realtrade.execution import is_over
from realtrade.execution.protocol import Stage
from realtrade.model.order import OrderStatus
from realtrade.plugins.ports.gateway import LearnsNames, Outcome
from realtrade.plugins.ports.venue import ReportKind

if TYPE_CHECKING:
    from realtrade.common.live.dispatch import Dispatch
    from realtrade.common.live.groups import Groups
    from realtrade.plugins.ports.journal import KnownOrder, Recalled

_SEEN_THERE = frozenset({OrderStatus.ACCEPTED, OrderStatus.PARTIALLY_FILLED})
_UNCLEAR = frozenset({None, Outcome.UNKNOWN, Outcome.EXISTS})
_NOTHING_DONE = frozenset({Outcome.NOT_SENT, Outcome.THROTTLED, Outcome.CLOCK})
_ENDS = {
    Outcome.MARGIN: ReportKind.MARGIN,
    Outcome.REJECTED: ReportKind.REJECTED,
    Outcome.AUTH: ReportKind.REJECTED,
    Outcome.ABSENT: ReportKind.REJECTED,
}


class RecoveryError(Exception):
    """A start could not find out where it stands; the message says what it waited for."""


def take_up(dispatch: Dispatch, groups: Groups, recalled: Recalled) -> None:
    """Put every order of the journal where it may be; ask for those whose outcome is unclear.

    Orders decided on and never handed to the venue are left out: a bar run again submits them, or
    the broker gives them up.
    """
    dispatch.seen.begin(recalled.seen, dispatch.began_ms)
    taken = [
        (known, _order(dispatch, known))
        for known in recalled.orders
        if known.attempts or is_over(known.status)
    ]
    _teach(dispatch, recalled)
    for _, order in taken:
        dispatch.orders[order.id] = order
    for known, order in taken:
        groups.join(order)
        _place(dispatch, groups, known, order)


def _teach(dispatch: Dispatch, recalled: Recalled) -> None:
    """Tell the gateway which orders of the exchange are ours: trades name them by its ids only."""
    gateway: Any = dispatch.gateway
    if not isinstance(gateway, LearnsNames):
        return
    for known in recalled.orders:
        for attempt in known.attempts:
            if attempt.venue_order_id:
                gateway.learn(known.intent.symbol, attempt.venue_order_id, attempt.client_order_id)


def _order(dispatch: Dispatch, known: KnownOrder) -> LiveOrder:
    order = LiveOrder(
        known.intent,
        dispatch.clock.monotonic_s(),
        known.fills,
        accepted=known.status in _SEEN_THERE or is_over(known.status),
    )
    order.tries = max((attempt.number for attempt in known.attempts), default=0)
    order.dead_at_ms = max((attempt.dead_at_ms for attempt in known.attempts), default=0)
    return order


def _place(dispatch: Dispatch, groups: Groups, known: KnownOrder, order: LiveOrder) -> None:
    stage, last = _stage(known), known.attempts[-1] if known.attempts else None
    if is_over(known.status):
        # Over for the strategy; whatever the exchange still says of it is late news.
        order.stage = stage
        order.progress.over = order.yields = True
        order.was_filled = known.status is OrderStatus.FILLED
        if stage is Stage.PLACED:
            order.progress.close()
    elif stage is Stage.WAITING and order.intent.parent_id is not None:
        groups.hold(order)
    elif stage is Stage.WAITING:
        reason = "the process ended before it could be sent"
        dispatch.refuse(order, ReportKind.EXPIRED, reason)
    elif stage in {Stage.REFUSED, Stage.ABSENT} and last is not None:
        kind = _ENDS.get(last.outcome or Outcome.REJECTED, ReportKind.REJECTED)
        dispatch.refuse(order, kind, last.reason or "refused before the restart", stage)
    else:
        order.stage = stage
        dispatch.searches.keep(order)
        if order.intent.valid_until_ms is not None:
            dispatch.watch_time_if_ours(order)


def _stage(known: KnownOrder) -> Stage:
    """Return how far the sending of an order had come."""
    outcomes = {attempt.outcome for attempt in known.attempts}
    if known.status in _SEEN_THERE or Outcome.ACK in outcomes or known.fills:
        return Stage.PLACED
    if outcomes & _UNCLEAR:
        return Stage.UNKNOWN
    if Outcome.ABSENT in outcomes:
        return Stage.ABSENT
    return Stage.WAITING if outcomes <= _NOTHING_DONE else Stage.REFUSED
