"""Targets that rest at the venue: a gain is taken home within the bar, also while nobody is there.

Trades differ from those of targets that are only watched here (`place: local`) as a limit order
differs from a look at the bar's end: filled at the target, or at a better open, by a bar later than
the entry's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import backtrader as bt

from realtrade.common.broker.resting import REFUSED
from realtrade.execution.desk import step_down
from realtrade.model.order import OrderType

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from decimal import Decimal

    from realtrade.common.broker.listing import Listing
    from realtrade.common.broker.order import LightOrder
    from realtrade.common.broker.resting import RestingExits
    from realtrade.common.broker.ticket import Ticket
    from realtrade.model.order import OrderIntent
    from realtrade.plugins.ports.account import AccountView
    from realtrade.plugins.ports.risk import Target

_WAIT_BARS = 8


class RestingTargets:
    """A keeper of a limit order for each target of a position.

    They follow the position: what no longer fits is cancelled, and only once that is confirmed are
    others placed, so that together they never take more than is held. While an exit at the market
    is on its way none is placed. After a refusal nothing is placed for a few bars: the rule watches
    meanwhile.

    Args:
        broker: places and cancels them.
        targets: tells what of every position is to be taken home, and where.
    """

    def __init__(
        self, broker: RestingExits, targets: Callable[[AccountView], Sequence[Target]]
    ) -> None:
        self._broker = broker
        self._targets = targets
        self.begin()

    def begin(self) -> None:
        """Begin anew: nothing rests."""
        self.orders: dict[str, list[LightOrder]] = {}
        self._waits: dict[str, int] = {}

    def knows(self, intent: OrderIntent) -> bool:
        """Tell whether an order of before a restart is such a target: those of brackets are not."""
        alone = intent.parent_id is None and intent.oco_id is None
        return intent.type is OrderType.LIMIT and alone

    def take_over(self, ticket: Ticket) -> None:
        """Go on with a target of before a restart."""
        self.orders.setdefault(ticket.intent.symbol, []).append(ticket.order)

    def bring(self) -> None:
        """Bring every target to where it belongs."""
        wanted: dict[str, list[Target]] = {}
        for target in self._targets(self._broker.account):
            wanted.setdefault(target.symbol, []).append(target)
        for symbol in {**self.orders, **wanted}:
            self._bring(symbol, wanted.get(symbol, []))

    def _bring(self, symbol: str, wanted: Sequence[Target]) -> None:
        listing = self._broker.listings.of_symbol(symbol)
        orders = self._still_there(symbol, listing)
        missing = [(target, _level(target, listing)) for target in wanted]
        for order in orders:
            fit = next((one for one in missing if _fits(order, *one, listing)), None)
            if fit is not None:
                missing.remove(fit)
            else:
                self._broker.cancel(order)
        leftover = [order for order in orders if order.alive()]
        if len(leftover) > len(wanted) - len(missing):
            return  # an exchange takes its time, and must have let go of them first
        self.orders[symbol] = leftover
        if missing and self._may_place(symbol, listing):
            for target, level in missing:
                leftover.append(self._place(target, level, listing))

    def _still_there(self, symbol: str, listing: Listing) -> list[LightOrder]:
        """Return the orders of a symbol that rest, and take note of refusals."""
        orders = self.orders.pop(symbol, [])
        if any(order.status in REFUSED for order in orders):
            self._waits[symbol] = len(listing.tape) + _WAIT_BARS
        alive = [order for order in orders if order.alive()]
        if alive:
            self.orders[symbol] = alive
        return alive

    def _may_place(self, symbol: str, listing: Listing) -> bool:
        """Tell whether nothing leaves at the market, and nothing was refused just now."""
        return not self._broker.leaving(listing) and len(listing.tape) >= self._waits.get(symbol, 0)

    def _place(self, target: Target, level: Decimal, listing: Listing) -> LightOrder:
        return self._broker.rest(
            listing,
            float(target.quantity),
            exectype=bt.Order.Limit,
            price=float(level),
            rule=target.rule,
        )

    def let_go(self, listing: Listing) -> bool:
        """Cancel the targets of a symbol; tell whether there were any."""
        alive = [one for one in self.orders.get(listing.symbol, ()) if one.alive()]
        for order in alive:
            self._broker.cancel(order)
        return bool(alive)

    def rest_behind(self, order: LightOrder, listing: Listing) -> None:
        """Leave it to the next turn: none is placed while an exit is on its way."""


def _level(target: Target, listing: Listing) -> Decimal:
    """Return a target's price on the instrument's steps, never nearer than it was asked for."""
    tick = listing.instrument.tick
    if not tick:
        return target.level
    down = step_down(target.level, tick)
    nearer = listing.position.size > 0 and down < target.level
    return down + tick if nearer else down


def _fits(order: LightOrder, target: Target, level: Decimal, listing: Listing) -> bool:
    """Tell whether an order rests where a target wants it, for as much."""
    against = order.size * listing.position.size < 0
    rests = order.created.price == float(level)
    return bool(against and rests and abs(order.executed.remsize) == float(target.quantity))
