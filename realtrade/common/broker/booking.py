"""From a booked execution to what a strategy sees: the order's executions and the position."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backtrader.order import OrderExecutionBit

if TYPE_CHECKING:
    from realtrade.common.broker.listing import Listing
    from realtrade.common.broker.order import LightOrder
    from realtrade.model.order import Booking


def book(
    order: LightOrder,
    listing: Listing,
    booking: Booking[float],
    scheme: Any,
    number: float | None = None,
) -> None:
    """Add an execution to the strategy's order and position; `scheme` is its commission scheme.

    The scheme must be there before the first notification: Backtrader's trades ask it for values.
    `number` is the execution's time as Backtrader's number, for who knows it already.
    """
    if number is None:
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
