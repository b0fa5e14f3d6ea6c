"""Orders that nobody here knows, of others or with a name of ours, as their exchange tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.model.order import OrderStatus

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.model.account import VenueOrder
    from realtrade.model.order import Fill

_OPEN = frozenset({OrderStatus.ACCEPTED, OrderStatus.PARTIALLY_FILLED})


class Strangers:
    """Executions and orders with a name of ours, by client order id; the trading thread's.

    A journal that was lost, or is older than the exchange, does not know them.
    """

    def __init__(self) -> None:
        self.fills: dict[str, list[Fill]] = {}
        self.orders: dict[str, VenueOrder] = {}
        self.foreign: dict[str, str] = {}
        """Symbols of open orders of others, by the exchange's id of each."""

    def executed(self, fill: Fill) -> None:
        """Keep an execution that was told of for the first time."""
        self.fills.setdefault(fill.client_order_id, []).append(fill)

    def heard(self, order: VenueOrder, owns: Callable[[str], bool]) -> None:
        """Keep what the exchange said of an order nobody here knows."""
        if owns(order.client_order_id):
            self.orders[order.client_order_id] = order
        elif order.status in _OPEN:
            self.foreign[order.venue_order_id] = order.symbol
        else:
            self.foreign.pop(order.venue_order_id, None)

    @property
    def unseen(self) -> list[Fill]:
        """Return one execution of each order that the exchange has not told of yet."""
        return [fills[0] for name, fills in self.fills.items() if name not in self.orders]
