"""Orders under way: every answer goes through the protocol's table, every effect happens here.

On the trading thread, but for the jobs it hands to the courier, which touch nothing of it: they
make one request and leave the answer in the inbox.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from realtrade.common.live.courier import Priority
from realtrade.common.live.departure import Departures, or_search, stays, there_already
from realtrade.common.live.searches import Searches
from realtrade.common.live.seen import Seen
from realtrade.common.live.strangers import Strangers
from realtrade.common.live.trades import Trades
from realtrade.common.live.unheard import as_sent, unheard
from realtrade.execution import protocol as p
from realtrade.execution.protocol import Case, Decision, Request, Stage, decide
from realtrade.execution.state import State, Step
from realtrade.model.events import EventType
from realtrade.plugins.ports.gateway import Answer, Outcome, Resyncs
from realtrade.plugins.ports.journal import JournalError
from realtrade.plugins.ports.venue import Report, ReportKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from realtrade.common.live.courier import Courier
    from realtrade.common.live.inbox import Inbox
    from realtrade.common.live.order import LiveOrder
    from realtrade.common.live.sender import Sender, Sent
    from realtrade.execution.state import Standing
    from realtrade.model.account import VenueOrder
    from realtrade.model.order import Fill, OrderIntent
    from realtrade.plugins.ports.gateway import Gateway
    from realtrade.plugins.ports.journal import Journal
    from realtrade.utils.clock import Clock

_KEPT = 2_000
"""The most finished orders kept in mind, for what exchanges say late."""
_CANCEL_PACE_S = 1.0
SETTLE_S = 2.0
"""How long executions may lag behind what an exchange counts before they are asked for."""


class Dispatch:
    """All orders of a bot, by client order id, and what has to be told of them."""

    def __init__(
        self,
        *,
        gateway: Gateway,
        sender: Sender,
        courier: Courier,
        inbox: Inbox,
        journal: Journal,
        clock: Clock,
        standing: Standing,
        tell: Callable[[EventType, str], None],
    ) -> None:
        self.gateway, self.sender = gateway, sender
        self.courier, self.inbox = courier, inbox
        self.journal, self.clock = journal, clock
        self.standing, self.tell = standing, tell
        self.orders: dict[str, LiveOrder] = {}
        self.out: list[Report] = []
        """What the broker has to be told, oldest first."""
        self.seen = Seen(journal)
        """Executions told, or booked before the start."""
        self.moved: Callable[[LiveOrder], None] = _ignore
        """Hears of every order something became known of."""
        self.forgot: Callable[[LiveOrder], None] = _ignore
        """Hears of every order that was over long ago, and is forgotten."""
        self.leaving: Callable[[LiveOrder], None] = _ignore
        """Called on the courier's thread right before an order leaves."""
        self.booked: Callable[[Fill], None] = _ignore
        """Hears of every execution told of."""
        self.owns: Callable[[str], bool] = self.orders.__contains__
        """Tells our ids from others', also those of orders long forgotten."""
        self.strangers = Strangers()
        self.began_ms = 0
        """When this process began to trade, on the exchange's clock."""
        self.first_bar_ms: int | None = None
        """Time of the bar its first order was decided on: perhaps a bar that is run again."""
        self.held: Callable[[str], Decimal] = _none
        """Tells what our own fills hold of a symbol."""
        self.departures = Departures(self)
        self.searches = Searches(self)
        self.trades = Trades(
            gateway=gateway, courier=courier, inbox=inbox, journal=journal, book=self.book
        )
        self._done: deque[LiveOrder] = deque()

    # -- sending ------------------------------------------------------------------------------

    def send(
        self, order: LiveOrder, after_s: float = 0.0, beside: Sequence[OrderIntent] = ()
    ) -> None:
        """Hand an order to the courier; `beside` must be placeable too, or it is refused."""
        order.stage = Stage.SENDING
        order.tries += 1
        order.sent = as_sent(self, order)
        run = partial(self._place, order, order.sent, order.tries, tuple(beside))
        job = partial(or_search, self, order, run)
        order.sending = self.courier.put(Priority.SUBMIT, job, after_s)

    def _place(
        self, order: LiveOrder, intent: OrderIntent, number: int, beside: Sequence[OrderIntent]
    ) -> None:
        """Send, on the courier's thread, unless it is too late by now."""
        stayed = stays(self, order, intent, beside)
        if stayed is not None:
            self.inbox.post(stayed)
            return
        if self.sender.expires_by_us(intent):
            intent = replace(intent, valid_until_ms=None)
            self.inbox.post(partial(self.watch_time, order))
        there = there_already(self, order, intent) or unheard(self, order, intent)
        if there is not None:
            self.inbox.post(there)
            return
        self.leaving(order)
        sent = self.sender.place(intent, number, self.departures.take(order.id))
        self.inbox.post(partial(self.placed, order, sent))

    def refuse(
        self, order: LiveOrder, kind: ReportKind, reason: str, stage: Stage = Stage.REFUSED
    ) -> None:
        """End an order that is not, and will not be, at the exchange."""
        order.stage, order.held, order.search = stage, False, None
        self.departures.give_up(order, reason)
        self.out += order.progress.end(kind, reason)
        self._follow(order)

    def placed(self, order: LiveOrder, sent: Sent) -> None:
        """Take the answer to a sending."""
        if sent.trouble:
            self.halt(f"the journal cannot be written: {sent.trouble}")
        order.dead_at_ms = sent.dead_at_ms
        self.answered(Request.PLACE, order, sent.answer)

    # -- cancelling ---------------------------------------------------------------------------

    def cancel(self, order: LiveOrder) -> None:
        """Want an order cancelled; one that has not left yet is at once."""
        if order.progress.over:
            return
        order.cancel_wanted = True
        never_left = order.sending is not None and self.courier.withdraw(order.sending)
        if order.held or never_left:
            self.refuse(order, ReportKind.CANCELLED, "cancelled before it was sent")
        else:
            self._request_cancel(order)

    def withdraw(self, reason: str) -> None:
        """Take back every order that has not left yet and is no exit."""
        for order in list(self.orders.values()):
            job = None if order.protects else order.sending
            if job is not None and self.courier.withdraw(job):
                self.refuse(order, ReportKind.EXPIRED, f"never sent: {reason}")

    def _request_cancel(self, order: LiveOrder, after_s: float = 0.0) -> None:
        if order.cancelling:
            return
        order.cancelling = True
        run = partial(self._cancel, order, order.sent)
        self.courier.put(Priority.CANCEL, run, after_s)

    def _cancel(self, order: LiveOrder, intent: OrderIntent) -> None:
        answer = self.sender.cancel(intent)
        self.inbox.post(partial(self._cancelled, order, answer))

    def _cancelled(self, order: LiveOrder, answer: Answer) -> None:
        order.cancelling = False
        order.cancelled_s = self.clock.monotonic_s()
        if answer.outcome is Outcome.ABSENT:
            # Nothing open to cancel: what it is has to be asked, and only then cancelled again.
            order.open_there = False
        self.answered(Request.CANCEL, order, answer)

    # -- asking -------------------------------------------------------------------------------

    def ask(self, order: LiveOrder, after_s: float = 0.0) -> None:
        """Ask for an order by its client id; a question that waits for longer gives way."""
        job = order.asking
        if job is not None:
            if job.run is None:
                order.ask_again = True
                return
            sooner = self.clock.monotonic_s() + after_s < job.due_s
            if not sooner or not self.courier.withdraw(job):
                return
        run = partial(self._find, order, order.sent)
        order.asking = self.courier.put(Priority.QUESTION, run, after_s)

    def _find(self, order: LiveOrder, intent: OrderIntent) -> None:
        asked = self.clock.monotonic_s(), self.gateway.now_ms()
        answer = self.sender.find(intent)
        self.inbox.post(partial(self.found, order, answer, asked))

    def found(self, order: LiveOrder, answer: Answer, asked: tuple[float, int]) -> None:
        """Take the answer to a question asked at `asked`: our seconds, the exchange's time."""
        order.asking, order.asked = None, asked
        again, order.ask_again = order.ask_again, False
        self.answered(Request.FIND, order, answer)
        if again and not order.progress.over:
            self.ask(order)

    # -- what was said ------------------------------------------------------------------------

    def answered(self, request: Request, order: LiveOrder, answer: Answer) -> None:
        """Look up what follows from an answer, and do it."""
        case = Case(
            stage=order.stage,
            intent=order.sent,
            answer=answer,
            tries=order.tries,
            may_send=self._may_send(order),
            resynced=order.resynced,
        )
        self._perform(order, decide(request, case))

    def _may_send(self, order: LiveOrder) -> bool:
        halted = self.standing.state is State.HALTED
        return not order.cancel_wanted and (order.protects or not halted)

    def heard(self, said: VenueOrder, fills: Sequence[Fill] = ()) -> bool:
        """Take what the exchange said of an order unasked; tell whether we know the order."""
        order = self.orders.get(said.client_order_id)
        if order is None:
            self.strangers.heard(said, self.owns)
            return False
        if order.stage is Stage.WAITING:
            self.halt(f"{order.id} is at the exchange, and was never sent by us")
        self.answered(Request.FIND, order, Answer(outcome=Outcome.ACK, order=said, fills=fills))
        return True

    def book(self, fill: Fill) -> bool:
        """Tell of one execution, once; tell whether it is ours: others' are never told of."""
        name, known = fill.client_order_id, self.seen.has(fill)
        order = self.orders.get(name)
        ours = order is not None or known or self.owns(name)
        if not ours or known:
            return ours
        self.seen.add(fill)
        self.booked(fill)
        if order is None:
            self.strangers.executed(fill)
            self.out.append(Report(ReportKind.FILLED, name, fill=fill))
        else:
            self._execute(order, fill)
        return True

    def _execute(self, order: LiveOrder, fill: Fill) -> None:
        if order.stage is not Stage.PLACED:
            order.stage, order.search = Stage.PLACED, None
        self.out += order.progress.executes(fill)
        if order.progress.booked > order.intent.quantity:
            # Somebody on the way has delivered the request twice: it is money all the same.
            told = f"{order.progress.booked} executed of {order.intent.quantity} wanted"
            self.halt(f"{order.id}: {told}")
        self._follow(order)

    def _perform(self, order: LiveOrder, decision: Decision) -> None:
        late = order.stage is Stage.ABSENT and decision.stage is Stage.PLACED
        order.stage = decision.stage
        if late:
            self.tell(EventType.ORDER_UNKNOWN, f"{order.id} has turned up after all")
        self.searches.keep(order)
        for effect in decision.effects:
            self._do(order, effect)
        self._follow(order)

    def _do(self, order: LiveOrder, effect: p.Effect) -> None:  # noqa: C901, PLR0912  # one line a kind
        match effect:
            case p.Tell(kind, reason):
                self.out += order.progress.end(kind, reason)
            case p.Apply(said, fills):
                self._apply(order, said, fills)
            case p.SendAgain(after_s):
                self.send(order, after_s)
            case p.CancelAgain(after_s):
                self._cancel_again(order, after_s)
            case p.Ask(after_s):
                self.searches.ask(order, after_s)
            case p.Missed():
                self.searches.missed(order)
            case p.Gate(retry_after_s):
                self._gate(retry_after_s)
            case p.Resync():
                self._resync(order)
            case p.Halt(reason):
                self.halt(reason)
            case p.Alert(message):
                self.tell(EventType.ORDER_UNKNOWN, message)

    def _apply(self, order: LiveOrder, said: VenueOrder, fills: Sequence[Fill]) -> None:
        told = order.progress.heard(said)
        order.hear(said)
        if order.expires and order.cancel_wanted:
            told = [_as_expired(report) for report in told]
        self.out += told
        for fill in fills:
            self.book(fill)

    def _cancel_again(self, order: LiveOrder, after_s: float) -> None:
        if not order.progress.over or order.open_there:
            self._request_cancel(order, after_s)

    def _follow(self, order: LiveOrder) -> None:
        """Do what follows from where an order stands now, whatever brought it there."""
        if order.progress.behind and not order.fetching:
            order.fetching, order.behind_since_s = True, self.clock.monotonic_s()
            self.later(SETTLE_S, partial(self._catch_up, order))
        if order.open_there and (order.cancel_wanted or order.progress.over):
            # The strategy wants, or was told, that it is over: it must not stay.
            since_s = self.clock.monotonic_s() - order.cancelled_s
            self._request_cancel(order, max(0.0, _CANCEL_PACE_S - since_s))
        self.moved(order)
        if order.over and order.id in self.orders and not order.kept:
            order.kept = True
            self._done.append(order)
            if len(self._done) > _KEPT:
                self.orders.pop(self._done[0].id, None)
                self.forgot(self._done.popleft())

    def _catch_up(self, order: LiveOrder) -> None:
        """Read executions the exchange counts and we have not seen, until there are none."""
        if not order.progress.behind:
            order.fetching, order.behind_since_s = False, None
            return
        behind_s = self.clock.monotonic_s() - (order.behind_since_s or 0.0)
        if behind_s > Searches.ALERT_AFTER_S and not order.alerted:
            order.alerted = True
            missing = order.progress.executed - order.progress.booked
            self.tell(EventType.ORDER_UNKNOWN, f"{order.id}: executions of {missing} are missing")
        self.trades.fetch(order.intent.symbol)
        self.later(min(30.0, max(SETTLE_S, behind_s)), partial(self._catch_up, order))

    # -- beside orders ------------------------------------------------------------------------

    def watch_time(self, order: LiveOrder) -> None:
        """Cancel an order ourselves when its time is over."""
        until_ms = order.intent.valid_until_ms
        if until_ms is None or order.expires:
            return
        order.expires = True
        left_s = (until_ms - self.gateway.now_ms()) / 1000
        self.later(max(0.0, left_s), partial(self.cancel, order))

    def watch_time_if_ours(self, order: LiveOrder) -> None:
        """Do so if the exchange does not: only the courier may ask which of the two it is."""

        def look() -> None:
            if self.sender.expires_by_us(order.sent):
                self.inbox.post(partial(self.watch_time, order))

        self.courier.put(Priority.QUESTION, look)

    def later(self, after_s: float, call: Callable[[], None]) -> None:
        """Have something called on the trading thread, so many seconds from now."""
        self.courier.put(Priority.TIMER, partial(self.inbox.post, call), after_s)

    def halt(self, reason: str) -> None:
        """Let nothing but cancels through, until a person has looked."""
        if self.standing.move(Step.HALT, reason):
            self.tell(EventType.RISK_HALT, f"trading is halted: {reason}")
        self.withdraw(reason)

    def _gate(self, seconds: float) -> None:
        self.courier.hold(seconds)
        until_ms = self.clock.now_ms() + int(seconds * 1000)
        try:
            self.journal.cursor("gate", str(until_ms))
        except JournalError as error:
            self.halt(f"the journal cannot be written: {error}")

    def _resync(self, order: LiveOrder) -> None:
        order.resynced = True
        gateway: Any = self.gateway
        if isinstance(gateway, Resyncs):
            self.courier.put(Priority.CANCEL, gateway.resync)


def _as_expired(report: Report) -> Report:
    cancelled = report.kind is ReportKind.CANCELLED
    return report._replace(kind=ReportKind.EXPIRED) if cancelled else report


def _none(_: str) -> Decimal:
    return Decimal(0)


def _ignore(_: Any) -> None: ...
