"""The limit orders of a grid on one feed: found again, brought to what is wanted, forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import backtrader as bt

from realtrade.strategies.grid.lines import line_of, zero_of_orders

if TYPE_CHECKING:
    from collections.abc import Iterable

    from realtrade.strategies.grid.ladder import Want
    from realtrade.strategies.grid.lines import Caps, Lines

_LONGEST_WAIT = 64


class RestingOrders:
    """Cancels what should not rest, places what should, and leaves the rest alone.

    An order is known by its side and line, so one that a restart finds again counts as placed. One
    that is executed in part stays until it is done. After a refusal nothing is placed for a bar,
    after the next for two, and so on: a rule or an empty account is not asked every bar.
    """

    def __init__(self, strategy: Any, data: Any) -> None:
        self._strategy = strategy
        self._data = data
        self._orders: dict[int, Any] = {}
        self._leaving: set[int] = set()
        self._wait = 0
        self._left_to_wait = 0

    def find(self) -> None:
        """Take over the limit orders of this feed that rest already."""
        for order in self._strategy.broker.get_orders_open():
            if order.data is self._data and order.exectype == bt.Order.Limit:
                self._orders[order.ref] = order

    def prices(self, *, buys: bool) -> list[float]:
        """Return the prices of the orders at rest on one side."""
        return [one.created.price for one in self._orders.values() if one.isbuy() is buys]

    def found_zero(self, lines: Lines, lots: float, caps: Caps) -> int | None:
        """Return the line nothing was held at, as the orders at rest tell it."""
        buys, sells = (
            [
                line
                for price in self.prices(buys=side)
                if (line := line_of(lines, price)) is not None
            ]
            for side in (True, False)
        )
        return zero_of_orders(lots, buys, sells, caps)

    def settle(self, wants: Iterable[Want], lines: Lines, quantity: float) -> None:
        """Bring what rests to what is wanted, `quantity` a lot."""
        wanted = {(want.side, want.line): want for want in wants}
        for ref, order in list(self._orders.items()):
            if ref in self._leaving:
                continue
            line = line_of(lines, order.created.price)
            kept = None if line is None else wanted.pop((1 if order.isbuy() else -1, line), None)
            if kept is None and not order.executed.size:
                self._cancel(order)
        if self._left_to_wait:
            self._left_to_wait -= 1
            return
        for want in wanted.values():
            self._place(want.side, want.lots * quantity, lines.price(want.line))

    def clear(self) -> None:
        """Cancel everything: the lines are others now."""
        for ref, order in list(self._orders.items()):
            if ref not in self._leaving:
                self._cancel(order)

    def _cancel(self, order: Any) -> None:
        self._leaving.add(order.ref)
        self._strategy.cancel(order)

    def _place(self, side: int, size: float, price: float) -> None:
        act = self._strategy.buy if side > 0 else self._strategy.sell
        order = act(data=self._data, size=size, price=price, exectype=bt.Order.Limit)
        if order is not None and order.alive():
            self._orders[order.ref] = order

    def notice(self, order: Any) -> None:
        """Forget an order that is over; remember to wait after a refusal."""
        if order.status == order.Accepted:
            self._wait = self._left_to_wait = 0
        if order.alive() or order.data is not self._data:
            return
        self._leaving.discard(order.ref)
        known = self._orders.pop(order.ref, None)
        refused = order.status in {order.Rejected, order.Margin}
        if known is not None and refused and not self._left_to_wait:
            self._wait = min(max(1, 2 * self._wait), _LONGEST_WAIT)
            self._left_to_wait = self._wait
