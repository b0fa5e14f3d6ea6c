"""Stops that rest at the venue: a process that dies leaves its positions protected.

How trades differ from those of a stop that is only watched here (`place: local`):

* met by a bar's low (a short position: its high): filled within the bar, at the stop or at the
  open behind a gap, where the watched one is closed at the open of the next bar;
* met in the very bar of the entry: no difference, the order can only follow the fill;
* moved past the close by the bar itself: no difference, no venue takes a stop beyond the market.

The rule goes on watching either way: what the venue for any reason has not closed, is closed here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import backtrader as bt

from realtrade.common.broker.account import exact
from realtrade.common.broker.resting import REFUSED
from realtrade.execution.desk import step_down
from realtrade.model.order import OrderType
from realtrade.plugins.ports.risk import Protection

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from realtrade.common.broker.listing import Listing
    from realtrade.common.broker.order import LightOrder
    from realtrade.common.broker.resting import RestingExits
    from realtrade.common.broker.ticket import Ticket
    from realtrade.model.order import OrderIntent
    from realtrade.plugins.ports.account import AccountView

_LONGEST_WAIT = 64


class RestingStops:
    """A keeper of one stop order a symbol, where a rule wants it.

    It follows the position through every partial fill, and the level when it moves: cancelled,
    then placed anew when the cancel is confirmed, since a spot balance can be promised only once.
    One refused is tried again after one bar, then two, four and so on: the rule watches meanwhile.

    Args:
        broker: places and cancels them.
        protection: tells where every position is to be given up.
    """

    def __init__(
        self, broker: RestingExits, protection: Callable[[AccountView], Sequence[Protection]]
    ) -> None:
        self._broker = broker
        self._protection = protection
        self.begin()

    def begin(self) -> None:
        """Begin anew: nothing rests."""
        self.orders: dict[str, LightOrder] = {}
        self._waits: dict[str, tuple[int, int]] = {}

    def knows(self, intent: OrderIntent) -> bool:
        """Tell whether an order of before a restart is such a stop."""
        return intent.type is OrderType.STOP

    def take_over(self, ticket: Ticket) -> None:
        """Go on with a stop of before a restart."""
        self.orders[ticket.intent.symbol] = ticket.order

    def bring(self) -> None:
        """Bring every stop to where it belongs."""
        wanted = {one.symbol: one for one in self._protection(self._broker.account)}
        for symbol in {**self.orders, **wanted}:
            self._bring(symbol, wanted.get(symbol))

    def _bring(self, symbol: str, wanted: Protection | None) -> None:
        order, listing = self.orders.get(symbol), self._broker.listings.of_symbol(symbol)
        if order is not None and not order.alive():
            del self.orders[symbol]
            self._count_refusal(symbol, refused=order.status in REFUSED)
            order = None
        level = None if wanted is None else _on_tick(wanted, listing)
        if order is not None:
            if level is not None and _fits(order, level, listing):
                return
            self._broker.cancel(order)
            if order.alive():  # an exchange takes its time, and must have let go of it first
                return
            del self.orders[symbol]
        if wanted is not None and level is not None and self._may_rest(symbol, level, listing):
            self._rest(wanted, level, listing)

    def _count_refusal(self, symbol: str, *, refused: bool) -> None:
        if refused:
            last = self._waits.get(symbol, (0, 0))[0]
            bars = min(max(1, 2 * last), _LONGEST_WAIT)
            self._waits[symbol] = (bars, len(self._broker.listings.of_symbol(symbol).tape) + bars)

    def _may_rest(self, symbol: str, level: float, listing: Listing) -> bool:
        """Tell whether a stop can rest: not past the market, not behind an exit, not refused."""
        past = (listing.tape.close() - level) * listing.position.size <= 0
        if past or not _in_lots(
            abs(listing.position.size) - self._broker.leaving(listing), listing
        ):
            return False
        return len(listing.tape) >= self._waits.get(symbol, (0, 0))[1]

    def _rest(self, wanted: Protection, level: float, listing: Listing) -> None:
        self.orders[wanted.symbol] = self._broker.rest(
            listing,
            abs(listing.position.size),
            exectype=bt.Order.Stop,
            price=level,
            rule=wanted.rule,
        )

    def let_go(self, listing: Listing) -> bool:
        """Cancel the stop of a symbol; tell whether there was one."""
        stop = self.orders.get(listing.symbol)
        if stop is None or not stop.alive():
            return False
        self._broker.cancel(stop)
        return True

    def rest_behind(self, order: LightOrder, listing: Listing) -> None:
        """Rest a stop anew behind an exit in part, where that takes no time."""
        if self._broker.is_simulated and abs(order.size) < abs(listing.position.size):
            stop = self.orders[listing.symbol]
            level, rule = stop.created.price, str(stop.info.get("rule", ""))
            self._rest(Protection(listing.symbol, exact(level), rule), level, listing)


def _on_tick(wanted: Protection, listing: Listing) -> float | None:
    """Return the level on the instrument's steps; None when there is nothing to protect."""
    if not listing.position.size:
        return None
    tick = listing.instrument.tick
    return float(step_down(wanted.level, tick) if tick else wanted.level)


def _fits(order: LightOrder, level: float, listing: Listing) -> bool:
    """Tell whether an order rests where it should, for what is held now."""
    wanted = _in_lots(abs(listing.position.size), listing)
    against = order.size * listing.position.size < 0
    rests = order.created.price == level and abs(order.executed.remsize) == wanted
    return bool(against and rests)


def _in_lots(quantity: float, listing: Listing) -> float:
    """Return how much of a quantity can be traded, whole lots; zero when it is below one."""
    lot = listing.instrument.lot
    return max(float(step_down(exact(quantity), lot)) if lot else quantity, 0.0)
