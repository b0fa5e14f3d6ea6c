"""What becomes of orders and positions when a run ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.model.verdict import Action, ActionKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.engine.parts import Parts

_CANCELS_S = 10.0
"""How long cancelling may take at an exchange, and finding out what was executed before it."""
_FLATTENS_S = 20.0
"""How long closing everything may take there."""
_PAUSE_S = 0.05


def settle_orders(parts: Parts) -> None:
    """Do with orders still open what the recipe wants at the end; a backtest leaves them.

    Stops that protect a position go on resting at the venue: that is what they are for.
    """
    on_stop, broker = parts.recipe.orders.on_stop, parts.broker
    if not parts.live or on_stop == "keep_orders":
        return
    leaving = [
        order
        for order in broker.get_orders_sent()
        if on_stop == "flatten" or not order.info.get("protects")
    ]
    for order in leaving:
        broker.cancel_now(order)
    _wait(parts, lambda: not any(order.alive() for order in leaving), _CANCELS_S)
    unanswered = [order for order in leaving if order.alive() and parts.recovery.venue is not None]
    for order in unanswered:
        told = f"order {order.client_order_id} may rest there still: its cancel is unanswered"
        parts.say("warning", told)
    if on_stop == "flatten":
        _flatten(parts)


def _wait(parts: Parts, done: Callable[[], bool], seconds: float) -> None:
    """Take what an exchange tells until `done`, or until time is up; a simulated one tells all."""
    until_s = parts.clock.monotonic_s() + seconds
    while parts.recovery.venue is not None and not done() and parts.clock.monotonic_s() < until_s:
        parts.clock.sleep(_PAUSE_S)
        parts.broker.settle()


def _flatten(parts: Parts) -> None:
    """Close everything at market where an exchange fills at once; tell what stays."""
    from realtrade.common.broker.risk import perform

    broker, why = parts.broker, "no bar follows to close it on"
    if parts.recovery.venue is not None and broker.account.positions:
        why = f"it could not be closed within {_FLATTENS_S:.0f} s"
        perform(broker, Action(ActionKind.FLATTEN, "on_stop", "nothing is to be held at the end"))
        _wait(parts, lambda: not broker.account.positions, _FLATTENS_S)
    for symbol, position in broker.account.positions.items():
        parts.say("warning", f"{position.quantity} {symbol} is still held: {why}")
