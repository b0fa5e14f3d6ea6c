"""How orders leave the broker: to a simulation as they are, to an exchange as named intents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from realtrade.common.broker.ticket import resting_order
from realtrade.common.simulated import SimulatedVenue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.common.broker.order import LightOrder
    from realtrade.common.broker.ticket import Ticket
    from realtrade.plugins.ports.venue import Venue


class Door(Protocol):
    """What the venue calls an order, and how it is handed over."""

    def key(self, order: LightOrder) -> str:
        """Return what the venue's reports call the order; the same for all its copies."""
        ...

    def send(self, tickets: Sequence[Ticket]) -> None:
        """Hand orders to the venue, together."""
        ...


class ExchangeDoor:
    """To a venue that must find the order again after a restart: by its client order id."""

    def __init__(self, venue: Venue) -> None:
        self._venue = venue

    def key(self, order: LightOrder) -> str:
        """Return the client order id."""
        return order.client_order_id

    def send(self, tickets: Sequence[Ticket]) -> None:
        """Submit intents."""
        self._venue.submit([ticket.intent for ticket in tickets])


class SimulationDoor:
    """To a venue in this process: a number will do, and floats need no detour."""

    def __init__(self, venue: SimulatedVenue) -> None:
        self._venue = venue

    def key(self, order: LightOrder) -> str:
        """Return Backtrader's number of the order."""
        return str(order.ref)

    def send(self, tickets: Sequence[Ticket]) -> None:
        """Rest orders."""
        market = self._venue.market
        self._venue.rest([resting_order(ticket, market(ticket.listing.feed)) for ticket in tickets])


def door_to(venue: Venue) -> Door:
    """Return the way to `venue`."""
    return SimulationDoor(venue) if isinstance(venue, SimulatedVenue) else ExchangeDoor(venue)
