"""What every stream of account events must do."""

from __future__ import annotations

from threading import Condition
from typing import TYPE_CHECKING

from realtrade.model.account import BalancesChanged, OrderChanged
from realtrade.model.order import OrderStatus, OrderType

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.model.account import AccountEvent
    from tests.contract.conftest import Subject


class Sink:
    """Collects what it is told, from any thread."""

    def __init__(self) -> None:
        self._changed = Condition()
        self.events: list[AccountEvent] = []
        self.told: list[str] = []

    def publish(self, event: AccountEvent) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    def connected(self) -> None:
        self._say("connected")

    def lost(self, reason: str) -> None:
        assert reason
        self._say("lost")

    def _say(self, word: str) -> None:
        with self._changed:
            self.told.append(word)
            self._changed.notify_all()

    def wait(self, done: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(done, 30), (self.told, self.events)

    def orders(self) -> list[OrderChanged]:
        return [event for event in self.events if isinstance(event, OrderChanged)]


def begin(subject: Subject) -> Sink:
    sink = Sink()
    subject.stream.start(sink)
    sink.wait(lambda: sink.told == ["connected"])
    return sink


def test_an_order_is_told_of_with_its_execution_and_what_it_cost(subject: Subject) -> None:
    sink, intent = begin(subject), subject.intent()

    subject.gateway.place(intent)

    sink.wait(lambda: any(event.fill for event in sink.orders()))
    sink.wait(lambda: any(isinstance(event, BalancesChanged) for event in sink.events))
    last = next(event for event in sink.orders() if event.fill is not None)
    assert last.fill is not None
    assert last.order.client_order_id == intent.client_order_id == last.fill.client_order_id
    assert last.order.status is OrderStatus.FILLED
    assert last.order.filled == last.fill.quantity == intent.quantity
    read = subject.gateway.fills(subject.symbol, f"ms:{subject.gateway.now_ms() - 60_000}")
    assert [(f.trade_id, f.price, f.fee, f.fee_currency) for f in read] == [
        (last.fill.trade_id, last.fill.price, last.fill.fee, last.fill.fee_currency)
    ]
    subject.stream.stop()


def test_a_cancel_is_told_under_the_orders_own_id(subject: Subject) -> None:
    sink, intent = begin(subject), subject.intent(type=OrderType.LIMIT)
    subject.gateway.place(intent)

    subject.gateway.cancel(intent)

    sink.wait(lambda: any(e.order.status is OrderStatus.CANCELLED for e in sink.orders()))
    assert {e.order.client_order_id for e in sink.orders()} == {intent.client_order_id}
    subject.stream.stop()


def test_an_interruption_is_told_and_mended(subject: Subject) -> None:
    sink = begin(subject)

    subject.cut()

    sink.wait(lambda: sink.told == ["connected", "lost", "connected"])
    subject.gateway.place(subject.intent())
    sink.wait(lambda: any(event.fill for event in sink.orders()))
    subject.stream.stop()


def test_nothing_is_told_after_the_end(subject: Subject) -> None:
    sink = begin(subject)

    subject.stream.stop()

    told = len(sink.events), len(sink.told)
    subject.gateway.place(subject.intent())
    assert (len(sink.events), len(sink.told)) == told
