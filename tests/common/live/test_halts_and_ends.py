from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from realtrade.execution import State
from realtrade.model.order import OrderStatus, OrderType, Side
from realtrade.plugins.ports.gateway import Outcome
from tests.common.live.conftest import START_MS, Bench, attempt, known, started, state
from tests.common.live.exchange import SWAP, Fault

if TYPE_CHECKING:
    from realtrade.model.order import OrderIntent

D = Decimal
S = OrderStatus


def test_a_stop_gives_up_what_has_not_left() -> None:
    bench = Bench().live()
    name = bench.submit(bench.intent())
    bench.venue.courier._stopping = True
    bench.venue.courier.turn()

    assert bench.venue.stop()
    bench.drain()
    assert bench.status[name] is S.EXPIRED
    assert bench.exchange.placed == []


def test_a_stop_gives_up_what_waits_for_a_gate_to_open() -> None:
    bench = Bench().live()
    bench.exchange.faults.append(Fault(Outcome.THROTTLED))
    name = bench.submit(bench.intent())
    bench.venue.courier.turn()
    bench.drain()
    before = bench.status[name]

    assert bench.venue.stop()
    bench.drain()

    assert (before, bench.status[name]) == (S.SUBMITTED, S.EXPIRED)
    assert name not in bench.exchange.orders


def test_a_journal_that_cannot_be_written_keeps_orders_from_leaving() -> None:
    bench = Bench().live()
    bench.fail_attempts = True
    name = bench.submit(bench.intent())
    bench.run()

    assert bench.exchange.placed == []
    assert bench.status[name] is S.REJECTED
    assert state(bench) is State.HALTED


def test_a_halt_takes_back_entries_and_leaves_exits() -> None:
    bench = Bench(SWAP).live()
    entry = bench.submit(bench.intent())
    exit_ = bench.submit(bench.intent(side=Side.SELL, reduce_only=True))
    bench.venue.halt("a person said so")
    bench.run()

    assert bench.status[entry] is S.EXPIRED
    assert bench.exchange.accepted == [exit_]


def test_a_request_delivered_twice_halts_and_is_money_all_the_same() -> None:
    bench = Bench(SWAP).live()
    intent = bench.intent()
    name = bench.submit(intent)
    bench.run()
    bench.exchange.orders[name] = replace(bench.exchange.orders[name], status=S.CANCELLED)
    bench.exchange.fill(name, D(1))
    bench.run(1)

    assert state(bench) is State.HALTED
    assert bench.ledger.position(SWAP.symbol).quantity == 2


def test_a_job_that_breaks_halts() -> None:
    bench = Bench().live()
    gateway: Any = bench.venue.gateway
    gateway.now_ms = lambda: 1 / 0
    bench.submit(bench.intent(valid_until_ms=START_MS + 1_000))
    bench.run()

    assert state(bench) is State.HALTED
    assert "ZeroDivisionError" in bench.standing.reason


def test_a_gateway_that_breaks_while_sending_leaves_the_outcome_unknown() -> None:
    bench = Bench().live()
    gateway: Any = bench.venue.gateway
    accept = bench.exchange.accept

    def broken(intent: OrderIntent) -> None:
        accept(intent)
        msg = "the-secret"
        raise RuntimeError(msg)

    gateway.place = broken
    name = bench.submit(bench.intent())
    bench.run(3)

    assert bench.status[name] is S.FILLED
    assert bench.journal.attempts[-1].reason == "the gateway broke while asking: RuntimeError"


def refuses_times(intent: OrderIntent) -> str | None:
    return "no ends here" if intent.valid_until_ms is not None else None


def test_where_an_exchange_knows_no_end_of_an_order_we_end_it() -> None:
    bench = Bench().live()
    bench.exchange.refused = refuses_times
    until_ms = START_MS + 30_000
    name = bench.submit(bench.intent(type=OrderType.LIMIT, valid_until_ms=until_ms))
    bench.run(29)
    assert bench.status[name] is S.ACCEPTED
    assert bench.exchange.placed[0].valid_until_ms is None

    bench.run(3)
    assert bench.status[name] is S.EXPIRED


def test_an_end_that_is_ours_outlives_a_restart() -> None:
    bench = Bench()
    bench.exchange.refused = refuses_times
    intent = bench.intent(type=OrderType.LIMIT, valid_until_ms=START_MS + 5_000)
    bench.exchange.accept(replace(intent, valid_until_ms=None))

    started(bench, known(intent, attempt(intent, Outcome.ACK), status=S.ACCEPTED)).run(8)

    assert bench.status[intent.client_order_id] is S.EXPIRED


def test_an_order_whose_time_was_over_before_it_left_never_leaves() -> None:
    bench = Bench().live()
    bench.exchange.faults.append(Fault(Outcome.THROTTLED, retry_after_s=10))
    name = bench.submit(bench.intent(valid_until_ms=START_MS + 5_000))
    bench.run(15)

    assert bench.status[name] is S.EXPIRED
    assert bench.exchange.accepted == []


def test_an_entry_that_has_not_left_when_events_stop_waits_until_trading_is_live_again() -> None:
    bench = Bench().live()
    sink = bench.exchange.sink
    assert sink is not None
    name = bench.submit(bench.intent())
    sink.lost("cut")
    bench.drain()
    bench.run(5)
    assert (state(bench), bench.exchange.placed) == (State.REDUCE_ONLY, [])

    sink.connected()
    bench.run(10)

    assert state(bench) is State.LIVE
    assert bench.status[name] is S.FILLED
    assert bench.exchange.accepted == [name]


def test_an_exit_leaves_though_events_have_stopped() -> None:
    bench = Bench(SWAP).live()
    sink = bench.exchange.sink
    assert sink is not None
    name = bench.submit(bench.intent(side=Side.SELL, reduce_only=True))
    sink.lost("cut")
    bench.drain()

    bench.run(1)

    assert bench.exchange.accepted == [name]


def test_a_refused_key_halts_also_where_an_order_is_asked_for_first() -> None:
    bench = Bench().live()
    intent = replace(bench.intent(), created_ms=START_MS - 60_000)
    bench.exchange.find_faults.append(Fault(Outcome.AUTH))
    name = bench.submit(intent)
    bench.run(1)

    assert bench.status[name] is S.REJECTED
    assert state(bench) is State.HALTED
    assert bench.exchange.placed == []
