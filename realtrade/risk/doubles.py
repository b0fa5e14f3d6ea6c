"""Two orders for one exit: a rule's is on its way when the strategy, not knowing, sends its own."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from realtrade.model.verdict import Denied, Resized
from realtrade.risk.orders_at_work import is_at_once

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.model.order import OrderIntent
    from realtrade.plugins.ports.account import AccountView

_NAME = "closing"


class Doubles:
    """Takes off a market exit what a rule's reduce-only order closes already, once.

    Without it both would be filled and turn the position around. What a strategy orders beyond
    that, such as a turn of its own, passes: of two sales of all that is held the first is the
    double.
    """

    def __init__(self) -> None:
        self._answered: dict[str, Decimal] = {}

    def taken_off(self, intent: OrderIntent, account: AccountView) -> Denied | Resized | None:
        """Return what is left of an exit, or None when nothing is to be taken off."""
        held = account.position(intent.symbol).quantity
        if intent.reduce_only or held * intent.signed_quantity >= 0 or not is_at_once(intent):
            return None
        left = intent.quantity
        for order in self._closing(intent, account.open_orders):
            known = self._answered.get(order.client_order_id, Decimal(0))
            taken = min(left, max(order.quantity - known, Decimal(0)))
            self._answered[order.client_order_id] = known + taken
            left -= taken
        if left == intent.quantity:
            return None
        reason = f"{intent.symbol} is being closed by a rule already"
        return Resized(_NAME, left, reason) if left else Denied(_NAME, reason)

    def _closing(self, intent: OrderIntent, orders: Sequence[OrderIntent]) -> Sequence[OrderIntent]:
        """Return the orders of rules on their way, and forget those that are over."""
        closing = [
            order
            for order in orders
            if order.reduce_only
            and is_at_once(order)
            and (order.symbol, order.side) == (intent.symbol, intent.side)
        ]
        known = {order.client_order_id for order in orders}
        for name in [name for name in self._answered if name not in known]:
            del self._answered[name]
        return closing
