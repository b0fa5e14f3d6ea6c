"""What is looked at right before an order leaves; on the courier's thread, nothing is changed."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from realtrade.common.live.order import STALE_AFTER_S
from realtrade.common.live.sender import Sent
from realtrade.plugins.ports.gateway import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from realtrade.common.live.dispatch import Dispatch
    from realtrade.common.live.order import LiveOrder
    from realtrade.common.live.sender import Sender
    from realtrade.model.order import OrderIntent


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
    rerun_ms = min(dispatch.began_ms - 1, dispatch.first_bar_ms or 0)
    if order.cleared or intent.created_ms > rerun_ms:
        return None
    asked = dispatch.clock.monotonic_s(), dispatch.gateway.now_ms()
    answer = dispatch.sender.find(intent)
    if answer.outcome is Outcome.ACK:
        return partial(dispatch.found, order, answer, asked)
    if answer.outcome is Outcome.ABSENT:
        order.cleared = True
        return None
    unclear = replace(answer, outcome=Outcome.NOT_SENT, reason=f"asked first: {answer.reason}")
    return partial(dispatch.placed, order, Sent(answer=unclear, dead_at_ms=0, made=False))
