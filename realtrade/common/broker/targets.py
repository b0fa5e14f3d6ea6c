"""Targets that rest at the venue: a gain is taken home within the bar, also while nobody is there.

Trades differ from those of targets that are only watched here (`place: local`) as a limit order
differs from a look at the bar's end: filled at the target, or at a better open, by a bar later than
the entry's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import backtrader as bt

from realtrade.common.simulated import SimulatedVenue
from realtrade.execution.desk import step_down
from realtrade.model.order import OrderType

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from decimal import Decimal

    from realtrade.common.broker.listing import Listing
    from realtrade.common.broker.order import LightOrder
    from realtrade.common.broker.ticket import Ticket
    from realtrade.execution import OwnStep
    from realtrade.plugins.ports.account import AccountView
    from realtrade.plugins.ports.risk import Target
    from realtrade.plugins.ports.venue import ReportKind

_AT_ONCE = frozenset({OrderType.MARKET, OrderType.CLOSE})
_REFUSED = frozenset({bt.Order.Rejected, bt.Order.Margin})
_WAIT_BARS = 8


class RestingTargets:
    """Mixed into a broker: keeps a reduce-only limit order resting for each target of a position.

    They follow the position: what no longer fits is cancelled, and only once that is confirmed are
    others placed, so that together they never take more than is held. While an exit at the market
    is on its way none is placed. Strategies hear nothing of them but their executions. After a
    refusal nothing is placed for a few bars: the rule watches meanwhile.
    """

    # The broker it is mixed into.
    account: Any
    cancel: Any
    _take_reports: Any
    listings: Any
    open_intents: Any
    tells_steps: bool
    tickets: Any
    venue: Any

    targets: Callable[[AccountView], Sequence[Target]] = staticmethod(lambda account: ())
    """What of every position is to be taken home, and where."""

    def init(self) -> None:
        """Begin anew: nothing rests."""
        self._targets: dict[str, list[LightOrder]] = {}
        self._targets_wait: dict[str, int] = {}
        self._targets_found = False
        super().init()  # type: ignore[misc]  # of the broker

    def next(self) -> None:
        """Do what the broker does on every turn, then bring every target to where it belongs."""
        super().next()  # type: ignore[misc]  # of the broker
        if not self._targets_found:
            self._find_targets()
        wanted: dict[str, list[Target]] = {}
        for target in self.targets(self.account):
            wanted.setdefault(target.symbol, []).append(target)
        for symbol in {**self._targets, **wanted}:
            self._bring_targets(symbol, wanted.get(symbol, []))

    def _find_targets(self) -> None:
        """Take over the limit orders that only reduce and rest already, after a restart."""
        self._targets_found = True
        for ticket in self.tickets.at_work.values():
            intent = ticket.intent
            alone = intent.parent_id is None and intent.oco_id is None
            if intent.reduce_only and intent.type is OrderType.LIMIT and alone:
                ticket.order.addinfo(protects=True)
                self._targets.setdefault(intent.symbol, []).append(ticket.order)

    def _bring_targets(self, symbol: str, wanted: Sequence[Target]) -> None:
        listing = self.listings.of_symbol(symbol)
        orders = self._still_there(symbol, listing)
        missing = [(target, _level(target, listing)) for target in wanted]
        for order in orders:
            fit = next((one for one in missing if _fits(order, *one, listing)), None)
            if fit is not None:
                missing.remove(fit)
            else:
                self.cancel(order)
        leftover = [order for order in orders if order.alive()]
        if len(leftover) > len(wanted) - len(missing):
            return  # an exchange takes its time, and must have let go of them first
        self._targets[symbol] = leftover
        if missing and self._may_place(symbol, listing):
            for target, level in missing:
                leftover.append(self._place_target(target, level, listing))

    def _still_there(self, symbol: str, listing: Listing) -> list[LightOrder]:
        """Return the orders of a symbol that rest, and take note of refusals."""
        orders = self._targets.pop(symbol, [])
        if any(order.status in _REFUSED for order in orders):
            self._targets_wait[symbol] = len(listing.tape) + _WAIT_BARS
        alive = [order for order in orders if order.alive()]
        if alive:
            self._targets[symbol] = alive
        return alive

    def _may_place(self, symbol: str, listing: Listing) -> bool:
        """Tell whether nothing leaves at the market, and nothing was refused just now."""
        leaves = any(
            intent.symbol == symbol
            and intent.type in _AT_ONCE
            and float(intent.signed_quantity) * listing.position.size < 0
            for intent in self.open_intents()
        )
        return not leaves and len(listing.tape) >= self._targets_wait.get(symbol, 0)

    def _place_target(self, target: Target, level: Decimal, listing: Listing) -> LightOrder:
        place = self.sell if listing.position.size > 0 else self.buy  # type: ignore[attr-defined]  # of the broker
        told, self.tells_steps = self.tells_steps, False
        try:
            order: LightOrder = place(
                None,
                listing.data,
                float(target.quantity),
                exectype=bt.Order.Limit,
                price=float(level),
                reduce_only=True,
                protects=True,
                rule=target.rule,
            )
            if isinstance(self.venue, SimulatedVenue):
                # The strategy comes next, and its exit must find targets that can be cancelled.
                self.venue._check_submitted()  # noqa: SLF001  # taken early, as for resting stops
                self._take_reports()
        finally:
            self.tells_steps = told
        return order

    def submit(self, order: LightOrder) -> LightOrder:
        """Send an order; an exit that needs what the targets hold lets them go first."""
        listing = self.listings.of(order.data)
        resting = self._targets.get(listing.symbol, ())
        if resting and self._needs_room(order, listing):
            for target in resting:
                if target.alive():
                    self.cancel(target)
        sent: LightOrder = super().submit(order)  # type: ignore[misc]  # of the broker
        return sent

    def _needs_room(self, order: LightOrder, listing: Listing) -> bool:
        """Tell whether an order leaves at the market with what a venue has promised to targets."""
        size = listing.position.size
        if order.exectype not in {None, bt.Order.Market} or order.size * size >= 0:
            return False
        # A simulated venue matches by age: a target would be met before an exit at the bar's open.
        simulated = isinstance(self.venue, SimulatedVenue)
        return simulated or not listing.may_short or abs(order.size) >= abs(size)

    def _move(self, ticket: Ticket, step: ReportKind | OwnStep, reason: str = "") -> None:
        told = self.tells_steps
        if ticket.order.info and ticket.order.info.get("protects"):
            self.tells_steps = False
        try:
            super()._move(ticket, step, reason)  # type: ignore[misc]  # of the broker
        finally:
            self.tells_steps = told


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
