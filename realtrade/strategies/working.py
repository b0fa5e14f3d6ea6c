"""Which of a strategy's orders are still at work, so that it never orders the same thing twice."""

from __future__ import annotations

from typing import Any

import backtrader as bt


class OrdersAtWork:
    """Remembers orders until they are over; live, a fill may take longer than a bar."""

    def __init__(self) -> None:
        self._feeds: dict[int, int] = {}
        self._resting: dict[int, Any] = {}

    def add(self, order: Any, feed: int = 0) -> None:
        """Remember an order of feed `feed`; None, from a sizer that wants nothing, is no order."""
        if order is not None and order.alive():
            self._feeds[order.ref] = feed
            if order.exectype != bt.Order.Market:
                self._resting[order.ref] = order

    def find(self, strategy: Any) -> None:
        """Take over what a restart found open, but for what rests to protect a position.

        Not the orders of this very bar, which is run again then: they are placed again by being
        asked for again.
        """
        for order in strategy.broker.get_orders_open():
            index = next((at for at, one in enumerate(strategy.datas) if one is order.data), None)
            protects = order.info and order.info.get("reduce_only")
            if index is not None and not protects and order.created.dt < order.data.datetime[0]:
                self.add(order, index)

    def withdraw(self, feed: int) -> list[Any]:
        """Return the feed's orders that wait for a price, each once: they are to be cancelled."""
        resting = [ref for ref in self._resting if self._feeds[ref] == feed]
        return [self._resting.pop(ref) for ref in resting]

    def __bool__(self) -> bool:
        """Tell whether any order is at work."""
        return bool(self._feeds)

    def on(self, feed: int = 0) -> bool:
        """Tell whether an order of the feed is at work."""
        return feed in self._feeds.values()

    def notice(self, order: Any) -> None:
        """Forget an order that is over; for `Strategy.notify_order`."""
        if not order.alive():
            self._feeds.pop(order.ref, None)
            self._resting.pop(order.ref, None)
