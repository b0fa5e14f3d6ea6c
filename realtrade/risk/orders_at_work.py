"""What the orders at work could still do to a position."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from realtrade.model.order import OrderType, Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from realtrade.model.order import OrderIntent

_AT_ONCE = (OrderType.MARKET, OrderType.CLOSE)


def pending(
    orders: Sequence[OrderIntent],
    symbol: str,
    side: Side,
    *,
    beside: OrderIntent | None,
    resting: bool,
) -> Decimal:
    """Return what the orders on one side would move at most: reduce-only ones cannot add.

    Left out are the group of `beside`, and with `resting` market orders.
    """
    group = None if beside is None else _group(beside)
    return _moved(
        order
        for order in _awake(orders, symbol, side)
        if not order.reduce_only and _group(order) != group and not (resting and is_at_once(order))
    )


def is_at_once(order: OrderIntent) -> bool:
    """Tell whether an order is filled as soon as there is a price."""
    return order.type in _AT_ONCE


def leaving(orders: Sequence[OrderIntent], intent: OrderIntent) -> Decimal:
    """Return what other exits beside `intent` would take off the same position.

    A market order meets other market orders only; a resting one meets all but its own group.
    """
    return _moved(
        order
        for order in _awake(orders, intent.symbol, intent.side)
        if order.client_order_id != intent.client_order_id
        and (is_at_once(order) if is_at_once(intent) else _group(order) != _group(intent))
    )


def closing(orders: Sequence[OrderIntent], symbol: str, side: Side) -> bool:
    """Tell whether a market order on `side` is on its way already."""
    return any(
        order.symbol == symbol and order.side is side and is_at_once(order) for order in orders
    )


def undoes_parent(orders: Sequence[OrderIntent], intent: OrderIntent) -> bool:
    """Tell whether `intent` waits for an order at work and only takes back what that one does."""
    return any(
        order.client_order_id == intent.parent_id
        and order.symbol == intent.symbol
        and order.side is not intent.side
        and order.quantity >= intent.quantity
        for order in orders
    )


def _awake(orders: Sequence[OrderIntent], symbol: str, side: Side) -> Iterable[OrderIntent]:
    for order in orders:
        asleep = order.parent_id is not None and undoes_parent(orders, order)
        if order.symbol == symbol and order.side is side and not asleep:
            yield order


def _group(order: OrderIntent) -> str:
    """Return what orders that cancel each other have in common."""
    return order.parent_id or order.oco_id or order.client_order_id


def _moved(orders: Iterable[OrderIntent]) -> Decimal:
    largest: dict[str, Decimal] = {}
    for order in orders:
        group = _group(order)
        largest[group] = max(order.quantity, largest.get(group, Decimal(0)))
    return sum(largest.values(), Decimal(0))
