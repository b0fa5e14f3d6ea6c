"""Stops that rest at the venue: a process that dies leaves its positions protected.

How trades differ from those of a stop that is only watched here (`place: local`):

* met by a bar's low (a short position: its high): filled within the bar, at the stop or at the
  open behind a gap, where the watched one is closed at the open of the next bar;
* met in the very bar of the entry: no difference, the order can only follow the fill;
* moved past the close by the bar itself: no difference, no venue takes a stop beyond the market.

The rule goes on watching either way: what the venue for any reason has not closed, is closed here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import backtrader as bt

from realtrade.common.broker.account import exact
from realtrade.common.simulated import SimulatedVenue
from realtrade.execution.desk import step_down
from realtrade.model.order import OrderType
from realtrade.plugins.ports.risk import Protection

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from realtrade.common.broker.listing import Listing
    from realtrade.common.broker.order import LightOrder
    from realtrade.common.broker.ticket import Ticket
    from realtrade.execution import OwnStep
    from realtrade.model.order import OrderIntent
    from realtrade.plugins.ports.account import AccountView
    from realtrade.plugins.ports.venue import ReportKind

_AT_ONCE = frozenset({OrderType.MARKET, OrderType.CLOSE})
_REFUSED = frozenset({bt.Order.Rejected, bt.Order.Margin})
_LONGEST_WAIT = 64


class RestingStops:
    """Mixed into a broker: keeps one reduce-only stop order a symbol resting where a rule wants it.

    It follows the position through every partial fill, and the level when it moves: cancelled,
    then placed anew when the cancel is confirmed, since a spot balance can be promised only once.
    Strategies hear nothing of it but its executions. One refused is tried again after one bar,
    then two, four and so on: the rule watches meanwhile.
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

    protection: Callable[[AccountView], Sequence[Protection]] = staticmethod(lambda account: ())
    """Where every position is to be given up by an order of its own."""

    def init(self) -> None:
        """Begin anew: nothing rests."""
        self._stops: dict[str, LightOrder] = {}
        self._waits: dict[str, tuple[int, int]] = {}
        self._found = False
        super().init()  # type: ignore[misc]  # of the broker

    def next(self) -> None:
        """Do what the broker does on every turn, then bring every stop to where it belongs."""
        super().next()  # type: ignore[misc]  # of the broker
        if not self._found:
            self._find()
        wanted = {one.symbol: one for one in self.protection(self.account)}
        for symbol in {**self._stops, **wanted}:
            self._bring(symbol, wanted.get(symbol))

    def _find(self) -> None:
        """Take over the stops that rest already, after a restart."""
        self._found = True
        for ticket in self.tickets.at_work.values():
            intent = ticket.intent
            if intent.reduce_only and intent.type is OrderType.STOP:
                ticket.order.addinfo(protects=True)
                self._stops[intent.symbol] = ticket.order

    def _bring(self, symbol: str, wanted: Protection | None) -> None:
        order, listing = self._stops.get(symbol), self.listings.of_symbol(symbol)
        if order is not None and not order.alive():
            del self._stops[symbol]
            self._count_refusal(symbol, refused=order.status in _REFUSED)
            order = None
        level = None if wanted is None else _on_tick(wanted, listing)
        if order is not None:
            if level is not None and _fits(order, level, listing):
                return
            self.cancel(order)
            if order.alive():  # an exchange takes its time, and must have let go of it first
                return
            del self._stops[symbol]
        if wanted is not None and level is not None and self._may_rest(symbol, level, listing):
            self._rest(wanted, level, listing)

    def _count_refusal(self, symbol: str, *, refused: bool) -> None:
        if refused:
            last = self._waits.get(symbol, (0, 0))[0]
            bars = min(max(1, 2 * last), _LONGEST_WAIT)
            self._waits[symbol] = (bars, len(self.listings.of_symbol(symbol).tape) + bars)

    def _may_rest(self, symbol: str, level: float, listing: Listing) -> bool:
        """Tell whether a stop can rest: not past the market, not behind an exit, not refused."""
        size = listing.position.size
        if (listing.tape.close() - level) * size <= 0 or self._leaves(symbol, size):
            return False
        return len(listing.tape) >= self._waits.get(symbol, (0, 0))[1]

    def _leaves(self, symbol: str, size: float) -> bool:
        """Tell whether orders on their way take the whole position."""
        leaving = sum(
            float(intent.quantity)
            for intent in self.open_intents()
            if intent.symbol == symbol and _closes(intent, size)
        )
        return leaving >= abs(size)

    def _rest(self, wanted: Protection, level: float, listing: Listing) -> None:
        size = listing.position.size
        place = self.sell if size > 0 else self.buy  # type: ignore[attr-defined]  # of the broker
        told, self.tells_steps = self.tells_steps, False
        try:
            order = place(
                None,
                listing.data,
                abs(size),
                exectype=bt.Order.Stop,
                price=level,
                reduce_only=True,
                protects=True,
                rule=wanted.rule,
            )
            if isinstance(self.venue, SimulatedVenue):
                # The strategy comes next, and its exit must find a stop that can be cancelled.
                self.venue._check_submitted()  # noqa: SLF001  # taken early, as for styled orders
                self._take_reports()
        finally:
            self.tells_steps = told
        self._stops[wanted.symbol] = order

    def submit(self, order: LightOrder) -> LightOrder:
        """Send an order; an exit that needs what the stop holds lets it go first."""
        listing = self.listings.of(order.data)
        stop = self._stops.get(listing.symbol)
        moves = stop is not None and stop.alive() and self._makes_room(order, listing)
        if moves:
            self.cancel(stop)
        sent: LightOrder = super().submit(order)  # type: ignore[misc]  # of the broker
        if moves and stop is not None and abs(order.size) < abs(listing.position.size):
            self._rest_behind(stop, listing)
        return sent

    def _makes_room(self, order: LightOrder, listing: Listing) -> bool:
        """Tell whether the stop must go before an order leaves at the market.

        A simulated venue matches by age: a stop older than an exit in part would take all of the
        position in the bar at whose open the exit takes its part.
        """
        size = listing.position.size
        if order.exectype not in {None, bt.Order.Market} or order.size * size >= 0:
            return False
        simulated = isinstance(self.venue, SimulatedVenue)
        return simulated or not listing.may_short or abs(order.size) >= abs(size)

    def _rest_behind(self, stop: LightOrder, listing: Listing) -> None:
        """Rest a stop anew behind an exit in part, where that takes no time."""
        if isinstance(self.venue, SimulatedVenue):
            level = stop.created.price
            rule = str(stop.info.get("rule", ""))
            self._rest(Protection(listing.symbol, exact(level), rule), level, listing)

    def _move(self, ticket: Ticket, step: ReportKind | OwnStep, reason: str = "") -> None:
        told = self.tells_steps
        if ticket.order.info and ticket.order.info.get("protects"):
            self.tells_steps = False
        try:
            super()._move(ticket, step, reason)  # type: ignore[misc]  # of the broker
        finally:
            self.tells_steps = told


def _on_tick(wanted: Protection, listing: Listing) -> float | None:
    """Return the level on the instrument's steps; None when there is nothing to protect."""
    if not listing.position.size:
        return None
    tick = listing.instrument.tick
    return float(step_down(wanted.level, tick) if tick else wanted.level)


def _fits(order: LightOrder, level: float, listing: Listing) -> bool:
    """Tell whether an order rests where it should, for what is held now."""
    held, lot = exact(abs(listing.position.size)), listing.instrument.lot
    wanted = float(step_down(held, lot) if lot else held)
    against = order.size * listing.position.size < 0
    rests = order.created.price == level and abs(order.executed.remsize) == wanted
    return bool(against and rests)


def _closes(intent: OrderIntent, size: float) -> bool:
    return intent.type in _AT_ONCE and float(intent.signed_quantity) * size < 0
