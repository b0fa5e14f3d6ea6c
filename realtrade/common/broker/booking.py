"""From a booked execution to what a strategy sees: the order's executions and the position."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backtrader.order import OrderExecutionBit

from realtrade.model.order import Booking

if TYPE_CHECKING:
    from decimal import Decimal

    from realtrade.common.broker.listing import Listing
    from realtrade.common.broker.order import LightOrder


def book(order: LightOrder, listing: Listing, booking: Booking[float], scheme: Any) -> None:
    """Add an execution to the strategy's order and position; `scheme` is its commission scheme.

    The scheme must be there before the first notification: Backtrader's trades ask it for values.
    """
    number = listing.tape.number_at(booking.time_ms, order.created.dt)
    moved = booking.closed + booking.opened
    held = listing if listing.held_as is None else listing.held_as
    held.position.update(moved, booking.price, (held.data, number))
    executed = order.executed
    executed.addbit(
        OrderExecutionBit(
            number,
            booking.quantity,
            booking.price,
            booking.closed,
            booking.closed_value,
            booking.closed_fee,
            booking.opened,
            booking.opened_value,
            booking.opened_fee,
            booking.pnl,
            booking.held,
            booking.entry,
        )
    )
    executed.margin = scheme.margin
    order.comminfo = scheme


def hold(listing: Listing, booking: Booking[float]) -> None:
    """Show exactly what the books hold after a fill: sums of floats would drift away from it."""
    listing.position.size, listing.position.price = booking.held, booking.entry


def as_floats(booking: Booking[Decimal]) -> Booking[float]:
    """Return a live booking in the floats Backtrader works with."""
    return Booking(
        quantity=float(booking.quantity),
        price=float(booking.price),
        closed=float(booking.closed),
        opened=float(booking.opened),
        closed_value=float(booking.closed_value),
        opened_value=float(booking.opened_value),
        closed_fee=float(booking.closed_fee),
        opened_fee=float(booking.opened_fee),
        pnl=float(booking.pnl),
        held=float(booking.held),
        entry=float(booking.entry),
        maker=booking.maker,
        time_ms=booking.time_ms,
    )
