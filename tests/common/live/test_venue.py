from __future__ import annotations

from decimal import Decimal

from realtrade.execution import State
from realtrade.model.order import OrderStatus, OrderType, Side
from realtrade.plugins.ports.gateway import Outcome
from realtrade.plugins.ports.venue import ReportKind as K
from tests.common.live.conftest import Bench
from tests.common.live.exchange import Fault

D = Decimal


def test_a_start_without_differences_ends_live(bench: Bench) -> None:
    assert bench.standing.state is State.LIVE
    assert (bench.venue.cash, bench.venue.equity) == (D(100_000), D(100_000))


def test_an_order_is_sent_once_accepted_and_filled(bench: Bench) -> None:
    name = bench.submit(bench.intent("2"))
    bench.run(5)

    assert bench.exchange.accepted == [name]
    assert bench.kinds(name) == [K.ACCEPTED, K.FILLED]
    assert bench.status[name] is OrderStatus.FILLED
    assert bench.ledger.position("BTC/USDT").quantity == D(2)
    assert bench.venue.cash == D(100_000) - D(200) - D("0.2")
    assert bench.venue.equity == D(100_000) - D("0.2")


def test_a_sending_is_remembered_before_it_is_made(bench: Bench) -> None:
    name = bench.submit(bench.intent())
    bench.run()

    first, second = bench.journal.attempts
    assert (first.client_order_id, first.number, first.outcome) == (name, 1, None)
    assert first.dead_at_ms == bench.exchange.now_ms() + 5_000 + 15_000
    assert (second.outcome, second.venue_order_id) == (Outcome.ACK, "1001")


def test_a_lost_answer_of_an_executed_order_is_found_by_the_stream(bench: Bench) -> None:
    bench.exchange.faults.append(Fault(executed=True))
    name = bench.submit(bench.intent())
    bench.run()

    assert bench.exchange.accepted == [name]
    assert bench.status[name] is OrderStatus.FILLED


def test_a_lost_answer_is_found_by_asking_when_the_stream_is_silent(bench: Bench) -> None:
    bench.exchange.silent = True
    bench.exchange.faults.append(Fault(executed=True))
    name = bench.submit(bench.intent())
    bench.run(0.6)
    assert bench.exchange.requests.count("find") == 1

    bench.run(3)

    assert bench.exchange.accepted == [name]
    assert bench.kinds(name) == [K.ACCEPTED, K.FILLED]
    assert bench.status[name] is OrderStatus.FILLED


def test_an_order_that_never_arrived_is_given_up_only_after_its_request_is_dead(
    bench: Bench,
) -> None:
    bench.exchange.faults.append(Fault())
    name = bench.submit(bench.intent())

    bench.run(19)
    assert bench.status[name] is OrderStatus.SUBMITTED

    bench.run(6)
    assert bench.status[name] is OrderStatus.REJECTED
    assert bench.exchange.accepted == []
    assert bench.journal.attempts[-1].outcome is Outcome.ABSENT


def test_an_order_found_late_is_cancelled_when_its_strategy_was_told_it_is_over(
    bench: Bench,
) -> None:
    bench.exchange.faults.append(Fault())
    intent = bench.intent(type=OrderType.LIMIT)
    name = bench.submit(intent)
    bench.run(30)
    assert bench.status[name] is OrderStatus.REJECTED

    bench.exchange.accept(intent)
    bench.run(5)

    assert bench.exchange.orders[name].status is OrderStatus.CANCELLED
    assert bench.kinds(name) == [K.REJECTED]
    assert any("turned up" in message for message in bench.messages())


def test_executions_of_an_order_found_late_are_money(bench: Bench) -> None:
    bench.exchange.faults.append(Fault())
    intent = bench.intent()
    name = bench.submit(intent)
    bench.run(30)

    bench.exchange.accept(intent)
    bench.run(5)

    assert bench.status[name] is OrderStatus.REJECTED
    assert bench.ledger.position("BTC/USDT").quantity == D(1)


def test_without_a_connection_an_unknown_order_stays_unknown_and_people_are_told(
    bench: Bench,
) -> None:
    bench.exchange.faults.append(Fault())
    bench.exchange.find_faults.extend([Fault(Outcome.NOT_SENT)] * 40)
    name = bench.submit(bench.intent())

    bench.run(120)

    assert bench.status[name] is OrderStatus.SUBMITTED
    assert any("still unknown" in message for message in bench.messages())


def test_what_never_left_is_sent_again_under_the_same_id(bench: Bench) -> None:
    bench.exchange.faults.extend([Fault(Outcome.NOT_SENT), Fault(Outcome.NOT_SENT)])
    name = bench.submit(bench.intent())
    bench.run(2)

    assert [intent.client_order_id for intent in bench.exchange.placed] == [name] * 3
    assert bench.exchange.accepted == [name]
    assert bench.status[name] is OrderStatus.FILLED
    assert [attempt.number for attempt in bench.journal.attempts] == [1, 1, 2, 2, 3, 3]


def test_what_cannot_leave_for_a_minute_expires(bench: Bench) -> None:
    bench.exchange.faults.extend([Fault(Outcome.NOT_SENT)] * 100)
    name = bench.submit(bench.intent())
    bench.run(70)

    assert bench.status[name] is OrderStatus.EXPIRED
    assert bench.exchange.accepted == []


def test_a_throttle_holds_everything_and_cancels_go_first_after_it(bench: Bench) -> None:
    resting = bench.submit(bench.intent(type=OrderType.LIMIT))
    bench.run()
    bench.exchange.faults.append(Fault(Outcome.THROTTLED, retry_after_s=10))
    bench.submit(bench.intent())
    bench.run()
    asked = len(bench.exchange.requests)

    bench.venue.cancel(resting)
    bench.submit(bench.intent())
    bench.run(9)
    assert len(bench.exchange.requests) == asked

    bench.run(2)
    assert bench.exchange.requests[asked:][:3] == ["cancel", "place", "place"]
    assert len(bench.exchange.accepted) == 3


def test_a_clock_that_is_off_is_tried_once_more(bench: Bench) -> None:
    bench.exchange.faults.extend([Fault(Outcome.CLOCK), Fault(Outcome.CLOCK)])
    name = bench.submit(bench.intent())
    bench.run(5)

    assert len(bench.exchange.placed) == 2
    assert bench.status[name] is OrderStatus.REJECTED


def test_a_refused_key_halts(bench: Bench) -> None:
    bench.exchange.faults.append(Fault(Outcome.AUTH))
    name = bench.submit(bench.intent())
    bench.run(5)

    assert bench.standing.state is State.HALTED
    assert bench.status[name] is OrderStatus.REJECTED
    assert bench.exchange.accepted == []


def test_a_cancel_is_repeated_until_the_order_is_over(bench: Bench) -> None:
    name = bench.submit(bench.intent(type=OrderType.LIMIT))
    bench.run()
    bench.exchange.cancel_faults.extend([Fault(), Fault(Outcome.NOT_SENT), Fault()])
    bench.venue.cancel(name)
    bench.run(10)

    assert bench.exchange.requests.count("cancel") == 4
    assert bench.status[name] is OrderStatus.CANCELLED


def test_a_cancel_that_finds_nothing_asks_what_became_of_the_order(bench: Bench) -> None:
    name = bench.submit(bench.intent(type=OrderType.LIMIT))
    bench.run()
    bench.exchange.silent = True
    bench.exchange.fill(name, D(1))
    bench.venue.cancel(name)
    bench.run(5)

    assert bench.kinds(name) == [K.ACCEPTED, K.FILLED]
    assert bench.status[name] is OrderStatus.FILLED


def test_the_end_of_an_order_waits_for_its_executions(bench: Bench) -> None:
    name = bench.submit(bench.intent("3", type=OrderType.LIMIT))
    bench.run()
    bench.exchange.fill(name, D(1), told=False)
    bench.exchange.end(name, OrderStatus.CANCELLED)
    bench.run(1)
    assert bench.kinds(name) == [K.ACCEPTED]

    bench.run(2)
    assert bench.kinds(name) == [K.ACCEPTED, K.FILLED, K.CANCELLED]
    assert bench.status[name] is OrderStatus.CANCELLED
    assert bench.ledger.position("BTC/USDT").quantity == D(1)


def test_a_cancel_before_sending_never_reaches_the_exchange(bench: Bench) -> None:
    name = bench.submit(bench.intent())
    bench.venue.cancel(name)
    bench.run()

    assert bench.exchange.requests.count("place") == 0
    assert bench.status[name] is OrderStatus.CANCELLED


def test_the_same_order_twice_is_one_and_another_of_the_same_id_halts(bench: Bench) -> None:
    intent = bench.intent()
    bench.submit(intent)
    bench.submit(intent)
    bench.run()
    assert len(bench.exchange.accepted) == 1

    other = Bench().intent("7", side=Side.SELL)
    assert other.client_order_id == intent.client_order_id
    bench.venue.submit([other])
    assert bench.standing.state is State.HALTED
