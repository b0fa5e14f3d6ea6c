"""The one broker for backtest, paper and live: Backtrader's orders in, a venue's reports out.

An order goes the same way in every mode: the desk decides (steps, filters, spot holdings, risk),
the journal remembers, the venue is sent it, the strategy is told. What the venue then reports is
booked, and the strategy is told again. Only the venue differs between the modes.

All on Cerebro's thread: reports are taken from the venue in `next`, after `submit` and `cancel`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import backtrader as bt

from realtrade.common.broker.account import BrokerAccount
from realtrade.common.broker.booking import book, hold
from realtrade.common.broker.books import Books, ExactAccount
from realtrade.common.broker.door import door_to
from realtrade.common.broker.express import Express
from realtrade.common.broker.listing import Listings
from realtrade.common.broker.names import Names
from realtrade.common.broker.order import LightBuyOrder, LightOrder, LightSellOrder, build_order
from realtrade.common.broker.questions import Questions
from realtrade.common.broker.restart import Reruns, why_changed
from realtrade.common.broker.risk import perform
from realtrade.common.broker.strays import take_stray
from realtrade.common.broker.teller import Teller
from realtrade.common.broker.ticket import BACKTRADER_STATUS, NOT_TRADED, Ticket
from realtrade.common.broker.tickets import Tickets
from realtrade.common.broker.turns import Turns
from realtrade.common.simulated import SimulatedVenue
from realtrade.execution import TERMINAL, Desk, Naming, OwnStep, advance
from realtrade.model.order import OrderStatus
from realtrade.model.verdict import Denied
from realtrade.plugins.ports.venue import Report, ReportKind

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from realtrade.common.broker.listing import Listing
    from realtrade.model.events import Event
    from realtrade.model.order import Booking
    from realtrade.plugins.ports.journal import Journal
    from realtrade.plugins.ports.risk import RiskGate
    from realtrade.plugins.ports.venue import Venue

_MORE = ("price", "pricelimit", "exectype", "valid", "oco", "trailamount", "trailpercent", "parent")
"""What orders other than plain market orders may ask for, by Backtrader's names."""
_SUBMITTED = bt.Order.Submitted


class BaseBroker(Questions):
    """A `bt.BrokerBase` whose orders go through desk and journal to a `Venue`.

    Drop it into any Cerebro: `cerebro.broker = BaseBroker(SimulatedVenue(cash=10_000))`. With a
    simulated venue every order, figure and notification is what Backtrader's own broker would
    have produced; `SimulatedVenue` names the exceptions.
    """

    idle: bool = True
    """True while `next` has nothing to do and need not be called; see there."""

    def __init__(
        self,
        venue: Venue | None = None,
        *,
        gate: RiskGate | None = None,
        journal: Journal | None = None,
        events: Callable[[Event], None] | None = None,
        account: str = "simulated",
        bot: str = "bot",
    ) -> None:
        """`account` and `bot` go into every client order id; `events` hears what happens."""
        self.venue = SimulatedVenue() if venue is None else venue
        self.account = BrokerAccount(self)
        """The account as risk rules and sizers see it."""
        self.startingcash = float(self.venue.cash)
        self._gate, self._journal, self._events = gate, journal, events
        self._desk = Desk(gate)
        self._naming = Naming(account, bot)
        super().__init__()

    def init(self) -> None:
        """Begin anew; called on construction and at every start."""
        super().init()
        venue = self.venue if isinstance(self.venue, SimulatedVenue) else None
        if venue is not None:
            venue.reset(self.startingcash)
        self.idle = False
        self.listings = Listings(venue, self.getcommissioninfo)
        self.positions = self.listings.positions
        self.tells_steps = True
        """False: strategies are only told of executions; who runs them knows that none asks."""
        self.exact = self.account if venue is not None else ExactAccount(self)
        """The account to the last digit; `account` shows what can be traded of it."""
        self._tell = Teller(
            self.account,
            exact=self.exact,
            gate=self._gate,
            journal=self._journal,
            events=self._events,
        )
        self.books = Books(self.account.instrument)
        """Of an account at a real exchange; a simulated venue keeps its own."""
        self.tickets = Tickets()
        self.reruns = Reruns()
        self._taken_up = False
        self._held_back: dict[str, list[Ticket]] = {}
        self._names = Names(self._naming)
        self._door = door_to(self.venue)
        self._express = None if venue is None else Express(venue, self._tell.notes, self._long_way)
        self._value: float | None = None
        self._turns = Turns(getattr(self, "cerebro", None), self.venue)

    def take_up(self, tickets: Iterable[Ticket], news: Iterable[LightOrder] = ()) -> None:
        """Let the next start go on from what was restored, not begin anew, and tell the `news`."""
        self._tell.notes.extend(news)
        self.reruns, self._taken_up = Reruns(tickets, self._tell.notes), True

    def start(self) -> None:
        """Begin a run: nothing is held, no order is open, feeds are known by name."""
        if self._taken_up:
            self._turns = Turns(getattr(self, "cerebro", None), self.venue)
        else:
            super().start()
        for data in self._turns.datas:
            self.listings.of(data)

    def stop(self) -> None:
        """End a run: from now on its last value is told, whatever becomes of the feeds."""
        self._value = float(self.venue.equity)

    # -- orders -------------------------------------------------------------------------------

    def buy(self, owner: Any, data: Any, size: float, *words: Any, **wish: Any) -> LightOrder:
        """Order a purchase; see `bt.Strategy.buy` for the arguments."""
        return self._place(LightBuyOrder, owner, data, size, *words, **wish)

    def sell(self, owner: Any, data: Any, size: float, *words: Any, **wish: Any) -> LightOrder:
        """Order a sale; see `bt.Strategy.sell` for the arguments."""
        return self._place(LightSellOrder, owner, data, size, *words, **wish)

    def _place(  # noqa: PLR0917  # Backtrader's signature: words may come by place
        self,
        kind: type[LightOrder],
        owner: Any,
        data: Any,
        size: float,
        price: float | None = None,
        plimit: float | None = None,
        exectype: int | None = None,
        valid: Any = None,
        tradeid: int = 0,
        oco: Any = None,
        trailamount: float | None = None,
        trailpercent: float | None = None,
        parent: Any = None,
        transmit: bool = True,
        histnotify: bool = False,
        **info: Any,
    ) -> LightOrder:
        wish = {"owner": owner, "data": data, "size": size}
        more = (price, plimit, exectype, valid, oco, trailamount, trailpercent, parent)
        if more.count(None) < len(more) or tradeid or not transmit or histnotify:
            wish.update(zip(_MORE, more, strict=True))
            wish.update(tradeid=tradeid, transmit=transmit, histnotify=histnotify)
        order = build_order(kind, wish)
        if info:
            order.addinfo(**info)
        return self.submit(order)

    def submit(self, order: LightOrder) -> LightOrder:
        """Decide on an order and send it, or hold it back until its bracket is complete."""
        listing = self.listings.of(order.data)
        self._names.number(order, listing)
        if self._express is not None:
            self._express.clear()
            if self._is_unwatched(order, listing) and self._express.takes(order, listing):
                self.idle = False
                return order
        known = self.reruns.claim(order, passed_over=self._passes_over) if self.reruns else None
        if known is not None and known.status is not OrderStatus.CREATED:
            self._tell.again(known)
            return known.order
        ticket = known or Ticket(order, listing, self._door.key(order))
        denied = self._decide(ticket) if known is None else self._decide_anew(known)
        self.tickets.at_work[ticket.key] = ticket
        self.idle = False
        if denied is not None:
            self._deny(ticket, denied)
        elif order.transmit and not self._held_back:
            self._release((ticket,))
        else:
            self._gather(ticket)
        return ticket.order

    def _is_unwatched(self, order: LightOrder, listing: Listing) -> bool:
        """Tell whether nobody has a say in an order or hears of it before it is executed."""
        watched = self.tells_steps or self._tell.publishes or self._held_back or self.reruns
        return not (watched or self._passes_over) and self._is_undisputed(order, listing)

    def _long_way(
        self, order: LightOrder, listing: Listing, booking: Booking[float] | None, short: str
    ) -> None:
        """Give an order a ticket after all: to send it, or to say why it fell `short`."""
        ticket = Ticket(order, listing, self._door.key(order))
        self.tickets.at_work[ticket.key] = ticket
        if not short:
            self._release((ticket,))
            return
        ticket.status = OrderStatus.ACCEPTED
        if booking is not None:
            self._fill(ticket, Report(ReportKind.FILLED, ticket.key, None, booking))
        self._move(ticket, ReportKind.MARGIN, short)

    def end_reruns(self, but: Collection[int] = ()) -> None:
        """Give up orders decided on before a restart, never sent, and not placed again."""
        for ticket in self.reruns.never_sent(but):
            self._deny(ticket, Denied("restart", "the process ended before it was sent"))

    def _gather(self, ticket: Ticket) -> None:
        """Hold an order of a bracket back until the last one comes, then send them together."""
        order = ticket.order
        bracket = ticket.key if order.parent is None else self._door.key(order.parent)
        if order.transmit:
            self._release([*self._held_back.pop(bracket, ()), ticket])
        else:
            self._held_back.setdefault(bracket, []).append(ticket)

    def _decide(self, ticket: Ticket) -> Denied | None:
        """Let the desk make of an order what may go out, unless there is nothing to decide."""
        if self._passes_over:
            self.tickets.passed_over += 1
            return NOT_TRADED
        if self._is_undisputed(ticket.order, ticket.listing):
            return None
        decided = self._desk.decide(ticket.intent, ticket.listing.instrument, self.account)
        if isinstance(decided, Denied):
            return decided
        if decided is not ticket.intent:
            ticket.adopt(decided)
        return None

    def _decide_anew(self, ticket: Ticket) -> Denied | None:
        """Decide on an order of before a restart that never left, as on any that is placed now."""
        before = ticket.intent
        with self.reruns.aside(self.tickets, ticket):
            denied = self._decide(ticket)
        return denied or why_changed(before, ticket.intent)

    def cancel(self, order: LightOrder) -> bool:
        """Ask for a cancel; tell whether the order is cancelled by now. See `NOT_TRADED`, too."""
        if self._outstays_history(order):
            self.tickets.outstaying.append(order)
            return False
        return self.cancel_now(order)

    def cancel_now(self, order: LightOrder) -> bool:
        """Ask for a cancel, whatever bar it was decided on."""
        ticket = self.tickets.at_work.get(self._door.key(order))
        if ticket is None or ticket.status is OrderStatus.CREATED:
            return False
        self.venue.cancel(ticket.key)
        self._take_reports()
        self.idle = False
        return ticket.status is OrderStatus.CANCELLED

    def _deny(self, ticket: Ticket, denied: Denied) -> None:
        reason = f"{denied.rule}: {denied.reason}"
        ticket.order.addinfo(rule=denied.rule, reason=denied.reason)
        self._move(ticket, OwnStep.DENIED, reason)

    def _release(self, tickets: Sequence[Ticket]) -> None:
        """Remember, send, tell. What the journal raises keeps the orders from being sent."""
        self._tell.remember(tickets, self._door.sendings)
        for ticket in tickets:
            order, ticket.status = ticket.order, advance(ticket.status, OwnStep.SUBMITTED)
            order.status, order.plen = _SUBMITTED, len(ticket.listing.tape)
        if self._door.send(tickets):
            self._take_reports()
        for ticket in tickets:
            # A venue that answers at once has said more by now than that it was submitted.
            if ticket.status is OrderStatus.SUBMITTED:
                self._tell.moved(ticket, note=self.tells_steps)

    # -- bars and reports ---------------------------------------------------------------------

    def next(self) -> None:
        """Let the venue see the bar, book what it reports, ask the watching risk rules.

        Returns at once while `idle`: no order is open, nothing is to be told, no position settles
        or accrues by the bar, no risk rule watches. A loop may then skip the call altogether.
        Orders are matched before the rules look, so a rule sees what the bar has made of them.
        """
        if self.idle:
            return
        if not self._turns.bar_is_new():
            self._take_reports()
            return
        alone = self._express is not None and self._express.bar()
        if not alone:
            self.venue.on_bar()
            self._take_reports()
        while self.tickets.outstaying and not self._passes_over:
            self.cancel_now(self.tickets.outstaying.pop(0))
        watches = self._gate is not None and self._gate.watches
        if watches and self._gate is not None:
            history = self._turns.bar_is_history()
            look = self._gate.look_back if history else self._gate.watch
            for action in look(self.account):
                self._tell.acted(action)
                perform(self, action)
        eager = self._turns.strategy_runs_first()
        self._value = float(self.venue.equity) if eager else None
        self.idle = (alone or self.venue.idle) and not watches and not eager

    def settle(self) -> None:
        """Take what the venue has to say, at a start and at the end, thousands of fills at once."""
        with self._tell.together():
            self._take_reports()

    def _take_reports(self) -> None:
        for report in self.venue.reports():
            key = report.client_order_id
            ticket = self.tickets.find(key)
            if ticket is not None:
                self._take(ticket, report)
            elif report.fill is not None and self._naming.owns(key):
                with self._tell.together():
                    take_stray(self, report.fill, self._tell)

    def _take(self, ticket: Ticket, report: Report) -> None:
        if report.kind is ReportKind.FILLED:
            with self._tell.together():
                self._fill(ticket, report)
        elif report.kind is ReportKind.TRIGGERED:
            ticket.order.triggered = True
        elif report.kind is ReportKind.TRAILED:
            ticket.order.created.price = report.stop_price
            if report.limit_price is not None:
                ticket.order.created.pricelimit = report.limit_price
        else:
            self._move(ticket, report.kind, report.reason)

    def _move(self, ticket: Ticket, step: ReportKind | OwnStep, reason: str = "") -> None:
        if not self._advance(ticket, step):
            return
        if step is ReportKind.ACCEPTED:
            ticket.order.plen = len(ticket.listing.tape)
        if ticket.status in TERMINAL:
            ticket.order.executed.dt = ticket.now()
            if reason and "reason" not in ticket.order.info:
                ticket.order.addinfo(reason=reason)
        self._tell.moved(ticket, reason, note=self.tells_steps)

    def _fill(self, ticket: Ticket, report: Report) -> None:
        """Book a fill: money, whatever the order's status says of it."""
        booking, complete, fill = report.booking, report.complete, report.fill
        if booking is None:
            booking = None if fill is None else self.books.apply(fill, self._tell.executed)
            if fill is None or booking is None:
                return
            ticket.filled += fill.quantity
            # An exchange may cut an order, and then says itself that nothing is left of it.
            complete |= ticket.filled >= ticket.intent.quantity
        order, listing = ticket.order, ticket.listing
        book(order, listing, booking, self.getcommissioninfo(order.data))
        if report.booking is None:
            hold(ticket.listing, booking)
        ticket.executed = True
        self._advance(ticket, ReportKind.FILLED, complete=complete)
        if fill is None and self._tell.wants_fills:
            fill = ticket.fill(booking)
            self._tell.executed(fill)
        self._tell.filled(ticket, fill)

    def _advance(
        self, ticket: Ticket, step: ReportKind | OwnStep, *, complete: bool = False
    ) -> bool:
        """Move an order on; tell whether it moved."""
        status = advance(ticket.status, step, complete=complete)
        if status is ticket.status:
            return False
        ticket.status = status
        ticket.order.status = BACKTRADER_STATUS[status]
        if status in TERMINAL:
            self.tickets.finish(ticket.key)
        return True

    def get_notification(self) -> LightOrder | None:
        """Return the next order to tell its strategy about, as it was when it changed, or None."""
        notes = self._tell.notes
        if not notes or not self._taken_up:
            return notes.popleft() if notes else None
        # What happened while nobody looked is told once the feed has a bar.
        return self.reruns.next_note() if len(notes[0].data) else None
