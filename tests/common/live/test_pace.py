"""How long a bar waits: for what decides what is held, and for no outcome nobody may ever know."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from realtrade.common.live.dispatch import SETTLE_S
from realtrade.common.live.pace import Pace, keep_pace
from realtrade.execution import is_over
from realtrade.model.order import OrderStatus, OrderType, Side, TimeInForce
from realtrade.plugins.ports.gateway import Outcome
from realtrade.utils.timeframes import Timeframe
from tests.common.live.exchange import Fault

if TYPE_CHECKING:
    from realtrade.common import BaseBroker
    from tests.common.live.conftest import Bench

LIMIT: dict[str, Any] = {"type": OrderType.LIMIT}


class Tickets:
    """What a broker knows to be at work."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    @property
    def at_work(self) -> dict[str, OrderStatus]:
        return {name: one for name, one in self._bench.status.items() if not is_over(one)}


def pace_of(bench: Bench, timeframe: str = "1m") -> Pace:
    broker = cast("BaseBroker", SimpleNamespace(tickets=Tickets(bench)))
    return Pace(bench.venue, broker, bench.clock, Timeframe.parse(timeframe))


def test_without_an_order_no_bar_waits(bench: Bench) -> None:
    assert not pace_of(bench)()


def test_an_order_at_the_market_is_waited_for_until_its_executions_are_told(bench: Bench) -> None:
    bench.exchange.silent = True
    holds = pace_of(bench)
    name = bench.submit(bench.intent())
    assert holds()

    bench.run()
    assert bench.exchange.orders[name].status is OrderStatus.FILLED
    assert holds(), "what it has come to is not told"

    bench.run(SETTLE_S)
    assert bench.status[name] is OrderStatus.FILLED
    assert not holds()


@pytest.mark.parametrize(
    ("words", "waits"),
    [
        (LIMIT, False),
        ({**LIMIT, "time_in_force": TimeInForce.GTC}, False),
        ({**LIMIT, "time_in_force": TimeInForce.IOC}, True),
        ({**LIMIT, "time_in_force": TimeInForce.FOK}, True),
    ],
)
def test_an_order_that_may_rest_is_waited_for_until_it_does(
    bench: Bench, words: dict[str, Any], *, waits: bool
) -> None:
    holds = pace_of(bench)
    bench.submit(bench.intent(**words))
    assert holds()

    bench.run()

    assert holds() is waits


def test_a_cancel_is_waited_for(bench: Bench) -> None:
    holds = pace_of(bench)
    name = bench.submit(bench.intent(**LIMIT))
    bench.run()
    assert not holds()

    bench.venue.cancel(name)
    assert holds()

    bench.run()
    assert not holds()


def test_the_child_of_a_bracket_waits_for_its_parent_and_no_bar_for_it(bench: Bench) -> None:
    parent = bench.intent(**LIMIT)
    name = parent.client_order_id
    child = bench.intent(side=Side.SELL, parent_id=name, limit_price=Decimal(120), **LIMIT)
    holds = pace_of(bench)

    bench.submit(parent, child)
    bench.run()

    assert not holds()


def test_an_unknown_outcome_is_waited_for_five_seconds_and_by_one_bar_only(bench: Bench) -> None:
    bench.exchange.faults.append(Fault(executed=False))
    bench.exchange.find_faults.extend([Fault(Outcome.NOT_SENT)] * 100)
    holds = pace_of(bench)
    bench.submit(bench.intent())
    assert holds()

    bench.run(4.9)
    assert holds()
    bench.run(0.2)
    assert [holds() for _ in range(3)] == [False] * 3

    bench.submit(bench.intent())
    assert holds(), "another order is waited for all the same"


def test_what_a_start_has_looked_for_in_vain_is_not_waited_for(bench: Bench) -> None:
    bench.exchange.faults.append(Fault(executed=False))
    bench.submit(bench.intent())
    bench.run(1)

    holds = pace_of(bench)

    assert not holds()
    bench.submit(bench.intent())
    assert holds()


def test_the_next_bar_waits_as_long_again_for_what_came_since(bench: Bench) -> None:
    holds = pace_of(bench)
    bench.exchange.silent = True
    for _ in range(2):
        bench.submit(bench.intent())
        assert holds()
        bench.clock.sleep(4.9)
        assert holds()
        bench.clock.sleep(0.2)
        assert not holds()


@pytest.mark.parametrize(
    ("timeframe", "waits_s"), [("tick", 0.0), ("1s", 0.5), ("5s", 2.5), ("10s", 5.0), ("1M", 5.0)]
)
def test_a_bar_waits_for_half_of_its_time_at_most(
    bench: Bench, timeframe: str, waits_s: float
) -> None:
    holds = pace_of(bench, timeframe)
    bench.submit(bench.intent())

    assert holds() is bool(waits_s)

    bench.clock.sleep(max(waits_s - 0.01, 0.0))
    assert holds() is bool(waits_s)
    bench.clock.sleep(0.02)
    assert not holds()


def test_only_live_feeds_are_held_back(bench: Bench) -> None:
    hub = SimpleNamespace(holds=None)
    live = SimpleNamespace(hub=hub, finest=Timeframe.parse("1m"))

    broker = cast("BaseBroker", SimpleNamespace(tickets=Tickets(bench)))
    keep_pace(bench.venue, broker, [live, object()], bench.clock)

    assert isinstance(hub.holds, Pace)
