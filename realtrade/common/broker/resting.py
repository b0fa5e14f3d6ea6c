"""Exits that rest at the venue: a process that dies leaves its positions with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import backtrader as bt

from realtrade.common.simulated import SimulatedVenue
from realtrade.model.order import OrderType

if TYPE_CHECKING:
    from realtrade.common.broker.listing import Listing
    from realtrade.common.broker.order import LightOrder
    from realtrade.common.broker.ticket import Ticket
    from realtrade.execution import OwnStep
    from realtrade.model.order import OrderIntent
    from realtrade.plugins.ports.venue import ReportKind

REFUSED = frozenset({bt.Order.Rejected, bt.Order.Margin})
_AT_ONCE = frozenset({OrderType.MARKET, OrderType.CLOSE})


class Keeper(Protocol):
    """Keeps one kind of exits where it belongs; `RestingStops` and `RestingTargets` are two."""

    def begin(self) -> None:
        """Begin anew: nothing rests."""
        ...

    def knows(self, intent: OrderIntent) -> bool:
        """Tell whether an order of before a restart is of this kind."""
        ...

    def take_over(self, ticket: Ticket) -> None:
        """Go on with an order of before a restart."""
        ...

    def bring(self) -> None:
        """Bring every order to where it belongs."""
        ...

    def let_go(self, listing: Listing) -> bool:
        """Cancel what an exit at the market needs; tell whether there was anything."""
        ...

    def rest_behind(self, order: LightOrder, listing: Listing) -> None:
        """Rest again what was let go for an exit, which has been sent."""
        ...


class RestingExits:
    """Mixed into a broker: has reduce-only orders rest at the venue, as its keepers want them.

    Strategies hear nothing of them but their executions.
    """

    # The broker it is mixed into.
    account: Any
    buy: Any
    sell: Any
    cancel: Any
    _take_reports: Any
    _turns: Any
    listings: Any
    open_intents: Any
    tells_steps: bool
    tickets: Any
    venue: Any

    keepers: tuple[Keeper, ...] = ()

    def init(self) -> None:
        """Begin anew: nothing rests."""
        self._found = False
        for keeper in self.keepers:
            keeper.begin()
        super().init()  # type: ignore[misc]  # of the broker

    def next(self) -> None:
        """Do what the broker does on every turn, then bring every exit to where it belongs.

        That is told by prices of now: bars from before a start leave what rests as it is.
        """
        super().next()  # type: ignore[misc]  # of the broker
        if not self._found:
            self._find()
        if self._turns.bar_is_history():
            return
        for keeper in self.keepers:
            keeper.bring()

    def _find(self) -> None:
        """Take over what rests already, after a restart."""
        self._found = True
        for ticket in self.tickets.at_work.values():
            for keeper in self.keepers:
                if ticket.intent.reduce_only and keeper.knows(ticket.intent):
                    ticket.order.addinfo(protects=True)
                    keeper.take_over(ticket)

    def submit(self, order: LightOrder) -> LightOrder:
        """Send an order; an exit that needs what rests lets it go first."""
        listing = self.listings.of(order.data)
        needs_room = self._needs_room(order, listing)
        gone = [one for one in reversed(self.keepers) if needs_room and one.let_go(listing)]
        sent: LightOrder = super().submit(order)  # type: ignore[misc]  # of the broker
        for keeper in gone:
            keeper.rest_behind(order, listing)
        return sent

    def _needs_room(self, order: LightOrder, listing: Listing) -> bool:
        """Tell whether an order leaves at the market with what a venue has promised to exits.

        A simulated venue matches by age: an exit that rests would be met before one that leaves at
        the bar's open, and take all of the position where that one was to take its part.
        """
        size = listing.position.size
        if order.exectype not in {None, bt.Order.Market} or order.size * size >= 0:
            return False
        return self.is_simulated or not listing.may_short or abs(order.size) >= abs(size)

    def _move(self, ticket: Ticket, step: ReportKind | OwnStep, reason: str = "") -> None:
        told = self.tells_steps
        if ticket.order.info and ticket.order.info.get("protects"):
            self.tells_steps = False
        try:
            super()._move(ticket, step, reason)  # type: ignore[misc]  # of the broker
        finally:
            self.tells_steps = told

    # -- for keepers ----------------------------------------------------------------------------

    @property
    def is_simulated(self) -> bool:
        """True where orders are placed and cancelled at once."""
        return isinstance(self.venue, SimulatedVenue)

    def leaving(self, listing: Listing) -> float:
        """Return how much of a position orders on their way close at the market."""
        return sum(
            float(intent.quantity)
            for intent in self.open_intents()
            if intent.symbol == listing.symbol
            and intent.type in _AT_ONCE
            and float(intent.signed_quantity) * listing.position.size < 0
        )

    def rest(
        self, listing: Listing, quantity: float, *, exectype: int, price: float, rule: str
    ) -> LightOrder:
        """Place an order that closes so much of a position."""
        place = self.sell if listing.position.size > 0 else self.buy
        told, self.tells_steps = self.tells_steps, False
        try:
            order: LightOrder = place(
                None,
                listing.data,
                quantity,
                exectype=exectype,
                price=price,
                reduce_only=True,
                protects=True,
                rule=rule,
            )
            if self.is_simulated:
                # The strategy comes next, and its exit must find an order that can be cancelled.
                self.venue.check_submitted()
                self._take_reports()
        finally:
            self.tells_steps = told
        return order
