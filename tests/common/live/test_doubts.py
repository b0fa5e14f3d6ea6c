"""Contradictions, silence and lies: what is believed, and when people are told."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.common.live.inbox import Inbox
from realtrade.execution import State
from realtrade.model.account import OrderChanged
from realtrade.model.order import OrderStatus, OrderType
from realtrade.plugins.ports.gateway import Answer, GatewayError, Outcome
from realtrade.plugins.ports.venue import ReportKind as K
from tests.common.live.conftest import Bench, state
from tests.common.live.exchange import SWAP, FakeGateway, Fault

if TYPE_CHECKING:
    from realtrade.model.order import OrderIntent

D = Decimal
S = OrderStatus


def resting(bench: Bench, quantity: str = "2") -> str:
    name = bench.submit(bench.intent(quantity, type=OrderType.LIMIT))
    bench.run()
    return name


@pytest.mark.parametrize("outcome", [Outcome.REJECTED, Outcome.MARGIN, Outcome.THROTTLED])
def test_an_answer_that_contradicts_the_stream_ends_and_repeats_nothing(outcome: Outcome) -> None:
    bench = Bench(SWAP).live()
    accept = bench.exchange.accept

    def place(intent: OrderIntent) -> Answer:
        accept(intent)  # the stream tells of it before the answer is looked at
        return Answer(outcome=outcome, reason="no", retry_after_s=1.0)

    gateway: Any = bench.venue.gateway
    gateway.place = place
    name = bench.submit(bench.intent(type=OrderType.LIMIT))
    bench.run(5)

    assert bench.exchange.accepted == [name]
    assert bench.kinds(name) == [K.ACCEPTED]


def test_an_accepted_order_that_is_not_found_is_not_given_up() -> None:
    bench = Bench().live()
    name = resting(bench)
    bench.exchange.hidden.add(name)
    bench.exchange.cancel_faults.append(Fault(Outcome.ABSENT))
    bench.venue.cancel(name)
    bench.run(25)

    assert bench.status[name] is S.ACCEPTED
    assert any("does not find an order it has accepted" in m for m in bench.messages())

    # The next look sees it among the open orders, and it is still to be cancelled.
    bench.run(40)
    assert bench.status[name] is S.CANCELLED


def test_executions_that_do_not_come_are_told_of_after_a_minute() -> None:
    bench = Bench().live()
    name = resting(bench)
    bench.exchange.orders[name] = replace(
        bench.exchange.orders[name], filled=D(1), status=S.PARTIALLY_FILLED
    )
    bench.exchange.emit(OrderChanged(bench.exchange.orders[name]))
    bench.run(150)

    told = [message for message in bench.messages() if "executions of 1 are missing" in message]
    assert len(told) == 1
    assert bench.exchange.requests.count("fills") > 4


class Synchronised(FakeGateway):
    """A gateway that can set its clock."""

    def __init__(self, exchange: Any) -> None:
        super().__init__(exchange)
        self.resyncs = 0

    def resync(self) -> None:
        self.resyncs += 1


def test_a_clock_that_is_off_is_measured_before_anything_is_asked_again() -> None:
    bench = Bench()
    gateway: Any = Synchronised(bench.exchange)
    bench.venue = bench.make(gateway)
    bench.live()
    name = resting(bench)
    bench.exchange.cancel_faults.append(Fault(Outcome.CLOCK))
    bench.venue.cancel(name)
    bench.run(5)
    assert (gateway.resyncs, bench.status[name]) == (1, S.CANCELLED)

    bench.exchange.faults.append(Fault(Outcome.CLOCK))
    again = bench.submit(bench.intent())
    bench.run(5)
    assert (gateway.resyncs, bench.status[again]) == (2, S.FILLED)


@pytest.mark.parametrize("outcome", [Outcome.THROTTLED, Outcome.CLOCK, Outcome.AUTH])
def test_a_question_that_is_refused_finds_the_order_later(outcome: Outcome) -> None:
    bench = Bench().live()
    bench.exchange.silent = True
    bench.exchange.faults.append(Fault(executed=True))
    bench.exchange.find_faults.append(Fault(outcome, retry_after_s=3.0))
    name = bench.submit(bench.intent())
    bench.run(40)

    assert bench.status[name] is S.FILLED
    assert state(bench) is (State.HALTED if outcome is Outcome.AUTH else State.LIVE)


def test_nothing_is_given_up_while_the_last_look_fails_or_the_stream_is_silent() -> None:
    bench = Bench().live()
    bench.exchange.faults.append(Fault())
    gateway: Any = bench.venue.gateway
    swept: list[str] = []

    def open_orders(symbols: Any) -> list[Any]:
        swept.append("open_orders")
        if len(swept) == 1:
            msg = "no answer"
            raise GatewayError(msg)
        if len(swept) == 2:
            sink = bench.exchange.sink
            assert sink is not None
            sink.lost("cut")
        return []

    gateway.open_orders = open_orders
    name = bench.submit(bench.intent())
    bench.run(58)
    assert bench.status[name] is S.SUBMITTED

    sink = bench.exchange.sink
    assert sink is not None
    sink.connected()
    bench.run(30)
    assert bench.status[name] is S.REJECTED


def test_the_last_look_finds_what_asking_by_id_did_not() -> None:
    bench = Bench().live()
    bench.exchange.silent = True
    intent = bench.intent(type=OrderType.LIMIT)
    bench.exchange.hidden.add(intent.client_order_id)
    bench.exchange.faults.append(Fault(executed=True))
    name = bench.submit(intent)
    bench.run(30)

    assert bench.status[name] is S.ACCEPTED


def test_an_exit_at_the_exchange_that_was_never_sent_halts() -> None:
    bench = Bench(SWAP).live()
    parent = bench.intent(type=OrderType.LIMIT)
    stop = bench.intent(type=OrderType.STOP, parent_id=parent.client_order_id)
    bench.submit(parent, stop)
    bench.run()
    bench.exchange.accept(stop)
    bench.run()

    assert state(bench) is State.HALTED
    assert "was never sent by us" in bench.standing.reason


def test_an_order_that_is_not_what_was_sent_halts() -> None:
    bench = Bench().live()
    name = resting(bench)
    other = replace(bench.exchange.orders[name], quantity=D(7))
    bench.exchange.emit(OrderChanged(other))
    bench.run()

    assert state(bench) is State.HALTED
    assert "its quantity is 7, ours 2" in bench.standing.reason


def test_a_word_about_an_order_nobody_knows_is_left_alone() -> None:
    bench = Bench().live()
    intent = replace(bench.intent(), client_order_id="web_1")
    bench.exchange.accept(intent)
    bench.run()
    bench.venue.cancel("web_1")
    bench.venue.on_bar()
    bench.run(5)

    assert bench.told == []
    assert bench.exchange.requests.count("cancel") == 0
    assert bench.venue.account == "fake-1"


def test_an_execution_of_an_order_over_and_forgotten_is_money() -> None:
    bench = Bench().live()
    intent = bench.intent()
    bench.exchange.accept(intent)
    bench.run()

    assert [report.kind for report in bench.told] == [K.FILLED]
    assert bench.ledger.position("BTC/USDT").quantity == 1


def test_finished_orders_are_forgotten_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("realtrade.common.live.dispatch._KEPT", 2)
    bench = Bench().live()
    names = [bench.submit(bench.intent()) for _ in range(4)]
    bench.run()

    assert list(bench.venue.dispatch.orders) == names[2:]


def test_a_cancel_twice_is_one() -> None:
    bench = Bench().live()
    name = resting(bench)
    bench.venue.cancel(name)
    bench.venue.cancel(name)
    bench.run(3)
    bench.venue.cancel(name)
    bench.run(3)

    assert bench.exchange.requests.count("cancel") == 1


def test_whoever_waits_is_woken_by_what_arrives() -> None:
    woken: list[bool] = []
    inbox = Inbox(lambda: woken.append(True))
    inbox.wait(0)
    inbox.post(lambda: None)
    inbox.wait(60)

    assert (woken, len(inbox), inbox.empty(), len(inbox)) == ([True], 1, 1, 0)
