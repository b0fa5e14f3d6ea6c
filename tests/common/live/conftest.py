"""A live venue on a small exchange, driven by hand on a clock that stands still."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import pytest

from realtrade.common.live import LiveVenue
from realtrade.execution import Ledger, Naming, Standing, State, advance
from realtrade.model.order import OrderIntent, OrderStatus, OrderType, Side
from realtrade.plugins.ports.journal import Attempt, JournalError, KnownOrder, Recalled
from realtrade.storage import MemoryJournal
from realtrade.utils.clock import ManualClock
from tests.common.live.exchange import SPOT, FakeExchange, FakeGateway

if TYPE_CHECKING:
    from realtrade.model.events import Event
    from realtrade.model.instrument import Instrument
    from realtrade.plugins.ports.account import AccountView
    from realtrade.plugins.ports.gateway import AccountStream, Gateway, Outcome
    from realtrade.plugins.ports.venue import Report, ReportKind

D = Decimal
START_MS = 1_700_000_000_000
NAMING = Naming("fake-1", "bot")


class View:
    """The positions of the ledger, as risk rules see them."""

    def __init__(self, desk: Bench) -> None:
        self._desk = desk

    @property
    def positions(self) -> Any:
        return self._desk.ledger.positions()

    def position(self, symbol: str) -> Any:
        return self._desk.ledger.position(symbol)

    def price(self, symbol: str) -> Decimal:
        return self._desk.exchange.price

    def instrument(self, symbol: str) -> Instrument:
        return self._desk.exchange.instrument


class ForgetfulJournal(MemoryJournal):
    """Keeps everything, unless the test says that it cannot."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench

    def attempt(self, attempt: Attempt) -> None:
        if self._bench.fail_attempts:
            msg = "disk full"
            raise JournalError(msg)
        super().attempt(attempt)


class Bench:
    """A venue, the exchange behind it, and a stand-in for the broker before it."""

    def __init__(self, instrument: Instrument = SPOT, journal: Any = None, **words: Any) -> None:
        self.clock = ManualClock(START_MS)
        self.exchange = FakeExchange(self.clock, instrument, **words)
        self.journal: Any = ForgetfulJournal(self) if journal is None else journal
        self.fail_attempts = False
        """No sending can be remembered."""
        self.standing = Standing()
        self.events: list[Event] = []
        self.told: list[Report] = []
        self.status: dict[str, OrderStatus] = {}
        self.ledger = Ledger(lambda symbol: self.exchange.instrument)
        self.filled: defaultdict[str, Decimal] = defaultdict(Decimal)
        self.ordinal = 0
        self.venue = self.make()

    def make(self, gateway: Any = None) -> LiveVenue:
        venue = LiveVenue(
            gateway=cast("Gateway", gateway or FakeGateway(self.exchange)),
            stream=cast("AccountStream", self.exchange),
            journal=self.journal,
            clock=self.clock,
            standing=self.standing,
            naming=NAMING,
            symbols=(self.exchange.instrument.symbol,),
            events=self.events.append,
            threads=False,
        )
        venue.bind(cast("AccountView", View(self)))
        return venue

    def live(self, recalled: Recalled | None = None) -> Bench:
        """Start, and come to where trading may begin."""
        snapshot = self.venue.recover(recalled or Recalled())
        self.drain()
        self.venue.conclude(snapshot)
        return self

    def intent(self, quantity: str = "1", side: Side = Side.BUY, **words: Any) -> OrderIntent:
        self.ordinal += 1
        kind = words.pop("type", OrderType.MARKET)
        name = NAMING.client_order_id("s", "BTC", START_MS, self.ordinal)
        if kind is OrderType.LIMIT:
            words.setdefault("limit_price", D(90))
        return OrderIntent(
            client_order_id=name,
            symbol=self.exchange.instrument.symbol,
            feed="btc",
            side=side,
            type=kind,
            quantity=D(quantity),
            reference_price=D(100),
            created_ms=START_MS,
            **words,
        )

    def submit(self, *intents: OrderIntent) -> str:
        """Journal and submit, as the broker does."""
        for intent in intents:
            self.journal.intent(intent)
            self.status[intent.client_order_id] = OrderStatus.SUBMITTED
        self.venue.submit(intents)
        return intents[0].client_order_id

    def drain(self) -> None:
        """Take reports as the broker does."""
        for report in self.venue.reports():
            self.told.append(report)
            fill, name = report.fill, report.client_order_id
            if fill is not None:
                if self.ledger.apply(fill) is None:
                    continue
                self.journal.fill(fill)
                self.filled[name] += fill.quantity
            complete = report.complete or self._complete(name)
            before = self.status.get(name)
            if before is not None:
                self.status[name] = advance(before, report.kind, complete=complete)
                self.journal.status(name, self.status[name])

    def _complete(self, name: str) -> bool:
        wanted = next((i.quantity for i in self.journal.intents if i.client_order_id == name), None)
        return wanted is not None and self.filled[name] >= wanted

    def run(self, seconds: float = 0.0) -> None:
        """Let time pass, everything that falls due being done and taken."""
        until_s = self.clock.monotonic_s() + seconds
        for _ in range(10_000):
            self.venue.pump(max(0.0, until_s - self.clock.monotonic_s()))
            before = len(self.told)
            self.drain()
            idle = not self.venue.courier.next_s() == 0.0  # noqa: SIM201  # None is idle too
            quiet = len(self.told) == before and idle
            if self.clock.monotonic_s() >= until_s - 1e-9 and quiet:
                self.drain()
                return
        msg = "the venue does not come to rest"
        raise AssertionError(msg)

    def kinds(self, name: str | None = None) -> list[ReportKind]:
        return [
            report.kind for report in self.told if name is None or report.client_order_id == name
        ]

    def known(self, intent: OrderIntent, **words: Any) -> KnownOrder:
        return KnownOrder(intent=intent, **{"status": OrderStatus.SUBMITTED, **words})

    def messages(self) -> list[str]:
        return [event.message for event in self.events]


def sized(intent: OrderIntent, quantity: str) -> OrderIntent:
    return replace(intent, quantity=D(quantity))


@pytest.fixture(name="bench")
def _bench() -> Bench:
    return Bench().live()


@pytest.fixture(name="bench_of")
def _bench_of() -> type[Bench]:
    return Bench


def attempt(intent: OrderIntent, outcome: Outcome | None = None, number: int = 1) -> Attempt:
    return Attempt(
        client_order_id=intent.client_order_id,
        number=number,
        dead_at_ms=START_MS + 20_000 if number else 0,
        outcome=outcome,
        reason="why",
    )


def known(intent: OrderIntent, *attempts: Attempt, **words: Any) -> KnownOrder:
    return KnownOrder(
        intent=intent, **{"status": OrderStatus.SUBMITTED, "attempts": attempts, **words}
    )


def started(bench: Bench, *orders: KnownOrder, **words: Any) -> Bench:
    for order in orders:
        bench.journal.intent(order.intent)
        bench.status[order.intent.client_order_id] = order.status
    return bench.live(Recalled(orders=orders, **words))


def state(bench: Bench) -> State:
    return bench.standing.state
