"""How orders leave the broker: to a simulation as they are, to an exchange as named intents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from realtrade.common.broker.ticket import resting_order
from realtrade.common.simulated import SimulatedVenue
from realtrade.plugins.ports.venue import SendsAtOnce

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.common.broker.order import LightOrder
    from realtrade.common.broker.ticket import Ticket
    from realtrade.model.order import OrderIntent
    from realtrade.plugins.ports.journal import Attempt
    from realtrade.plugins.ports.venue import Venue


class Door(Protocol):
    """What the venue calls an order, and how it is handed over."""

    def key(self, order: LightOrder) -> str:
        """Return what the venue's reports call the order; the same for all its copies."""
        ...

    def sendings(self, tickets: Sequence[Ticket]) -> Sequence[Attempt]:
        """Return what is to be remembered with the intents of orders that `send` is called for."""
        ...

    def send(self, tickets: Sequence[Ticket]) -> bool:
        """Hand orders to the venue, together; tell whether its reports are to be taken at once."""
        ...


class ExchangeDoor:
    """To a venue that must find the order again after a restart: by its client order id."""

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self._ahead = venue.sendings if isinstance(venue, SendsAtOnce) else _none

    def key(self, order: LightOrder) -> str:
        """Return the client order id."""
        return order.client_order_id

    def sendings(self, tickets: Sequence[Ticket]) -> Sequence[Attempt]:
        """Return the sendings that will follow at once."""
        return self._ahead([ticket.intent for ticket in tickets])

    def send(self, tickets: Sequence[Ticket]) -> bool:
        """Submit intents; what came of them is told with the next turn.

        Between two orders of one `next` an account stays as it was, in a backtest and live: a fast
        execution of the first must not change the size of the second.
        """
        self._venue.submit([ticket.intent for ticket in tickets])
        return False


class SimulationDoor:
    """To a venue in this process: a number will do, and floats need no detour."""

    def __init__(self, venue: SimulatedVenue) -> None:
        self._venue = venue

    def key(self, order: LightOrder) -> str:
        """Return Backtrader's number of the order."""
        return str(order.ref)

    def sendings(self, tickets: Sequence[Ticket]) -> Sequence[Attempt]:
        """Return nothing: a simulation sends nothing anywhere."""
        return ()

    def send(self, tickets: Sequence[Ticket]) -> bool:
        """Rest orders; a simulation executes nothing before a bar."""
        market = self._venue.market
        self._venue.rest([resting_order(ticket, market(ticket.listing.feed)) for ticket in tickets])
        return True


def door_to(venue: Venue) -> Door:
    """Return the way to `venue`."""
    return SimulationDoor(venue) if isinstance(venue, SimulatedVenue) else ExchangeDoor(venue)


def _none(_: Sequence[OrderIntent]) -> Sequence[Attempt]:
    return ()
