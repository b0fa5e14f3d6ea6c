"""The account's events are lost, requests are answered: what reduces may go, if it really does."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import pytest

from realtrade.execution import State, TradingRule
from realtrade.model.events import EventType
from realtrade.model.order import OrderStatus, OrderType, Side
from realtrade.model.verdict import Approved, Denied
from tests.common.live.conftest import Bench, state
from tests.common.live.exchange import SPOT, SWAP

if TYPE_CHECKING:
    from realtrade.model.instrument import Instrument

D = Decimal
S = OrderStatus
BOTH = pytest.mark.parametrize("instrument", [SPOT, SWAP])


class Reducing:
    """A view in which everything reduces, or nothing does."""

    def __init__(self, *, answer: bool) -> None:
        self.reduces = lambda intent: answer


def deaf(instrument: Instrument, held: str = "2") -> Bench:
    """Hold something, then lose the events, and let a first poll tell what is held."""
    bench = Bench(instrument).live()
    bench.submit(bench.intent(held))
    bench.run(1)
    lose(bench)
    bench.run(4)
    return bench


def lose(bench: Bench) -> None:
    sink = bench.exchange.sink
    assert sink is not None
    bench.exchange.silent = True
    sink.lost("cut")
    bench.drain()


def find_again(bench: Bench) -> None:
    sink = bench.exchange.sink
    assert sink is not None
    bench.exchange.silent = False
    sink.connected()
    bench.run(5)


@BOTH
def test_what_requests_tell_lets_reductions_pass_and_nothing_else(instrument: Instrument) -> None:
    bench = Bench(instrument).live()
    lose(bench)
    assert state(bench) is State.RECONCILING
    bench.run(4)

    assert state(bench) is State.REDUCE_ONLY
    rule, order = TradingRule(bench.standing), bench.intent()
    reduces, enters = (cast("Any", Reducing(answer=answer)) for answer in (True, False))
    assert isinstance(rule.assess(order, reduces), Approved)
    refused = rule.assess(order, enters)
    assert isinstance(refused, Denied)
    assert "the account's events are lost" in refused.reason

    find_again(bench)
    assert state(bench) is State.LIVE
    kinds = [event.type for event in bench.events]
    assert kinds == [EventType.CONNECTION_LOST, EventType.CONNECTION_RESTORED]


def test_a_try_to_connect_that_fails_takes_nothing_back() -> None:
    bench = deaf(SWAP)
    sink = bench.exchange.sink
    assert sink is not None
    for _ in range(3):
        sink.lost("refused")
        bench.run(1)

    assert state(bench) is State.REDUCE_ONLY
    assert [event.type for event in bench.events] == [EventType.CONNECTION_LOST]


def test_the_account_is_asked_for_again_and_again() -> None:
    bench = deaf(SWAP)
    before = bench.exchange.requests.count("open_orders")
    bench.run(60)
    assert bench.exchange.requests.count("open_orders") - before == 6

    find_again(bench)
    before = bench.exchange.requests.count("open_orders")
    bench.run(50)
    assert bench.exchange.requests.count("open_orders") == before


@BOTH
def test_an_exit_goes_out_once_the_position_is_confirmed(instrument: Instrument) -> None:
    bench = deaf(instrument)
    asked = bench.exchange.requests.count("state")
    name = bench.submit(bench.intent("2", Side.SELL))
    bench.run(1)

    assert bench.exchange.requests.count("state") > asked
    (sent,) = bench.exchange.placed[1:]
    assert sent.reduce_only is instrument.may_short
    bench.run(15)
    assert bench.status[name] is S.FILLED
    assert bench.exchange.held == 0
    find_again(bench)
    assert state(bench) is State.LIVE


@BOTH
def test_an_exit_that_was_executed_unheard_is_not_sold_twice(instrument: Instrument) -> None:
    bench = Bench(instrument).live()
    bench.submit(bench.intent("2"))
    resting = bench.submit(bench.intent("2", Side.SELL, type=OrderType.LIMIT, limit_price=D(110)))
    bench.run(1)
    lose(bench)
    bench.run(4)
    bench.exchange.fill(resting, D(2))

    stop = bench.submit(bench.intent("2", Side.SELL))
    bench.run(1)

    assert bench.status[stop] is S.EXPIRED
    assert "was executed, and is not booked yet" in bench.told[-1].reason
    assert bench.exchange.held == 0
    bench.run(15)
    assert bench.status[resting] is S.FILLED


@pytest.mark.parametrize(
    ("instrument", "held", "there"),
    [(SWAP, "2", "1"), (SWAP, "2", "-2"), (SPOT, "2", "1.5"), (SPOT, "2", "0")],
)
def test_an_exit_of_what_is_not_there_stays(instrument: Instrument, held: str, there: str) -> None:
    bench = deaf(instrument, held)
    bench.exchange.held = D(there)
    name = bench.submit(bench.intent(held, Side.SELL))
    bench.run(1)

    assert bench.status[name] is S.EXPIRED
    assert f"held by our own fills, {D(there)} there" in bench.told[-1].reason


def test_what_others_hold_is_not_taken_for_ours() -> None:
    bench = Bench(SWAP).live()
    bench.submit(bench.intent("2"))
    bench.exchange.accept(replace(bench.intent("3"), client_order_id="web_1"))
    bench.run(300)
    lose(bench)
    bench.run(4)
    bench.exchange.held = D(3)  # ours was closed by something nobody tells of

    name = bench.submit(bench.intent("2", Side.SELL))
    bench.run(1)

    assert bench.status[name] is S.EXPIRED
    assert "2 held by our own fills, 0 there" in bench.told[-1].reason.replace(
        SWAP.symbol + " ", ""
    )


def test_what_does_not_reduce_stays() -> None:
    bench = deaf(SWAP)
    name = bench.submit(bench.intent("2", reduce_only=True))
    bench.run(1)

    assert bench.status[name] is S.EXPIRED
    assert "are not made less by it" in bench.told[-1].reason


def test_without_an_answer_it_is_asked_again_before_it_goes() -> None:
    bench = deaf(SWAP)
    bench.exchange.questions_fail = 2
    name = bench.submit(bench.intent("2", Side.SELL))
    bench.run(15)

    assert bench.status[name] is S.FILLED
    assert bench.exchange.accepted.count(name) == 1


def test_an_entry_on_its_way_waits_until_events_flow_again() -> None:
    bench = Bench(SWAP).live()
    name = bench.submit(bench.intent("2"))
    bench.clock.sleep(0.1)
    lose(bench)
    bench.run(20)
    assert (state(bench), bench.exchange.placed) == (State.REDUCE_ONLY, [])

    find_again(bench)
    assert bench.status[name] is S.FILLED


def test_exits_that_wait_for_their_parent_follow_it() -> None:
    bench = Bench(SWAP).live()
    parent = bench.intent("2", type=OrderType.LIMIT)
    stop = bench.intent(
        "2", Side.SELL, type=OrderType.STOP, stop_price=D(80), parent_id=parent.client_order_id
    )
    bench.submit(parent, stop)
    bench.run(1)
    lose(bench)
    bench.exchange.fill(parent.client_order_id, D(2))
    bench.run(15)

    assert bench.exchange.orders[stop.client_order_id].status is S.ACCEPTED
