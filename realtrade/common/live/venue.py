"""The venue of a real exchange: nothing blocks, everything is decided on the trading thread."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from realtrade.common.live.adoption import stranger_of
from realtrade.common.live.comparison import Comparison
from realtrade.common.live.courier import Courier
from realtrade.common.live.dispatch import Dispatch
from realtrade.common.live.groups import Groups
from realtrade.common.live.hearing import Hearing
from realtrade.common.live.inbox import AccountListener, Inbox
from realtrade.common.live.money import Money
from realtrade.common.live.order import LiveOrder
from realtrade.common.live.probes import probes
from realtrade.common.live.recovery import RecoveryError, take_up
from realtrade.common.live.rounds import Rounds
from realtrade.common.live.sender import Sender
from realtrade.common.live.survey import Question, Survey, state_of
from realtrade.common.live.unheard import keep_asking
from realtrade.execution.state import State, Step
from realtrade.model.account import OrderChanged
from realtrade.model.events import Event, EventType
from realtrade.plugins.ports.venue import ReportKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from decimal import Decimal

    from realtrade.execution.identity import Naming
    from realtrade.execution.reconcile import Finding, Snapshot
    from realtrade.execution.state import Standing
    from realtrade.model.account import AccountEvent
    from realtrade.model.order import OrderIntent
    from realtrade.plugins.ports.account import AccountView
    from realtrade.plugins.ports.gateway import AccountStream, Gateway
    from realtrade.plugins.ports.health import Probe
    from realtrade.plugins.ports.journal import Attempt, Journal, Recalled
    from realtrade.plugins.ports.venue import Report
    from realtrade.utils.clock import Clock

VALUE_AFTER_S = 1.0
"""How long after a change of positions margin is asked for; changes come in bursts."""
_CLOCK_SLACK_MS = 60_000
"""A first reading of executions begins this much before the start: clocks are never equal."""


class LiveVenue:
    """A `Venue` over a gateway, a stream of account events and a journal.

    `recover` begins it, `stop` ends it, `reports` is where everything happens in between: answers
    of the courier, events of the account and timers wait in one inbox until the trading thread
    takes them, and `wake` makes it come.
    """

    idle = False

    def __init__(
        self,
        *,
        gateway: Gateway,
        stream: AccountStream,
        journal: Journal,
        clock: Clock,
        standing: Standing,
        naming: Naming,
        symbols: Sequence[str],
        wake: Callable[[], None] | None = None,
        events: Callable[[Event], None] | None = None,
        threads: bool = True,
    ) -> None:
        """Make a venue that has not begun.

        Args:
            gateway: requests to the exchange; only the courier's thread makes any.
            stream: the account's events.
            journal: remembers every sending before it, and its outcome after.
            clock: our time.
            standing: whether may be traded; moved by what is found.
            naming: tells our orders from others.
            symbols: everything traded: these are compared with the exchange.
            wake: called from any thread when `reports` has something to do.
            events: hears what people should be told.
            threads: False: the courier only works when `pump` is called, for tests.
        """
        self.gateway, self.standing = gateway, standing
        self._stream, self._journal, self._clock = stream, journal, clock
        self._events, self._threads = events, threads
        self._inbox = Inbox(wake)
        self.courier = Courier(clock, self._broke)
        sender = Sender(gateway, journal)
        self.dispatch = Dispatch(
            gateway=gateway,
            sender=sender,
            courier=self.courier,
            inbox=self._inbox,
            journal=journal,
            clock=clock,
            standing=standing,
            tell=self._tell,
        )
        self._groups = Groups(self.dispatch)
        self._hearing = Hearing(self.dispatch, stream)
        self._rounds = Rounds(self.dispatch, self._look_unless_looking)
        self.dispatch.moved = self._moved
        self.dispatch.forgot = self._groups.forget
        self.dispatch.owns = naming.owns
        self.money = Money(gateway.currency, spot=True)
        self.dispatch.booked = self.money.executed
        self.comparison = Comparison(self.dispatch, naming)
        self.trade(symbols)
        self._survey: Survey | None = None
        self._snapshot: Snapshot | None = None
        self._valuing = self._stopped = False

    # -- the port -----------------------------------------------------------------------------

    @property
    def account(self) -> str:
        """Stable name of the account: goes into order ids."""
        return self.gateway.account

    @property
    def cash(self) -> Decimal:
        """Money not tied up in positions, margin or orders, in the account's currency."""
        return self.money.cash

    @property
    def equity(self) -> Decimal:
        """Balance plus holdings or unrealised profit, in the account's currency."""
        return self.money.equity

    def bind(self, view: AccountView) -> None:
        """Value the account by the positions and prices of `view`, and compare those."""
        self.money.bind(view)
        self.dispatch.held = lambda symbol: view.position(symbol).quantity
        self.comparison.bind(view)

    def sendings(self, intents: Sequence[OrderIntent]) -> Sequence[Attempt]:
        """Return what of these will be sent at once if they are submitted now."""
        return self.dispatch.departures.foresee(intents)

    def submit(self, intents: Sequence[OrderIntent]) -> None:
        """Take orders that are journaled; one that is known already is taken no second time."""
        new = []
        if self.dispatch.first_bar_ms is None:
            self.dispatch.first_bar_ms = max(intent.created_ms for intent in intents)
        for intent in intents:
            known = self.dispatch.orders.get(intent.client_order_id)
            if known is None:
                told = self.dispatch.strangers.fills.pop(intent.client_order_id, ())
                order = LiveOrder(intent, self._clock.monotonic_s(), told)
                self.dispatch.orders[order.id] = order
                new.append(order)
            elif known.intent != intent:
                self.dispatch.halt(f"{known.id} was asked for twice, and not the same both times")
        if new:
            self._groups.submit(new)

    def cancel(self, client_order_id: str) -> None:
        """Ask for a cancel; repeating it is harmless."""
        order = self.dispatch.orders.get(client_order_id)
        if order is not None:
            self.dispatch.cancel(order)

    def on_bar(self) -> None:
        """Do nothing: an exchange needs no bars."""

    def reports(self) -> Iterable[Report]:
        """Take everything that has arrived, and return what there is to tell, oldest first.

        The last call's reports are taken to be booked by now: cursors move then.
        """
        self.dispatch.trades.remember()
        self._compare()
        self._inbox.empty()
        told, self.dispatch.out = self.dispatch.out, []
        return told

    def trade(self, symbols: Sequence[str]) -> None:
        """Compare these symbols with the exchange, and no others; before `recover`."""
        self._symbols = tuple(symbols)
        found = (self.gateway.instrument(symbol) for symbol in symbols)
        instruments = [instrument for instrument in found if instrument is not None]
        self.money.spot = not any(instrument.may_short for instrument in instruments)
        self.comparison.instruments = instruments

    # -- start and end ------------------------------------------------------------------------

    def recover(self, recalled: Recalled, timeout_s: float = 120.0) -> Snapshot:
        """Begin: listen, look at everything, and find out what every order has come to.

        Reports of it wait in `reports`. Once the broker has taken them, `conclude` compares.

        Raises:
            RecoveryError: the exchange did not tell enough within `timeout_s` seconds.
            JournalError: how far executions are read could not be remembered.
        """
        self.standing.move(Step.CHECKED)
        self.standing.move(Step.RECONCILE, "starting")
        self._wait_at_gate(recalled)
        oldest = min((known.intent.created_ms for known in recalled.orders), default=None)
        self.dispatch.began_ms = self.gateway.now_ms()
        from_ms = self.dispatch.began_ms if oldest is None else oldest
        self.dispatch.trades.begin(recalled.cursors, self._symbols, from_ms - _CLOCK_SLACK_MS)
        take_up(self.dispatch, self._groups, recalled)
        if self._threads:
            self.courier.start()
        listener = AccountListener(
            self._inbox, event=self._heard, connected=self._connected, lost=self._lost
        )
        self._stream.start(listener)
        self._wait_for(lambda: self._snapshot is not None, timeout_s)
        snapshot, self._snapshot = self._snapshot, None
        if snapshot is None:
            raise RecoveryError(self._stuck(timeout_s))
        self._groups.take_up()
        return snapshot

    def conclude(self, snapshot: Snapshot) -> Sequence[Finding]:
        """Compare what was seen with what is booked now, and move the standing by it.

        Every report that came before must have been taken. A difference that is new is looked at
        once more, two seconds later, before anything follows from it.
        """
        findings, again = self.comparison.conclude(snapshot)
        if again:
            self.dispatch.later(self.comparison.AGAIN_S, self.look)
        self._rounds.again(calm=not again and self.standing.state is State.LIVE)
        return findings

    def look(self) -> None:
        """Compare journal and exchange anew; the result moves the standing when it is there."""
        if self._stopped:
            return
        if self._survey is not None:
            self._survey.give_up()
        self._survey = Survey(self.dispatch, self._symbols, self._seen)
        self._survey.begin()

    def resume(self) -> None:
        """Leave a halt, by a person's wish: what happened meanwhile is looked at first."""
        if self.standing.move(Step.RESUME, "resumed"):
            self.look()

    def stranger(self, client_order_id: str, feed: str) -> OrderIntent | None:
        """Return an order with a name of ours that nobody here knew, where the exchange told it."""
        return stranger_of(self.dispatch, client_order_id, feed)

    def halt(self, reason: str) -> None:
        """Let nothing but cancels through, take back what has not left; from the trading thread."""
        self.dispatch.halt(reason)

    def pump(self, seconds: float = 0.0) -> None:
        """Do what the courier has to do within `seconds`, on this thread; without `threads`."""
        until_s = self._clock.monotonic_s() + seconds
        while True:
            if self.courier.turn():
                continue
            if len(self._inbox):
                return
            wait_s = self.courier.next_s()
            if wait_s is None or self._clock.monotonic_s() + wait_s > until_s:
                self._clock.sleep(max(0.0, until_s - self._clock.monotonic_s()))
                return
            self._clock.sleep(wait_s)

    def probes(self) -> Mapping[str, Probe]:
        """Return what tells how the account's events and requests are doing; see `HasProbes`."""
        return probes(self)

    def stop(self, timeout_s: float = 20.0) -> bool:
        """End: events and questions stop, cancels and the request under way are finished.

        Returns False when a request is still under way after `timeout_s` seconds. What arrived
        waits in `reports` still.
        """
        self._stopped = True
        self._stream.stop()
        ended = self.courier.stop(timeout_s)
        for order in list(self.dispatch.orders.values()):
            if order.sending is not None and order.sending.withdrawn and not order.progress.over:
                reason = "the process ended before it could be sent"
                self.dispatch.refuse(order, ReportKind.EXPIRED, reason)
        return ended

    # -- what arrives -------------------------------------------------------------------------

    def _moved(self, order: LiveOrder) -> None:
        self._groups.moved(order)
        self._hearing.moved(order)

    def _heard(self, event: AccountEvent) -> None:
        if not isinstance(event, OrderChanged):
            self.money.changed(event)
            if event.positions and not self._valuing:
                self._valuing = True
                self.dispatch.later(VALUE_AFTER_S, self._value)
            return
        self._hearing.heard(event.order.client_order_id)
        fills = () if event.fill is None else (event.fill,)
        if not self.dispatch.heard(event.order, fills):
            for fill in fills:
                self.dispatch.book(fill)

    def _value(self) -> None:
        """Ask for margin and balances: positions have changed, and events do not tell margin."""
        self._valuing = False
        if self._survey is None and not self._stopped:
            ask = partial(state_of, self.gateway)
            Question(self.dispatch, "balances", ask, self.money.check).ask()

    def _connected(self) -> None:
        """Everything since the events stopped has to be asked for, the same way as at a start."""
        searches = self.dispatch.searches
        if searches.lost_s is not None:
            self._tell(EventType.CONNECTION_RESTORED, "the account's events flow again")
        searches.healthy_since_s, searches.lost_s = self._clock.monotonic_s(), None
        self.standing.move(Step.RECONCILE, "events of the account may have been missed")
        self.look()

    def _lost(self, reason: str) -> None:
        searches = self.dispatch.searches
        if searches.healthy_since_s is None:
            return  # one more try to connect has failed: what was asked for meanwhile stands
        searches.healthy_since_s, searches.lost_s = None, self._clock.monotonic_s()
        self._tell(EventType.CONNECTION_LOST, f"the account's events have stopped: {reason}")
        keep_asking(self.dispatch, self._rounds.turn, len(self._symbols))
        self.standing.move(Step.RECONCILE, f"the account's events have stopped: {reason}")
        if self._survey is not None:
            # What it would see may be old by the time events flow again.
            self._survey.give_up()
            self._survey = None

    def _seen(self, snapshot: Snapshot) -> None:
        self._survey = None
        self._snapshot = snapshot
        self.money.check(snapshot.state)
        # Compared with the next call of `reports`, when all this has told is booked.
        self._inbox.post(_nothing)

    def _compare(self) -> None:
        snapshot, self._snapshot = self._snapshot, None
        if snapshot is not None:
            self.conclude(snapshot)

    def _look_unless_looking(self) -> None:
        if self._survey is None:
            self.look()

    # -- waiting ------------------------------------------------------------------------------

    def _wait_for(self, done: Callable[[], bool], timeout_s: float) -> None:
        """Take what arrives until `done`, or until time is up."""
        until_s = self._clock.monotonic_s() + timeout_s
        while not done() and self._clock.monotonic_s() < until_s:
            if not self._inbox.empty():
                self._wait()

    def _wait(self) -> None:
        if self._threads:
            self._inbox.wait(0.05)
        elif not self.courier.turn():
            self._clock.sleep(max(0.001, self.courier.next_s() or 0.05))

    def _wait_at_gate(self, recalled: Recalled) -> None:
        """Keep what an exchange has asked for before the restart: silence until some time."""
        left_ms = int(recalled.cursors.get("gate", "0")) - self._clock.now_ms()
        if left_ms > 0:
            self.courier.hold(left_ms / 1000)

    def _stuck(self, timeout_s: float) -> str:
        listens = self.dispatch.searches.healthy_since_s is not None
        fact = "orders and balances were not told" if listens else "no account events came"
        return f"the exchange was asked for {timeout_s:.0f} s: {fact}"

    def _broke(self, error: Exception) -> None:
        """Take a bug in a job of the courier's: nothing of what it was to do can be relied on."""
        reason = f"the courier broke: {type(error).__name__}: {error}"
        self._inbox.post(partial(self.dispatch.halt, reason))

    def _tell(self, kind: EventType, message: str) -> None:
        if self._events is not None:
            self._events(Event(kind, self._clock.now_ms(), message))


def _nothing() -> None: ...
