"""A small exchange in this process: a ledger that is the truth, and faults where a test wants them.

It is its own gateway and its own stream of account events, so that thousands of runs fit into a
second. What speaks the wire protocol is tested by the same contract elsewhere.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from realtrade.model.account import (
    AccountState,
    Balance,
    BalancesChanged,
    OrderChanged,
    VenueOrder,
)
from realtrade.model.instrument import Instrument
from realtrade.model.order import Fill, OrderIntent, OrderStatus, OrderType, Position, Side
from realtrade.plugins.ports.gateway import Answer, GatewayError, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from realtrade.model.account import AccountEvent
    from realtrade.plugins.ports.gateway import AccountSink
    from realtrade.utils.clock import ManualClock

D = Decimal
SPOT = Instrument("BTC/USDT", "BTC", "USDT", lot=D("0.001"), tick=D("0.01"))
SWAP = Instrument("BTC/USDT:USDT", "BTC", "USDT", "swap", lot=D("0.001"), tick=D("0.1"))
OPEN = frozenset({OrderStatus.ACCEPTED, OrderStatus.PARTIALLY_FILLED})


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one request."""

    outcome: Outcome = Outcome.UNKNOWN
    executed: bool = False
    """The exchange does what it was asked to, and only the answer is lost."""
    retry_after_s: float | None = None
    delay_s: float = 0.0
    """It does so this much later, without being asked again."""


@dataclass
class FakeExchange:
    """Spot or swap, one account, prices set by the test."""

    clock: ManualClock
    instrument: Instrument = SPOT
    price: Decimal = Decimal(100)
    fee_rate: Decimal = Decimal("0.001")
    fee_currency: str = "USDT"
    account: str = "fake-1"
    currency: str = "USDT"
    receive_window_ms: int = 5_000
    skew_ms: int = 0
    orders: dict[str, VenueOrder] = field(default_factory=dict)
    accepted: list[str] = field(default_factory=list)
    """Client ids of every order accepted, in order: one twice is a duplicate."""
    trades: list[Fill] = field(default_factory=list)
    cash: Decimal = Decimal(100_000)
    held: Decimal = Decimal(0)
    external: list[VenueOrder] = field(default_factory=list)
    faults: deque[Fault | None] = field(default_factory=deque)
    """For `place`, one a request; None: none."""
    cancel_faults: deque[Fault | None] = field(default_factory=deque)
    find_faults: deque[Fault | None] = field(default_factory=deque)
    questions_fail: int = 0
    requests: list[str] = field(default_factory=list)
    refused: Callable[[OrderIntent], str | None] = lambda intent: None
    place_refuses: set[str] = field(default_factory=set)
    """Ids the exchange itself refuses."""
    sink: AccountSink | None = None
    silent: bool = False
    """Events are lost."""
    placed: list[OrderIntent] = field(default_factory=list)
    late: list[tuple[float, OrderIntent]] = field(default_factory=list)
    fuse: Callable[[], None] = lambda: None
    """Asked before and after every request."""
    hidden: set[str] = field(default_factory=set)
    """Orders that cannot be found by id yet."""

    # -- the gateway --------------------------------------------------------------------------

    def now_ms(self) -> int:
        return self.clock.now_ms() + self.skew_ms

    def instrument_of(self, symbol: str) -> Instrument | None:
        return self.instrument if symbol == self.instrument.symbol else None

    def refuses(self, intent: OrderIntent) -> str | None:
        return self.refused(intent)

    def place(self, intent: OrderIntent) -> Answer:
        self.requests.append("place")
        self.placed.append(intent)
        self.fuse()
        answer = self._place(intent)
        self.fuse()
        return answer

    def _place(self, intent: OrderIntent) -> Answer:
        fault = self.faults.popleft() if self.faults else None
        if fault is None:
            return self.accept(intent)
        if fault.delay_s:
            self.late.append((self.clock.monotonic_s() + fault.delay_s, intent))
        elif fault.executed:
            self.accept(intent)
        return Answer(outcome=fault.outcome, reason="fault", retry_after_s=fault.retry_after_s)

    def cancel(self, order: VenueOrder | OrderIntent) -> Answer:
        self.requests.append("cancel")
        self.fuse()
        answer = self._cancel(order)
        self.fuse()
        return answer

    def _cancel(self, order: VenueOrder | OrderIntent) -> Answer:
        fault = self.cancel_faults.popleft() if self.cancel_faults else None
        if fault is not None and not fault.executed:
            return Answer(outcome=fault.outcome, reason="fault", retry_after_s=fault.retry_after_s)
        known = self.orders.get(order.client_order_id)
        if known is None or known.status not in OPEN:
            return Answer(outcome=Outcome.ABSENT, code=-2011)
        said = self.change(replace(known, status=OrderStatus.CANCELLED))
        if fault is not None:
            return Answer(outcome=fault.outcome, reason="fault")
        return Answer(outcome=Outcome.ACK, order=said)

    def find(self, intent: OrderIntent) -> Answer:
        self.requests.append("find")
        self.fuse()
        self.arrive()
        fault = self.find_faults.popleft() if self.find_faults else None
        if fault is not None:
            return Answer(outcome=fault.outcome, retry_after_s=fault.retry_after_s)
        order = self.orders.get(intent.client_order_id)
        if order is None or intent.client_order_id in self.hidden:
            return Answer(outcome=Outcome.ABSENT, code=-2013)
        return Answer(outcome=Outcome.ACK, order=order)

    def open_orders(self, symbols: Sequence[str]) -> list[VenueOrder]:
        self.ask("open_orders")
        ours = [order for order in self.orders.values() if order.status in OPEN]
        return [*ours, *self.external]

    def fills(self, symbol: str, after: str) -> list[Fill]:
        self.ask("fills")
        if after.startswith("ms:"):
            return [fill for fill in self.trades if fill.time_ms >= int(after[3:])]
        return [fill for fill in self.trades if int(fill.trade_id) > int(after)]

    def state(self) -> AccountState:
        self.ask("state")
        return AccountState(
            balances=self.balances(), positions=self.positions(), time_ms=self.now_ms()
        )

    def ask(self, what: str) -> None:
        self.requests.append(what)
        self.fuse()
        self.arrive()
        if self.questions_fail:
            self.questions_fail -= 1
            msg = "no answer"
            raise GatewayError(msg)

    # -- the stream ---------------------------------------------------------------------------

    def start(self, sink: AccountSink) -> None:
        self.sink = sink
        sink.connected()

    def stop(self) -> None:
        self.sink = None

    def emit(self, event: AccountEvent) -> None:
        if self.sink is not None and not self.silent:
            self.sink.publish(event)

    # -- the ledger ---------------------------------------------------------------------------

    def accept(self, intent: OrderIntent) -> Answer:
        """Do with an order what an exchange does, ids unique among open orders only."""
        if intent.client_order_id in self.place_refuses:
            return Answer(outcome=Outcome.REJECTED, code=-2021, reason="would trigger at once")
        known = self.orders.get(intent.client_order_id)
        if known is not None and known.status in OPEN:
            return Answer(outcome=Outcome.EXISTS, code=-4116)
        self.accepted.append(intent.client_order_id)
        order = VenueOrder(
            client_order_id=intent.client_order_id,
            venue_order_id=str(1000 + len(self.accepted)),
            symbol=intent.symbol,
            side=intent.side,
            type=intent.type,
            status=OrderStatus.ACCEPTED,
            quantity=intent.quantity,
            filled=D(0),
            limit_price=intent.limit_price,
            stop_price=intent.stop_price,
            time_ms=self.now_ms(),
        )
        self.change(order)
        if intent.type is OrderType.MARKET:
            self.fill(intent.client_order_id, intent.quantity)
        return Answer(outcome=Outcome.ACK, order=self.orders[intent.client_order_id])

    def arrive(self) -> None:
        """Let orders in that were under way for long."""
        now_s = self.clock.monotonic_s()
        due = [entry for entry in self.late if entry[0] <= now_s]
        self.late = [entry for entry in self.late if entry[0] > now_s]
        for _, intent in due:
            self.accept(intent)

    def fill(self, client_order_id: str, quantity: Decimal, *, told: bool = True) -> Fill:
        """Execute a part of an order."""
        order = self.orders[client_order_id]
        fee = quantity * self.price * self.fee_rate
        if self.fee_currency != "USDT":
            fee = quantity * self.fee_rate
        fill = Fill(
            trade_id=str(len(self.trades) + 1),
            client_order_id=client_order_id,
            symbol=order.symbol,
            side=order.side,
            quantity=quantity,
            price=self.price,
            fee=fee,
            fee_currency=self.fee_currency,
            maker=False,
            time_ms=self.now_ms(),
        )
        self.trades.append(fill)
        sign = 1 if order.side is Side.BUY else -1
        self.held += sign * quantity
        if not self.instrument.may_short:
            self.cash -= sign * quantity * self.price
        if self.fee_currency == "USDT":
            self.cash -= fee
        elif self.fee_currency == "BTC":
            self.held -= fee
        filled = order.filled + quantity
        done = filled >= order.quantity
        over = order.status not in OPEN
        status = OrderStatus.FILLED if done else OrderStatus.PARTIALLY_FILLED
        changed = replace(order, filled=filled, status=order.status if over else status)
        self.orders[client_order_id] = changed
        if told:
            self.emit(OrderChanged(changed, fill))
            self.emit(BalancesChanged(self.balances(), self.positions(), self.now_ms()))
        return fill

    def change(self, order: VenueOrder) -> VenueOrder:
        """Have an order stand as given, and tell."""
        self.orders[order.client_order_id] = order
        self.emit(OrderChanged(order))
        return order

    def end(self, client_order_id: str, status: OrderStatus, reason: str = "") -> None:
        """Cancel or expire an order at the exchange."""
        self.change(replace(self.orders[client_order_id], status=status, reason=reason))

    def balances(self) -> dict[str, Balance]:
        base = {} if self.instrument.may_short else {"BTC": Balance(self.held)}
        return {"USDT": Balance(self.cash), **base}

    def positions(self) -> dict[str, Position]:
        if not self.instrument.may_short:
            return {}
        return {self.instrument.symbol: Position(self.held, self.price)}


class FakeGateway:
    """The exchange as a `Gateway`: its instruments are asked for by a method of that name."""

    def __init__(self, exchange: FakeExchange) -> None:
        self._exchange = exchange
        self.place, self.cancel, self.find = exchange.place, exchange.cancel, exchange.find
        self.open_orders, self.fills = exchange.open_orders, exchange.fills
        self.state, self.now_ms = exchange.state, exchange.now_ms
        self.instrument, self.refuses = exchange.instrument_of, exchange.refuses
        self.account, self.currency = exchange.account, exchange.currency
        self.receive_window_ms = exchange.receive_window_ms
