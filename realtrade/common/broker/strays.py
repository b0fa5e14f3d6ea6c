"""Executions of orders nobody remembers: what is known of such an order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.model.order import OrderIntent, OrderType

if TYPE_CHECKING:
    from realtrade.model.order import Fill


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
