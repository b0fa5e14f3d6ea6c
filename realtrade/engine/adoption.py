"""Making a live bot's books agree with its exchange where somebody said so: recipe or person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.common.stamps import stamp_ms
from realtrade.engine.markets import instrument_of
from realtrade.execution.identity import Naming
from realtrade.execution.reconcile import OnDifference
from realtrade.model.verdict import Action, ActionKind
from realtrade.plugins.ports.journal import KnowsOrders

if TYPE_CHECKING:
    from collections.abc import Iterator

    from realtrade.common.broker.restart import OpenTrades
    from realtrade.common.live import LiveVenue
    from realtrade.common.live.comparison import Adjustment
    from realtrade.engine.parts import Parts
    from realtrade.model.account import VenueOrder
    from realtrade.model.order import Position
    from realtrade.plugins.ports import Journal

CLOSE = "close:"
"""Cursor under which is remembered that a symbol's position is to be closed, and why."""
_BARS = 500
"""So many newest bars of a feed are looked through for the one an order was decided on."""
_ORDERS = 16
"""So many orders of one strategy on one bar."""
_AGAIN_S = 5.0
"""How long an order that closes a position is given before there is another."""


class Adopter:
    """Takes over orders and positions that the exchange has and the journal has not.

    An order is ours if one of the recipe's feeds has a bar on which we would have named it so.
    On the trading thread.
    """

    def __init__(self, parts: Parts, venue: LiveVenue, journal: Journal) -> None:
        self._parts, self._venue, self._journal = parts, venue, journal
        self._naming = Naming(venue.account, parts.recipe.name)
        self.trades: OpenTrades | None = None
        """Trades of before the restart, which their strategy has not been given back yet."""
        self._closing: dict[str, float] = {
            name.removeprefix(CLOSE): 0.0
            for name, why in parts.recovery.recalled.cursors.items()
            if name.startswith(CLOSE) and why
        }
        comparison = venue.comparison
        comparison.adopt, comparison.adjust = self._adopt_orphan, self._adjust
        comparison.derives = self._derives
        self._judged: dict[str, bool] = {}
        comparison.on_difference = OnDifference(parts.recipe.orders.on_difference)

    def accept(self) -> None:
        """Look at the exchange, and take it to be right in all that differs: a person said so."""
        self._venue.comparison.accept()
        self._venue.look()

    # -- orders -------------------------------------------------------------------------------

    def _derives(self, order: VenueOrder) -> bool:
        """Tell whether we would have named an order so, or have: found out once."""
        name = order.client_order_id
        if name not in self._judged:
            self._judged[name] = self._was_ours(name) or bool(self._derive([order]))
        return self._judged[name]

    def _was_ours(self, name: str) -> bool:
        """Tell whether the journal knows an order that this start did not need: it was over."""
        journal: object = self._journal
        return isinstance(journal, KnowsOrders) and journal.knows(name)

    def adopt_known(self) -> None:
        """Take over orders with names we would have given: before anything they did is booked."""
        strangers = self._venue.dispatch.strangers.orders.values()
        orders = [one for one in strangers if not self._was_ours(one.client_order_id)]
        for order, (feed, created_ms) in self._derive(orders).values():
            self._take_over(order, feed, created_ms, again=True)

    def _adopt_orphan(self, order: VenueOrder) -> None:
        """Take over an order of which it was said that it is ours."""
        from realtrade.common.broker.adjusting import carrier

        listing = carrier(self._parts.broker, order.symbol)
        feed = "" if listing is None else listing.feed
        self._take_over(order, feed, self._venue.dispatch.began_ms, again=False)

    def _take_over(self, order: VenueOrder, feed: str, created_ms: int, *, again: bool) -> None:
        from realtrade.common.broker.adjusting import take_over as tell_broker
        from realtrade.common.live.adoption import intent_of, let_go, remember, take_over

        dispatch = self._venue.dispatch
        intent = intent_of(order, feed, created_ms)
        if self._was_ours(order.client_order_id):
            let_go(dispatch, intent, order)
            self._parts.say("warning", f"{_words(order)}: over in the journal, and cancelled")
            return
        known = remember(dispatch, intent, order)
        tell_broker(self._parts.broker, known, again=again)
        take_over(dispatch, intent, order)
        self._parts.say("warning", f"{_words(order)}: not in the journal, and taken over")

    def _derive(self, orders: list[VenueOrder]) -> dict[str, tuple[VenueOrder, tuple[str, int]]]:
        """Return those orders that we would have named so, each with its feed and bar."""
        wanted = {order.client_order_id: order for order in orders}
        found: dict[str, tuple[VenueOrder, tuple[str, int]]] = {}
        for name, feed, created_ms in self._names({order.symbol for order in orders}):
            order = wanted.pop(name, None)
            if order is not None:
                found[name] = order, (feed, created_ms)
                if not wanted:
                    break
        return found

    def _names(self, symbols: set[str]) -> Iterator[tuple[str, str, int]]:
        """Yield the names of all orders of recent bars of these symbols, each with feed and bar."""
        owner = f"{self._parts.spec.cls.__name__}-0"
        for feed in self._parts.datas:
            symbol = instrument_of(self._parts, feed).symbol
            places = [f"{who}:{feed}" for who in (owner, "risk", "anew")]
            for stamp in self._stamps(feed) if symbol in symbols else ():
                for place in places:
                    for ordinal in range(_ORDERS):
                        name = self._naming.client_order_id(place, symbol, stamp, ordinal)
                        yield name, feed, stamp

    def _stamps(self, feed: str) -> list[int]:
        """Return the stamps of a feed's newest bars, the newest first."""
        parts = self._parts
        due_ms = [int(one) for one in parts.columns[feed].due_ms[-_BARS:]]
        rerun = parts.recovery.reruns.get(feed)
        due_ms += [] if rerun is None else [rerun.due_ms]
        return [stamp_ms(one, parts.finest) for one in reversed(due_ms)]

    # -- positions ----------------------------------------------------------------------------

    def _adjust(self, one: Adjustment) -> None:
        """Set a position: in the journal, then in the books, then before the strategy's eyes."""
        from realtrade.common.broker.adjusting import set_position

        closes = one.close and bool(one.after.quantity)
        trades, parts = self._venue.dispatch.trades, self._parts
        with self._journal.together():
            self._journal.adjust(one.symbol, one.before, one.after, one.reason)
            if trades.external().get(one.symbol, 0) != one.external:
                trades.set_external(one.symbol, one.external)
            if closes:
                self._journal.cursor(f"{CLOSE}{one.symbol}", one.reason)
        before = parts.broker.account.position(one.symbol)
        running = getattr(parts.cerebro, "runningstrats", ())
        set_position(parts.broker, one.symbol, one.after, self.trades, running)
        self._count(one.symbol, before)
        if closes:
            self._closing[one.symbol] = 0.0
        told = f"{one.symbol}: {one.before.quantity} held before, {one.after.quantity} now"
        parts.say("warning", f"{told}: {one.reason}")

    def _count(self, symbol: str, before: Position) -> None:
        """Let the statistics know: nothing was won or lost by it."""
        after = self._parts.broker.account.position(symbol)
        moved = float(after.quantity - before.quantity)
        if moved:
            price = float((after if after.quantity else before).price)
            self._parts.tracker.hold(symbol, moved, price, self._parts.clock.now_ms())

    def turn(self) -> None:
        """Close what is to be closed, until it is; called before every turn of the broker."""
        if self._closing and not self._parts.warming_up():
            for symbol in list(self._closing):
                self._close(symbol)

    def _close(self, symbol: str) -> None:
        from realtrade.common.broker.risk import perform

        broker, now_s = self._parts.broker, self._parts.clock.monotonic_s()
        if not broker.account.position(symbol).quantity:
            del self._closing[symbol]
            self._journal.cursor(f"{CLOSE}{symbol}", "")
        elif now_s >= self._closing[symbol]:
            self._closing[symbol] = now_s + _AGAIN_S
            why = "taken over from the exchange, to be closed"
            perform(broker, Action(ActionKind.CLOSE, "on_difference", why, symbol))
            broker.wake()


def _words(order: VenueOrder) -> str:
    return f"{order.side} {order.quantity} {order.symbol} ({order.client_order_id})"
