"""A bot on a small exchange, both in this process: it can be killed at anything it does."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from realtrade.execution import Naming, is_over
from realtrade.model.account import OrderChanged
from realtrade.model.order import OrderStatus
from realtrade.utils.clock import ManualClock
from tests.common.live.disk import DiskJournal, Fuse, Killed
from tests.common.live.exchange import OPEN, SPOT, FakeExchange, FakeGateway
from tests.scenario.invariants import Books, Ledger, check, traded
from tests.scenario.trader import START_MS, Trader

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.model.instrument import Instrument
    from realtrade.model.order import OrderIntent
    from realtrade.plugins.ports.gateway import Answer
    from realtrade.utils.clock import Clock

D = Decimal


class Bot(Trader):
    """A process, and what is left of it when it is gone: `journal`, `exchange`, `clock`."""

    clock: ManualClock

    def __init__(
        self,
        instrument: Instrument = SPOT,
        journal: Callable[[Clock, Fuse], Any] = lambda clock, fuse: DiskJournal(fuse),
        **words: Any,
    ) -> None:
        super().__init__()
        self.fuse = Fuse()
        self.clock = ManualClock(START_MS)
        self.exchange = FakeExchange(self.clock, instrument, fuse=self.fuse)
        for name, value in words.items():
            setattr(self.exchange, name, value)
        self.journal = journal(self.clock, self.fuse)
        self.naming = Naming("fake-1", "bot")
        self.traded = instrument
        self.gateway, self.stream = FakeGateway(self.exchange), self.exchange
        self.gateway.place = self._place_noted
        self.deaths = 0
        self.begin()

    def begin(self) -> None:
        """Start a process: whatever the last one knew is gone."""
        self.exchange.sink = None
        self.journal.reopen()
        self.take_up()

    def _place_noted(self, intent: OrderIntent) -> Answer:
        """Send, and remember where we stood then: here, no thread moves on in between."""
        self._note((intent,))
        return self.exchange.place(intent)

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
        return self.books_of(self.journal.rows, moves={} if self.deaths else self.moves)

    def ledger(self) -> Ledger:
        exchange = self.exchange
        return Ledger(
            accepted=exchange.accepted,
            asked=frozenset(intent.client_order_id for intent in exchange.placed),
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
        rows = self.journal.rows
        over = {name for name, status in rows.status.items() if is_over(status)}
        for order in self.venue.dispatch.orders.values():
            assert not (order.held and order.intent.parent_id in over), f"{order.id} waits in vain"
            assert not (order.open_there and self._rival_is_filled(order.intent)), (
                f"{order.id} rests, and what it was to sell is gone"
            )

    def _rival_is_filled(self, intent: OrderIntent) -> bool:
        rows = self.journal.rows
        return intent.parent_id is not None and any(
            other.parent_id == intent.parent_id and rows.status[name] is OrderStatus.FILLED
            for name, other in rows.intents.items()
        )
