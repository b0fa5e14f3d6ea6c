"""What a conditional order on perpetuals becomes when it triggers: a plain order, its child."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from realtrade.testing.exchange.order import SimOrder

if TYPE_CHECKING:
    from decimal import Decimal


def child_of(order: SimOrder, order_id: int, now_ms: int, held: Decimal) -> SimOrder:
    """Return the plain order with the parent's client id; `held` is the position, signed."""
    asked = order.request
    quantity = abs(held) if asked.close_position else order.quantity
    plain = replace(
        asked,
        type="MARKET" if asked.is_market else "LIMIT",
        trigger=None,
        stop_price=None,
        trail_bps=None,
        quantity=quantity,
        reduce_only=asked.reduce_only or asked.close_position,
        extra={**asked.extra, "parent_type": asked.type},
    )
    return SimOrder(
        id=order_id,
        account=order.account,
        request=plain,
        market=order.market,
        quantity=quantity,
        created_ms=now_ms,
        updated_ms=now_ms,
        parent_id=order.id,
    )
