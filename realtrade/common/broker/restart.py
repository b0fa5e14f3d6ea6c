"""Taking up after a restart: positions, orders at work, and orders a strategy will place again."""

from __future__ import annotations

from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import backtrader as bt

from realtrade.common.broker.books import Books
from realtrade.common.broker.revival import revive, same_wish
from realtrade.common.broker.shown import tradable
from realtrade.common.broker.ticket import NOT_TRADED
from realtrade.execution import is_over
from realtrade.model.order import OrderStatus
from realtrade.model.verdict import Denied

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from decimal import Decimal

    from realtrade.common.base_broker import BaseBroker
    from realtrade.common.broker.listing import Listing
    from realtrade.common.broker.order import LightOrder
    from realtrade.common.broker.ticket import Ticket
    from realtrade.common.broker.tickets import Tickets
    from realtrade.model.order import OrderIntent, Position
    from realtrade.plugins.ports.journal import Recalled


class RestartError(Exception):
    """What the journal knows does not fit the recipe or the strategy that is started now."""


class Reruns:
    """Orders of before, until the bar they were decided on has been run again.

    Running a bar again gives its orders the same ids: the strategy then gets the order it had
    placed, and nothing goes out twice. History is shown to a strategy anew, too: where that is to
    come, it is told nothing of an order before it had the chance to place it, and then once.
    """

    def __init__(
        self, tickets: Iterable[Ticket] = (), notes: deque[LightOrder] | None = None
    ) -> None:
        """Begin with the orders of before; `notes` wait to be told to strategies."""
        self._tickets = {ticket.intent.client_order_id: ticket for ticket in tickets}
        self._notes: deque[LightOrder] = deque() if notes is None else notes
        self._unheard, self._awaited = set[str](), set[str]()

    def __bool__(self) -> bool:
        return bool(self._tickets or self._unheard)

    def add(self, ticket: Ticket) -> None:
        """Take in one more order of before."""
        self._tickets[ticket.intent.client_order_id] = ticket

    def claim(self, order: LightOrder, *, passed_over: bool = False) -> Ticket | None:
        """Return the order of before that `order` is, once, or None.

        A strategy that is shown history holds what it holds now, and may want something else than
        it did then: such an order, `passed_over`, gets a name of its own, for nothing comes of it.

        Raises:
            RestartError: it has the id of an order of before, and wants something else.
        """
        name = order.client_order_id
        ticket = self._tickets.get(name)
        if ticket is None:
            self._drop_notes(name)
            return None
        if not same_wish(order, ticket.intent):
            if passed_over:
                order.client_order_id = f"{name}-{NOT_TRADED.rule}"
                return None
            intent = ticket.intent
            msg = (
                f"the strategy, run again on the bar of order {intent.client_order_id}, wants "
                f"something else than {intent.side} {intent.type} {intent.symbol} as before"
            )
            raise RestartError(msg)
        del self._tickets[name]
        if not passed_over or all(note.client_order_id != name for note in self._notes):
            # What a strategy does about news must not fall into history, where nothing is done.
            self._unheard.discard(name)
        theirs = ticket.order
        theirs.owner, theirs.parent, theirs.transmit = order.owner, order.parent, order.transmit
        return ticket

    @contextmanager
    def aside(self, tickets: Tickets, placed: Ticket) -> Iterator[None]:
        """Have `placed` judged as it was at first: neither it nor what came after it is at work."""
        waiting = [one for one in self._tickets.values() if one.status is OrderStatus.CREATED]
        left_out = {one.key for one in (placed, *waiting)}
        before = dict(tickets.at_work)
        for key in left_out:
            tickets.at_work.pop(key, None)
        try:
            yield
        finally:
            tickets.at_work.clear()
            tickets.at_work.update(before)

    def never_sent(self, but: Collection[int] = ()) -> list[Ticket]:
        """Return, and forget, orders decided on but not sent, which nothing has claimed.

        Those decided at a time in `but` wait for their bar to be run again. The others must be
        forgotten before history is shown: a bar of it would claim them, and send them now.
        """
        unsent = [
            one
            for one in self._tickets.values()
            if one.status is OrderStatus.CREATED and one.intent.created_ms not in but
        ]
        for one in unsent:
            del self._tickets[one.intent.client_order_id]
        return unsent

    def hold(self, times: Collection[int]) -> None:
        """Tell nothing until history is `shown`; of what was decided at `times`, until `end`."""
        self._unheard = set(self._tickets)
        self._awaited = {
            name for name, one in self._tickets.items() if one.intent.created_ms in times
        }

    def next_note(self) -> LightOrder | None:
        """Take the oldest note of an order its strategy may know; None if there is none."""
        for place, note in enumerate(self._notes):
            if note.client_order_id not in self._unheard:
                del self._notes[place]
                return note
        return None

    def _drop_notes(self, client_order_id: str) -> None:
        """Forget that an order was given up: it is placed once more, and told of anew."""
        if client_order_id in self._unheard:
            self._unheard.discard(client_order_id)
            left = [note for note in self._notes if note.client_order_id != client_order_id]
            self._notes.clear()
            self._notes.extend(left)

    def shown(self) -> None:
        """Let what happened while nobody looked be told, but for what is to be run again."""
        self._unheard &= self._awaited

    def end(self) -> None:
        """Forget all: the bars they were decided on have been run again."""
        self._tickets.clear()
        self._unheard.clear()


def why_changed(before: OrderIntent, now: OrderIntent) -> Denied | None:
    """Tell why an order of before may not go out as it would be now, where it has changed.

    Its id stands for what was remembered: under it, nothing else may ever be sent.
    """
    if now == before:
        return None
    told = f"decided on as {_words(before)} before the restart, and may go out as {_words(now)} now"
    return Denied("restart", told)


def _words(intent: OrderIntent) -> str:
    prices = [price for price in (intent.stop_price, intent.limit_price) if price is not None]
    at = f" at {' and '.join(map(str, prices))}" if prices else ""
    return f"{intent.side} {intent.quantity} {intent.symbol}{at}"


def restore(broker: BaseBroker, recalled: Recalled, datas: Sequence[Any]) -> None:
    """Put a broker where the journal says it was; before its run, in place of beginning anew.

    Raises:
        RestartError: something is held, or an order is open, that no feed of the recipe carries.
    """
    for data in datas:
        broker.listings.of(data)
    broker.books = books_of(broker, recalled)
    for symbol, position in recalled.positions.items():
        if position.quantity:
            listing = _listed(broker, symbol, f"{position.quantity} of it are held")
            _hold(listing, broker.books.shown(symbol).quantity, position)
    revived, news = [], []
    for known in recalled.orders:
        intent = known.intent
        if is_over(known.status) and broker.listings.of_symbol(intent.symbol) is None:
            continue
        listing = _listed(broker, intent.symbol, f"order {intent.client_order_id} is open")
        ticket = revive(known, broker.listings.of_feed(intent.feed) or listing)
        revived.append(ticket)
        broker.tickets.put(ticket)
        if known.untold and (ticket.executed or is_over(ticket.status)):
            news.append(ticket.order.clone())
    broker.take_up(revived, news if _are_news(recalled, datas) else ())


def _are_news(recalled: Recalled, datas: Sequence[Any]) -> bool:
    """Tell whether strategies certainly have not heard of what came behind the newest mark.

    Not where they are told between marks, with ticks, nor where the process ended during a bar: its
    orders may follow from what was told then.
    """
    intervals = {data.feed_name: data.interval for data in datas if hasattr(data, "interval")}
    if any(interval.is_tick for interval in intervals.values()):
        return False
    begun = (
        known.intent.created_ms >= intervals[known.intent.feed].close_ms(mark_ms)
        for known in recalled.orders
        if known.intent.feed in intervals
        if (mark_ms := recalled.bars.get(known.intent.feed)) is not None
    )
    return not any(begun)


class OpenTrades:
    """Open trades of before the restart, given back to their strategy once their feed has a bar.

    Without them Backtrader would take the sale of what was held for the opening of a short trade.
    """

    def __init__(self, broker: BaseBroker, recalled: Recalled) -> None:
        self._waiting: dict[Listing, tuple[float, float]] = {}
        for symbol, position in recalled.positions.items():
            listing = broker.listings.of_symbol(symbol)
            if listing is not None:
                self.expect(listing, position)

    def expect(self, listing: Listing, position: Position) -> None:
        """Give this back of a symbol once its feed has a bar, in place of what was held."""
        waits = next((one for one in self._waiting if one.symbol == listing.symbol), listing)
        self._waiting.pop(waits, None)
        shown = tradable(position.quantity, listing.instrument)
        if shown:
            self._waiting[waits] = float(shown), float(position.price)

    @property
    def held(self) -> list[tuple[str, float, float]]:
        """Symbol, signed quantity and average price of each."""
        return [(listing.symbol, *held) for listing, held in self._waiting.items()]

    def reopen(self, strategies: Sequence[Any]) -> None:
        """Give back what can be; called before every turn of the broker."""
        ready = [listing for listing in self._waiting if strategies and len(listing.tape)]
        for listing in ready:
            size, price = self._waiting.pop(listing)
            trades = strategies[0]._trades[listing.data][0]  # noqa: SLF001  # Backtrader's own name
            trades.append(open_trade(listing, size, price))


def open_trade(listing: Listing, size: float, price: float) -> bt.Trade:
    """Return a trade of what is held, as Backtrader would have opened it."""
    trade = bt.Trade(data=listing.data)
    trade.size, trade.price, trade.value = size, price, size * price
    trade.isopen, trade.long, trade.status = True, size > 0, bt.Trade.Open
    trade.baropen, trade.dtopen = len(listing.tape), listing.tape.number()
    return trade


def books_of(broker: BaseBroker, recalled: Recalled) -> Books:
    """Return the books as the journal has them."""
    return Books(broker.account.instrument, recalled.positions, seen=recalled.seen)


def _listed(broker: BaseBroker, symbol: str, fact: str) -> Listing:
    listing = broker.listings.of_symbol(symbol)
    if listing is None:
        msg = f"no feed of the recipe carries {symbol}, and {fact}: add a feed, or close it first"
        raise RestartError(msg)
    return listing


def _hold(listing: Listing, shown: Decimal, position: Position) -> None:
    listing.position.size = float(shown)
    listing.position.price = float(position.price) if shown else 0.0
