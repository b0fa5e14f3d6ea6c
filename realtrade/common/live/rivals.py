"""Sales on spot that exclude one another: they share one holding, so they rest as one order list.

A strategy places them one after the other, on one bar. So a sale that is to rest waits until the
strategy is done with that bar: what comes beside it is known then, and both go out in one request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.model.order import OrderType, Side
from realtrade.plugins.ports.venue import ReportKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from realtrade.common.live.dispatch import Dispatch
    from realtrade.common.live.order import LiveOrder

_STOPS = frozenset({OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP})
_REST = _STOPS | {OrderType.LIMIT}
_LATE = (
    "one-cancels-other sales on spot rest on one holding: place both on one bar, "
    "or as the children of a bracket"
)
_ODD = (
    "one-cancels-other sales on spot rest on one holding, as an order list: "
    "a limit and a stop, of one quantity, on one symbol"
)


class Rivals:
    """Holds resting sales back until the trading thread has nothing else to do.

    Args:
        dispatch: sends single orders, and refuses.
        pair: sends two at once.
    """

    def __init__(self, dispatch: Dispatch, pair: Callable[[Sequence[LiveOrder]], None]) -> None:
        self._dispatch, self._pair = dispatch, pair
        self._waiting: list[LiveOrder] = []

    def takes(self, order: LiveOrder) -> bool:
        """Tell whether an order has to wait for what else comes on this bar; if so, it does."""
        intent = order.intent
        if intent.side is not Side.SELL or intent.type not in _REST:
            return False
        order.held = True
        self._waiting.append(order)
        if len(self._waiting) == 1:
            self._dispatch.inbox.post(self.release)
        return True

    def release(self) -> None:
        """Send everything that waits: pairs as pairs, what is alone alone."""
        waiting, self._waiting = [one for one in self._waiting if one.held], []
        for order in waiting:
            order.held = False
        names = {order.id for order in waiting}
        for order in waiting:
            leader = order.intent.oco_id
            if leader is None:
                self._lead(order, [one for one in waiting if one.intent.oco_id == order.id])
            elif leader not in names:
                self._dispatch.refuse(order, ReportKind.REJECTED, _LATE)

    def _lead(self, order: LiveOrder, others: Sequence[LiveOrder]) -> None:
        if len(others) == 1 and _is_pair(order, others[0]):
            self._pair((order, others[0]))
            return
        self._dispatch.send(order)
        for other in others:
            self._dispatch.refuse(other, ReportKind.REJECTED, _ODD)


def _is_pair(first: LiveOrder, second: LiveOrder) -> bool:
    one, other = first.intent, second.intent
    kinds = {one.type, other.type}
    same = (one.symbol, one.quantity) == (other.symbol, other.quantity)
    return same and OrderType.LIMIT in kinds and bool(kinds & _STOPS)
