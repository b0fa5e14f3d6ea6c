"""Executions of orders nobody remembers: booked once, and what is known of such an order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.common.broker.booking import hold
from realtrade.model.order import OrderIntent, OrderType

if TYPE_CHECKING:
    from realtrade.common.base_broker import BaseBroker
    from realtrade.common.broker.teller import Teller
    from realtrade.model.order import Fill


def take_stray(broker: BaseBroker, fill: Fill, tell: Teller) -> None:
    """Book a fill of an order nobody asks about any more; to be one commit.

    A journal that never knew the order is told first what it was.
    """
    listing = broker.listings.of_symbol(fill.symbol)
    if listing is None:
        return

    def remember(fill: Fill) -> bool:
        tell.meet(of_stray(broker.venue, fill, listing.feed))
        return tell.executed(fill)

    booking = broker.books.apply(fill, remember)
    if booking is not None:
        hold(listing, booking)
        tell.stray(fill)


def of_stray(venue: Any, fill: Fill, feed: str) -> OrderIntent:
    """Return the order of an execution nobody remembers the order of, as far as anybody tells."""
    told = getattr(venue, "stranger", None)
    known: OrderIntent | None = None if told is None else told(fill.client_order_id, feed)
    return known or OrderIntent(
        client_order_id=fill.client_order_id,
        symbol=fill.symbol,
        feed=feed,
        side=fill.side,
        type=OrderType.MARKET,
        quantity=fill.quantity,
        reference_price=fill.price,
        created_ms=fill.time_ms,
    )
