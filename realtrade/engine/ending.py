"""What becomes of orders and positions when a run ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.model.verdict import Action, ActionKind

if TYPE_CHECKING:
    from realtrade.engine.parts import Parts

_FLATTENS_S = 20.0
"""How long closing everything may take at an exchange."""
_PAUSE_S = 0.05


def settle_orders(parts: Parts) -> None:
    """Do with orders still open what the recipe wants at the end; a backtest leaves them.

    Stops that protect a position go on resting at the venue: that is what they are for.
    """
    on_stop, broker = parts.recipe.orders.on_stop, parts.broker
    if not parts.live or on_stop == "keep_orders":
        return
    for order in broker.get_orders_open():
        if on_stop == "flatten" or not order.info.get("protects"):
            broker.cancel(order)
    if on_stop == "flatten":
        _flatten(parts)


def _flatten(parts: Parts) -> None:
    """Close everything at market where an exchange fills at once; tell what stays."""
    from realtrade.common.broker.risk import perform

    broker, why = parts.broker, "no bar follows to close it on"
    if parts.recovery.venue is not None and broker.account.positions:
        why = f"it could not be closed within {_FLATTENS_S:.0f} s"
        perform(broker, Action(ActionKind.FLATTEN, "on_stop", "nothing is to be held at the end"))
        until_s = parts.clock.monotonic_s() + _FLATTENS_S
        while broker.account.positions and parts.clock.monotonic_s() < until_s:
            parts.clock.sleep(_PAUSE_S)
            broker.settle()
    for symbol, position in broker.account.positions.items():
        parts.say("warning", f"{position.quantity} {symbol} is still held: {why}")
