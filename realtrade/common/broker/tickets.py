"""The orders a broker knows: those at work, and the newest of those that are over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.execution import is_over
from realtrade.model.order import OrderStatus
from realtrade.utils.recent import Recent

if TYPE_CHECKING:
    from realtrade.common.broker.order import LightOrder
    from realtrade.common.broker.ticket import Ticket
    from realtrade.model.order import OrderIntent

_REMEMBERED = 64
"""The most finished orders kept, for fills that come late."""
_RESTING = frozenset({OrderStatus.ACCEPTED, OrderStatus.PARTIALLY_FILLED})


class Tickets:
    """Tickets by what the venue calls them."""

    __slots__ = ("at_work", "outstaying", "over", "passed_over")

    def __init__(self) -> None:
        self.at_work: dict[str, Ticket] = {}
        self.over: Recent[str, Ticket] = Recent(_REMEMBERED)
        self.outstaying: list[LightOrder] = []
        """Exits whose cancel waits until a strategy has been shown history."""
        self.passed_over = 0
        """How many were decided on bars from before the start of a live run."""

    def find(self, key: str) -> Ticket | None:
        """Return an order at work, or one that is over and not forgotten."""
        return self.at_work.get(key) or self.over.get(key)

    def put(self, ticket: Ticket) -> None:
        """Take in an order, where its status belongs."""
        if is_over(ticket.status):
            self.over.put(ticket.key, ticket)
        else:
            self.at_work[ticket.key] = ticket

    def finish(self, key: str) -> None:
        """Move an order from those at work to those that are over."""
        self.over.put(key, self.at_work.pop(key))

    def order_at(self, key: str) -> LightOrder:
        """Return the order the venue calls `key`.

        Raises:
            KeyError: it was never ours, or was over long ago.
        """
        ticket = self.find(key)
        if ticket is None:
            raise KeyError(key)
        return ticket.order

    def order(self, client_order_id: str) -> LightOrder:
        """Return the order of that id.

        Raises:
            KeyError: it was never ours, or was over long ago.
        """
        orders = (ticket.order for ticket in (*self.at_work.values(), *self.over.values()))
        found = next((x for x in orders if x.client_order_id == client_order_id), None)
        if found is None:
            raise KeyError(client_order_id)
        return found

    def resting(self) -> list[LightOrder]:
        """Return orders the venue has accepted and not finished."""
        return [ticket.order for ticket in self.at_work.values() if ticket.status in _RESTING]

    def sent(self) -> list[LightOrder]:
        """Return orders that left for the venue and are not over, accepted by now or not."""
        tickets = self.at_work.values()
        return [ticket.order for ticket in tickets if ticket.status is not OrderStatus.CREATED]

    def intents(self) -> list[OrderIntent]:
        """Return orders not yet over, each with what is left of it to execute."""
        return [ticket.left() for ticket in self.at_work.values()]
