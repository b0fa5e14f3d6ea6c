"""What broker and strategy do around a venue: commit, submit, book, take up, run a bar again."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from realtrade.common.live import LiveVenue
from realtrade.execution import Ledger as Holdings
from realtrade.execution import Standing, State, TradingRule, advance
from realtrade.model.order import OrderIntent, OrderStatus, OrderType, Side
from tests.scenario.invariants import Books, traded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from realtrade.execution import Naming
    from realtrade.model.events import Event
    from realtrade.model.instrument import Instrument
    from realtrade.model.order import Position
    from realtrade.plugins.ports.account import AccountView
    from realtrade.plugins.ports.gateway import AccountStream, Gateway
    from realtrade.plugins.ports.journal import Journal, KnownOrder, Recalled
    from realtrade.plugins.ports.risk import RiskView
    from realtrade.plugins.ports.venue import Report
    from realtrade.utils.clock import Clock

D = Decimal
START_MS = 1_700_000_000_000


def _stands(known: KnownOrder) -> OrderStatus:
    """Return where an order of before stands: what may have been sent counts as sent."""
    if not known.attempts:
        return OrderStatus.CREATED
    return OrderStatus.SUBMITTED if known.status is OrderStatus.CREATED else known.status


class Trader:
    """One process of a bot; a subclass brings exchange, journal and clock."""

    clock: Clock
    journal: Any
    naming: Naming
    traded: Instrument
    gateway: Any
    stream: Any
    threads = False

    def __init__(self) -> None:
        self.ordinal = 0
        self.bar_ms = START_MS
        self.bar: list[OrderIntent] = []
        """What the strategy wants on the newest bar, also when that is run again."""
        self.moves: dict[str, list[OrderStatus]] = {}
        self.events: list[Event] = []
        self.entered: dict[str, list[State]] = {}
        """Where we stood when orders that are no exits were decided on, or sent."""

    def take_up(self) -> None:
        """Begin a process: from the journal, then from the exchange, then from the last bar."""
        self.standing = Standing()
        self.rule = TradingRule(self.standing)
        recalled: Recalled = self.journal.recall()
        self.holdings = Holdings(lambda symbol: self.traded, recalled.positions, seen=recalled.seen)
        self.filled = {
            known.intent.client_order_id: sum((fill.quantity for fill in known.fills), D(0))
            for known in recalled.orders
        }
        self.intents = {known.intent.client_order_id: known.intent for known in recalled.orders}
        self.status = {known.intent.client_order_id: _stands(known) for known in recalled.orders}
        self.venue = LiveVenue(
            gateway=cast("Gateway", self.gateway),
            stream=cast("AccountStream", self.stream),
            journal=cast("Journal", self.journal),
            clock=self.clock,
            standing=self.standing,
            naming=self.naming,
            symbols=(self.traded.symbol,),
            events=self.events.append,
            threads=self.threads,
        )
        self.venue.bind(cast("AccountView", self))
        snapshot = self.venue.recover(recalled, timeout_s=20 if self.threads else 3_600)
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

    # -- an AccountView -----------------------------------------------------------------------

    @property
    def positions(self) -> Mapping[str, Position]:
        return self.holdings.positions()

    def position(self, symbol: str) -> Position:
        return self.holdings.position(symbol)

    def price(self, symbol: str) -> Decimal:
        return D(100)

    def instrument(self, symbol: str) -> Instrument:
        return self.traded

    def reduces(self, intent: OrderIntent) -> bool:
        return intent.reduce_only

    @property
    def held(self) -> Decimal:
        return self.position(self.traded.symbol).quantity

    # -- strategy and broker ------------------------------------------------------------------

    def order(self, quantity: str, side: Side = Side.BUY, **words: Any) -> OrderIntent:
        """Return an intent of this bar, named as the broker names them."""
        self.ordinal += 1
        kind = words.pop("type", OrderType.MARKET)
        if kind is OrderType.LIMIT:
            words.setdefault("limit_price", D(90))
        return replace(
            OrderIntent(
                client_order_id=self.naming.client_order_id("s", "BTC", self.bar_ms, self.ordinal),
                symbol=self.traded.symbol,
                feed="btc",
                side=side,
                type=kind,
                quantity=D(quantity),
                reference_price=D(100),
                created_ms=self.bar_ms,
            ),
            **words,
        )

    def place(self, *intents: OrderIntent) -> str:
        """Decide, remember, send: what the broker does with the orders of one bar."""
        view = cast("RiskView", self)
        name = intents[0].client_order_id
        if not all(type(self.rule.assess(each, view)).__name__ == "Approved" for each in intents):
            return name
        self.bar = [*self.bar, *intents]
        self._note(intents)
        with self.journal.together():
            for intent in intents:
                self.journal.intent(intent)
        for intent in intents:
            each = intent.client_order_id
            self.intents[each], self.status[each] = intent, OrderStatus.SUBMITTED
            self.moves.setdefault(each, [OrderStatus.SUBMITTED])
        self.venue.submit(intents)
        return name

    def _note(self, intents: Iterable[OrderIntent]) -> None:
        """Remember where we stood when these were decided on."""
        for intent in intents:
            if not self.reduces(intent) and intent.parent_id is None:
                self.entered.setdefault(intent.client_order_id, []).append(self.standing.state)

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
        with self.journal.together():
            if fill is not None:
                if self.holdings.knows(fill) or not self.journal.fill(fill):
                    return
                self.holdings.apply(fill)
                self.filled[name] = self.filled.get(name, D(0)) + fill.quantity
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

    def books_of(self, known: Any, **words: Any) -> Books:
        """Return what the bot believes; `known` has the journal's intents, fills and statuses."""
        return Books(
            intents=frozenset(known.intents),
            trades=traded(known.fills.values()),
            positions={self.traded.symbol: self.held},
            status=dict(known.status),
            cash=self.venue.cash,
            entered=self.entered,
            held_back=frozenset(n for n, o in self.venue.dispatch.orders.items() if o.held),
            **words,
        )
