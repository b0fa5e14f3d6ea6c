"""How an order leaves: what is remembered before, and what is looked at right before it does."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from realtrade.common.live.order import STALE_AFTER_S
from realtrade.common.live.sender import Sent
from realtrade.execution.state import State
from realtrade.plugins.ports.gateway import Answer, Outcome
from realtrade.plugins.ports.journal import JournalError
from realtrade.plugins.ports.venue import ReportKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from realtrade.common.live.dispatch import Dispatch
    from realtrade.common.live.order import LiveOrder
    from realtrade.common.live.sender import Sender
    from realtrade.model.order import OrderIntent
    from realtrade.plugins.ports.journal import Attempt


class Departures:
    """Sendings that are remembered with their intents, for they follow at once.

    Each belongs to whoever takes it out first: the courier when it sends the order, the trading
    thread when the order does not leave after all.
    """

    def __init__(self, dispatch: Dispatch) -> None:
        self._dispatch = dispatch
        self._ahead: dict[str, Attempt] = {}

    def foresee(self, intents: Sequence[OrderIntent]) -> Sequence[Attempt]:
        """Return the sending that will follow at once if these are submitted now, if one does."""
        if not self._dispatch.courier.free:
            return ()
        first = next(filter(self._leaves, intents), None)
        if first is None:
            return ()
        attempt = self._ahead[first.client_order_id] = self._dispatch.sender.ahead(first)
        return (attempt,)

    def _leaves(self, intent: OrderIntent) -> bool:
        grouped = intent.parent_id is not None or intent.oco_id is not None
        known = intent.client_order_id in self._dispatch.orders
        return not (grouped or known or _perhaps_rerun(self._dispatch, intent))

    def take(self, client_order_id: str) -> Attempt | None:
        """Return what was remembered of a sending that begins now; from the courier's thread."""
        return self._ahead.pop(client_order_id, None)

    def give_up(self, order: LiveOrder, reason: str) -> None:
        """Remember that an order did not leave after all; nothing, if nothing else was said."""
        attempt = self._ahead.pop(order.id, None)
        if attempt is None:
            return
        stayed = replace(attempt, outcome=Outcome.NOT_SENT, reason=reason)
        try:
            self._dispatch.journal.attempt(stayed)
        except JournalError as error:
            self._dispatch.halt(f"the journal cannot be written: {error}")


def or_search(dispatch: Dispatch, order: LiveOrder, place: Callable[[], None]) -> None:
    """Send an order, on the courier's thread; if that breaks, the order has to be looked for.

    The courier reports what broke, and trading halts; nothing tells how far the order had come.
    """
    try:
        place()
    except Exception as error:
        answer = Answer(outcome=Outcome.UNKNOWN, reason=f"sending it broke: {type(error).__name__}")
        sent = Sent(answer=answer, dead_at_ms=dispatch.sender.dead_at_ms())
        dispatch.inbox.post(partial(dispatch.placed, order, sent))
        raise


def stays(
    dispatch: Dispatch, order: LiveOrder, intent: OrderIntent, beside: Sequence[OrderIntent]
) -> Callable[[], None] | None:
    """Return what becomes of an order that may not leave now, or None: it may.

    What was decided on while trading was live, and is still here when the account's events have
    stopped, waits until it is live again; what protects does not.
    """
    reason = too_late(dispatch, order, intent)
    if reason:
        return partial(dispatch.refuse, order, ReportKind.EXPIRED, reason)
    reason = unplaceable(dispatch.sender, beside)
    if reason:
        told = f"not placed, for all of it could not be: {reason}"
        return partial(dispatch.refuse, order, ReportKind.REJECTED, told)
    if order.protects or dispatch.standing.state is not State.RECONCILING:
        return None
    waits = Answer(outcome=Outcome.NOT_SENT, reason=f"trading is {State.RECONCILING}")
    return partial(dispatch.placed, order, Sent(answer=waits, dead_at_ms=0, made=False))


def too_late(dispatch: Dispatch, order: LiveOrder, intent: OrderIntent) -> str:
    """Return why an order may not be sent any more, or nothing; what protects always may."""
    if intent.valid_until_ms is not None and dispatch.gateway.now_ms() >= intent.valid_until_ms:
        return "its time was over before it could be sent"
    if not order.protects and dispatch.clock.monotonic_s() - order.since_s > STALE_AFTER_S:
        return f"it could not be sent within {STALE_AFTER_S:.0f} s"
    return ""


def unplaceable(sender: Sender, beside: Sequence[OrderIntent]) -> str:
    """Return why one of the orders that belong to another could not be placed, or nothing."""
    for other in beside:
        why = None if sender.expires_by_us(other) else sender.refuses(other)
        if why is not None:
            return f"{other.side} {other.type} {other.symbol}: {why}"
    return ""


def there_already(
    dispatch: Dispatch, order: LiveOrder, intent: OrderIntent
) -> Callable[[], None] | None:
    """Ask before sending what was decided on the bar a start runs again; None: send it.

    A journal that was lost, or is older than it should be, does not know that it was sent.
    Exchanges take an id again once its order is over: only asking shows that.
    """
    if order.cleared or not _perhaps_rerun(dispatch, intent):
        return None
    asked = dispatch.clock.monotonic_s(), dispatch.gateway.now_ms()
    answer = dispatch.sender.find(intent)
    if answer.outcome is Outcome.ACK:
        return partial(dispatch.found, order, answer, asked)
    if answer.outcome is Outcome.ABSENT:
        order.cleared = True
        return None
    if answer.outcome is not Outcome.AUTH:  # a refused key halts, whatever it was asked for
        told = f"asked first: {answer.reason}"
        answer = replace(answer, outcome=Outcome.NOT_SENT, reason=told)
    return partial(dispatch.placed, order, Sent(answer=answer, dead_at_ms=0, made=False))


def _perhaps_rerun(dispatch: Dispatch, intent: OrderIntent) -> bool:
    """Tell whether a process before this one may have decided on, and sent, the same order."""
    before_ms = dispatch.began_ms - 1
    if dispatch.first_bar_ms is not None:
        before_ms = min(before_ms, dispatch.first_bar_ms)
    return intent.created_ms <= before_ms
