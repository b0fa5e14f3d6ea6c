"""Which waiting orders a price reaches, and at which prices something would happen on the way."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from realtrade.testing.exchange.order import OrderRequest, SimOrder

_BPS = Decimal(10_000)


def rises_to_trigger(asked: OrderRequest) -> bool:
    """Tell whether a conditional order waits for a higher price."""
    return (asked.trigger == "stop") is (asked.side == "buy")


def reached(asked: OrderRequest, stop: Decimal, price: Decimal) -> bool:
    """Tell whether `price` has reached the trigger at `stop`."""
    return price >= stop if rises_to_trigger(asked) else price <= stop


def follow(order: SimOrder, price: Decimal) -> None:
    """Let a trailing order take note of `price`, once its activation price was reached."""
    asked = order.request
    if asked.trail_bps is None:
        return
    if order.best is None:
        active = asked.stop_price is None or _activates(asked, asked.stop_price, price)
        order.best = price if active else None
        return
    order.best = min(order.best, price) if rises_to_trigger(asked) else max(order.best, price)


def _activates(asked: OrderRequest, at: Decimal, price: Decimal) -> bool:
    """A trailing order wakes on its good side: low for a later rise, high for a later fall."""
    return price <= at if rises_to_trigger(asked) else price >= at


def stop_price(order: SimOrder) -> Decimal | None:
    """Return where a conditional order triggers as things stand; None while it cannot."""
    asked = order.request
    if asked.trail_bps is None:
        return asked.stop_price
    if order.best is None:
        return None
    turn = asked.trail_bps / _BPS
    return order.best * (1 + turn if rises_to_trigger(asked) else 1 - turn)


def triggers(order: SimOrder, price: Decimal) -> bool:
    """Tell whether `price` sets a waiting conditional order off."""
    stop = stop_price(order)
    return stop is not None and reached(order.request, stop, price)


def fills(order: SimOrder, price: Decimal) -> bool:
    """Tell whether a trade at `price` fills a resting limit order."""
    limit = order.request.price
    if limit is None:
        return False
    return price <= limit if order.request.side == "buy" else price >= limit


def stations(orders: Iterable[SimOrder], start: Decimal, end: Decimal) -> list[Decimal]:
    """Return the prices from `start` to `end` at which an order has something to do, in order."""
    low, high = min(start, end), max(start, end)
    wanted = {level for order in orders for level in _levels(order) if low < level < high}
    return sorted(wanted, reverse=end < start)


def _levels(order: SimOrder) -> Iterable[Decimal]:
    waiting = order.request.trigger is not None and not order.working
    level = stop_price(order) if waiting else order.request.price
    return () if level is None else (level,)
