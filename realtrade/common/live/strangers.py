"""Orders with a name of ours that nobody here knows, as far as their exchange tells of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.model.account import VenueOrder
    from realtrade.model.order import Fill


class Strangers:
    """Their executions and the orders themselves, by client order id; the trading thread's.

    A journal that was lost, or is older than the exchange, does not know them.
    """

    def __init__(self) -> None:
        self.fills: dict[str, list[Fill]] = {}
        self.orders: dict[str, VenueOrder] = {}

    def executed(self, fill: Fill) -> None:
        """Keep an execution that was told of for the first time."""
        self.fills.setdefault(fill.client_order_id, []).append(fill)

    def heard(self, order: VenueOrder, owns: Callable[[str], bool]) -> None:
        """Keep what the exchange said of an order nobody here knows, where its name is ours."""
        if owns(order.client_order_id):
            self.orders[order.client_order_id] = order

    @property
    def unseen(self) -> list[Fill]:
        """Return one execution of each order that the exchange has not told of yet."""
        return [fills[0] for name, fills in self.fills.items() if name not in self.orders]
