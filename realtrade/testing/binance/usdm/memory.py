"""What USDⓈ-M forgets: old orders, and old trades.

Sources: "Query Order", "Query Algo Order", "All Orders" and "Account Trade List" of its API.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from realtrade.testing.exchange.order import SimOrder

DAY_MS = 86_400_000
WEEK_MS = 7 * DAY_MS
_GONE_MS, _OLD_MS = 3 * DAY_MS, 90 * DAY_MS


def forgotten(order: SimOrder, now_ms: int) -> bool:
    """Tell whether an order is not found any more: one without a fill three days after its making.

    Every order that is over is forgotten in the end.
    """
    if order.open:
        return False
    age_ms = now_ms - order.created_ms
    return age_ms > (_GONE_MS if order.ended_unfilled else _OLD_MS)


def told_since(start_ms: int | None, end_ms: int | None, now_ms: int) -> int:
    """Return from when on trades are told: of a week where no span is asked for."""
    if start_ms is None and end_ms is None:
        return now_ms - WEEK_MS
    return max(start_ms or 0, now_ms - _OLD_MS)
