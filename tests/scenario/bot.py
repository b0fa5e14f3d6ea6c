"""A bot on a small exchange, both in this process: it can be killed at anything it does.

It does what broker and strategy do around a venue: commit intents, submit, book reports, and after
a restart take up from the journal and run the last bar again.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from realtrade.common.live import LiveVenue
from realtrade.execution import Ledger as Holdings
from realtrade.execution import Naming, Standing, TradingRule, advance, is_over
from realtrade.model.account import OrderChanged
from realtrade.model.order import OrderIntent, OrderStatus, OrderType, Side
from realtrade.utils.clock import ManualClock
from tests.common.live.disk import DiskJournal, Fuse, Killed
from tests.common.live.exchange import OPEN, SPOT, FakeExchange, FakeGateway
from tests.scenario.invariants import Books, Ledger, check, traded

if TYPE_CHECKING:
    from realtrade.model.events import Event
    from realtrade.model.instrument import Instrument
    from realtrade.model.order import Position
    from realtrade.plugins.ports.account import AccountView
    from realtrade.plugins.ports.gateway import AccountStream, Gateway
    from realtrade.plugins.ports.journal import Journal
    from realtrade.plugins.ports.risk import RiskView
    from realtrade.plugins.ports.venue import Report

D = Decimal
START_MS = 1_700_000_000_000
NAMING = Naming("fake-1", "bot")
STARTING_CASH = D(100_000)


class Bot:
    """A process, and what is left of it when it is gone: `journal`, `exchange`, `clock`."""

    def __init__(self, instrument: Instrument = SPOT, **words: Any) -> None:
        self.fuse = Fuse()
        self.clock = ManualClock(START_MS)
        self.exchange = FakeExchange(self.clock, instrument, fuse=self.fuse)
        for name, value in words.items():
            setattr(self.exchange, name, value)
        self.journal = DiskJournal(self.fuse)
        self.moves: dict[str, list[OrderStatus]] = {}
        self.ordinal = 0
        self.bar_ms = START_MS
        self.bar: list[OrderIntent] = []
        """What the strategy wants on the newest bar, also when that is run again."""
        self.deaths = 0
        self.events: list[Event] = []
        self.begin()

    # -- a process ----------------------------------------------------------------------------

    def begin(self) -> None:
        """Start a process: whatever the last one knew is gone."""
        self.exchange.sink = None
        self.standing = Standing()
        self.rule = TradingRule(self.standing)
        recalled = self.journal.recall()
        self.holdings = Holdings(
            lambda symbol: self.exchange.instrument, recalled.positions, seen=recalled.seen
        )
        self.filled = {
            known.intent.client_order_id: sum((fill.quantity for fill in known.fills), D(0))
            for known in recalled.orders
        }
        self.intents = {known.intent.client_order_id: known.intent for known in recalled.orders}
        self.status = {
            known.intent.client_order_id: known.status if known.attempts else OrderStatus.CREATED
            for known in recalled.orders
        }
        self.venue = LiveVenue(
            gateway=cast("Gateway", FakeGateway(self.exchange)),
            stream=cast("AccountStream", self.exchange),
            journal=cast("Journal", self.journal),
            clock=self.clock,
            standing=self.standing,
            naming=NAMING,
            symbols=(self.exchange.instrument.symbol,),
            events=self.events.append,
            threads=False,
        )
        self.venue.bind(cast("AccountView", self))
        snapshot = self.venue.recover(recalled, timeout_s=3_600)
        self.drain()
        self.venue.conclude(snapshot)
        self._run_again()

    def _run_again(self) -> None:
        """Run the newest bar again: what never left goes out now, or never."""
        for intent in self.bar:
            if self.status.get(intent.client_order_id) is OrderStatus.CREATED:
                self.status[intent.client_order_id] = OrderStatus.SUBMITTED
                self.venue.submit([intent])
        for name, status in list(self.status.items()):
            if status is OrderStatus.CREATED:
                self.status[name] = OrderStatus.DENIED
                self.journal.status(name, OrderStatus.DENIED)

    def alive(self, act: object) -> None:
        """Do something, and start again as often as the process is killed meanwhile."""
        while True:
            try:
                if callable(act):
                    act()
            except Killed:
                self.deaths += 1
                act = self.begin
            else:
                return

    # -- an AccountView -----------------------------------------------------------------------

    @property
    def positions(self) -> dict[str, Position]:
        return self.holdings.positions()

    def position(self, symbol: str) -> Position:
        return self.holdings.position(symbol)

    def price(self, symbol: str) -> Decimal:
        return self.exchange.price

    def instrument(self, symbol: str) -> Instrument:
        return self.exchange.instrument

    def reduces(self, intent: OrderIntent) -> bool:
        return intent.reduce_only

    # -- strategy and broker ------------------------------------------------------------------

    def order(self, quantity: str, side: Side = Side.BUY, **words: Any) -> OrderIntent:
        """Return an intent of this bar, named as the broker names them."""
        self.ordinal += 1
        kind = words.pop("type", OrderType.MARKET)
        if kind is OrderType.LIMIT:
            words.setdefault("limit_price", D(90))
        return replace(
            OrderIntent(
                client_order_id=NAMING.client_order_id("s", "BTC", self.bar_ms, self.ordinal),
                symbol=self.exchange.instrument.symbol,
                feed="btc",
                side=side,
                type=kind,
                quantity=D(quantity),
                reference_price=self.exchange.price,
                created_ms=self.bar_ms,
            ),
            **words,
        )

    def place(self, *intents: OrderIntent) -> None:
        """Decide, remember, send: what the broker does with the orders of one bar."""
        view = cast("RiskView", self)
        if not all(type(self.rule.assess(each, view)).__name__ == "Approved" for each in intents):
            return
        self.bar = [*self.bar, *intents]
        with self.journal.together():
            for intent in intents:
                self.journal.intent(intent)
        for intent in intents:
            name = intent.client_order_id
            self.intents[name], self.status[name] = intent, OrderStatus.SUBMITTED
            self.moves.setdefault(name, [OrderStatus.SUBMITTED])
        self.venue.submit(intents)

    def next_bar(self) -> None:
        """Be done with a bar."""
        self.bar, self.ordinal = [], 0
        self.bar_ms += 60_000
        self.journal.bar("btc", self.bar_ms)

    def drain(self) -> None:
        """Book what the venue reports."""
        for report in self.venue.reports():
            self._take(report)

    def _take(self, report: Report) -> None:
        name, fill = report.client_order_id, report.fill
        if fill is not None and self.holdings.apply(fill) is None:
            return
        with self.journal.together():
            if fill is not None:
                self.filled[name] = self.filled.get(name, D(0)) + fill.quantity
                self.journal.fill(fill)
                self.journal.position(fill.symbol, self.holdings.position(fill.symbol))
            if name in self.status:
                self._move(name, report)

    def _move(self, name: str, report: Report) -> None:
        wanted = self.intents[name].quantity
        complete = report.complete or self.filled.get(name, D(0)) >= wanted
        after = advance(self.status[name], report.kind, complete=complete)
        if after is not self.status[name]:
            self.journal.status(name, after)
            self.status[name] = after
            self.moves.setdefault(name, []).append(after)

    def run(self, seconds: float) -> None:
        """Let time pass."""
        until_s = self.clock.monotonic_s() + seconds
        for _ in range(20_000):
            self.venue.pump(max(0.0, until_s - self.clock.monotonic_s()))
            self.drain()
            due_s = self.venue.courier.next_s()
            if self.clock.monotonic_s() >= until_s - 1e-9 and due_s != 0.0:
                self.drain()
                return
        msg = "the venue does not come to rest"
        raise AssertionError(msg)

    # -- faults -------------------------------------------------------------------------------

    def lose_stream(self) -> None:
        """Cut the account's events, and say so."""
        sink = self.exchange.sink
        if sink is not None:
            self.exchange.silent = True
            sink.lost("cut")

    def regain_stream(self) -> None:
        """Let events flow again, and say so."""
        self.exchange.silent = False
        if self.exchange.sink is not None:
            self.exchange.sink.connected()

    def repeat(self, name: str) -> None:
        """Tell of an order's start once more: late, or twice."""
        order = self.exchange.orders[name]
        self.exchange.emit(OrderChanged(replace(order, status=OrderStatus.ACCEPTED, filled=D(0))))
        for fill in self.exchange.trades:
            if fill.client_order_id == name:
                self.exchange.emit(OrderChanged(order, fill))

    # -- what is true -------------------------------------------------------------------------

    def books(self) -> Books:
        rows = self.journal.rows
        symbol = self.exchange.instrument.symbol
        return Books(
            intents=frozenset(rows.intents),
            trades=traded(rows.fills.values()),
            positions={symbol: self.holdings.position(symbol).quantity},
            status={n: s for n, s in rows.status.items() if n in rows.intents},
            moves=self.moves if not self.deaths else {},
            cash=self.venue.cash,
            held_back=frozenset(n for n, o in self.venue.dispatch.orders.items() if o.held),
        )

    def ledger(self) -> Ledger:
        exchange = self.exchange
        return Ledger(
            accepted=exchange.accepted,
            open=frozenset(n for n, order in exchange.orders.items() if order.status in OPEN),
            trades=traded(exchange.trades),
            positions={exchange.instrument.symbol: exchange.held},
            cash=exchange.cash,
        )

    def settle(self) -> None:
        """End every fault, let everything come to rest, and compare."""
        exchange = self.exchange
        self.fuse.left = None
        exchange.faults.clear()
        exchange.cancel_faults.clear()
        exchange.find_faults.clear()
        exchange.questions_fail, exchange.hidden = 0, set()
        self.journal.full = False
        self.alive(self.regain_stream)
        self.alive(lambda: self.run(700))
        check(self.books(), self.ledger())
        over = {name for name, status in self.journal.rows.status.items() if is_over(status)}
        for order in self.venue.dispatch.orders.values():
            assert not (order.held and order.intent.parent_id in over), f"{order.id} waits in vain"
