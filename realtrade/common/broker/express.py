"""The short way of a market order that is alone and that nobody follows step by step.

Most orders of most backtests are like that: placed on one bar, executed whole at the open of the
next. They need no ticket, no resting order and no reports, which are most of what an order costs.
Whatever is not like that is turned back to the way all orders can go, before anything has happened
to it; the venue's account does the same sums either way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import backtrader as bt

from realtrade.common.broker.booking import book

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable

    from realtrade.common.broker.listing import Listing
    from realtrade.common.broker.order import LightOrder
    from realtrade.common.simulated import SimulatedVenue
    from realtrade.model.order import Booking

_SUBMITTED, _COMPLETED = bt.Order.Submitted, bt.Order.Completed


class Express:
    """At most one order, from its submission to the next bar."""

    __slots__ = ("_long_way", "_notes", "_venue", "_waiting")

    def __init__(
        self,
        venue: SimulatedVenue,
        notes: deque[LightOrder],
        long_way: Callable[[LightOrder, Listing, Booking[float] | None, str], None],
    ) -> None:
        """`long_way` is handed orders to send, and those not executed whole with what was and why.

        Notifications go to `notes`.
        """
        self._venue = venue
        self._notes = notes
        self._long_way = long_way
        self._waiting: tuple[LightOrder, Listing] | None = None

    def takes(self, order: LightOrder, listing: Listing) -> bool:
        """Take an order that nobody has an objection to, if it is plain and alone."""
        told = order.__dict__.get("info")  # asked for by name, it would be made
        plain = order.is_plain and not told and listing.held_as is None
        if not (plain and self._waiting is None and self._venue.is_plain):
            return False
        order.status, order.plen = _SUBMITTED, len(listing.tape)
        self._waiting = order, listing
        return True

    def clear(self) -> None:
        """Send the order that waits the long way: it is no longer alone, or looked for."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self._long_way(*waiting, None, "")

    def bar(self) -> bool:
        """Execute the order that waits at the open of a newer bar, if it can be paid for.

        Tell whether that was all there is to do on this bar: the venue need not look at it.
        """
        if self._waiting is None:
            return False
        order, listing = self._waiting
        created, tape, venue, size = order.created, listing.tape, self._venue, order.size
        market, price, number = venue.market(listing.feed), None, tape.number()
        if number > created.dt and venue.is_plain:
            price = venue.open_price(market, buys=size > 0)
        if price is None or not venue.can_pay(market, size, created.pclose):
            self.clear()
            return False
        self._waiting = None
        # The bar's time in milliseconds is worked out only for who asks: nearly nobody does.
        booking, refused = venue.account.execute(market, size, price, 0)
        if booking is None or refused:
            if booking is not None:
                booking.time_ms = tape.time_ms()
            self._long_way(order, listing, booking, market.why_refused(size))
            return False
        venue.remember_filled(str(order.ref))
        executed = order.executed
        order.plen = len(tape)
        book(order, listing, booking, market.charges, number)
        order.status = _COMPLETED
        executed.p1, executed.p2 = 0, 1
        self._notes.append(order)
        return venue.idle
