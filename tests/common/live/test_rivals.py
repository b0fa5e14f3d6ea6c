"""Sales on spot that exclude one another, outside of brackets: one holding, one order list."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.model.order import OrderIntent, OrderStatus, OrderType, Side
from realtrade.plugins.ports.gateway import Outcome
from tests.common.live.conftest import Bench
from tests.common.live.exchange import SPOT
from tests.common.live.test_groups import Pairing

if TYPE_CHECKING:
    from realtrade.plugins.ports.venue import Report

D = Decimal


@pytest.fixture
def pairing() -> tuple[Bench, Pairing]:
    bench = Bench(SPOT)
    gateway: Any = Pairing(bench.exchange)
    bench.venue = bench.make(gateway)
    return bench.live(), gateway


def target(bench: Bench, **words: Any) -> OrderIntent:
    given = {"type": OrderType.LIMIT, "side": Side.SELL, "limit_price": D(120), **words}
    return bench.intent(**given)


def stop(bench: Bench, **words: Any) -> OrderIntent:
    given = {"type": OrderType.STOP, "side": Side.SELL, "stop_price": D(80), **words}
    return bench.intent(**given)


def refusal(bench: Bench, name: str) -> Report:
    return next(report for report in bench.told if report.client_order_id == name)


def test_a_limit_and_a_stop_go_out_in_one_request(pairing: tuple[Bench, Pairing]) -> None:
    bench, gateway = pairing
    first = target(bench)
    second = stop(bench, oco_id=first.client_order_id)
    bench.submit(first)
    bench.submit(second)
    bench.run(2)

    assert gateway.pairs == [(first, second)]
    assert bench.status[first.client_order_id] is OrderStatus.ACCEPTED
    assert bench.status[second.client_order_id] is OrderStatus.ACCEPTED


def test_whichever_of_them_is_placed_first(pairing: tuple[Bench, Pairing]) -> None:
    bench, gateway = pairing
    first = stop(bench)
    second = target(bench, oco_id=first.client_order_id)
    bench.submit(first)
    bench.submit(second)
    bench.run(2)

    assert gateway.pairs == [(second, first)]


def test_an_execution_of_one_ends_the_other(pairing: tuple[Bench, Pairing]) -> None:
    bench, _ = pairing
    first = target(bench)
    second = stop(bench, oco_id=first.client_order_id)
    bench.submit(first)
    bench.submit(second)
    bench.run(2)

    bench.exchange.fill(first.client_order_id, first.quantity)
    bench.run(3)

    assert bench.status[first.client_order_id] is OrderStatus.FILLED
    assert bench.status[second.client_order_id] is OrderStatus.CANCELLED


def test_a_sale_that_is_alone_goes_alone(pairing: tuple[Bench, Pairing]) -> None:
    bench, gateway = pairing
    alone, other = target(bench), stop(bench)
    bench.submit(alone)
    bench.submit(other)
    bench.run(2)

    assert gateway.pairs == []
    assert bench.exchange.accepted == [alone.client_order_id, other.client_order_id]


def test_what_comes_too_late_is_refused_by_name(pairing: tuple[Bench, Pairing]) -> None:
    bench, gateway = pairing
    first = target(bench)
    bench.submit(first)
    bench.run(2)
    late = stop(bench, oco_id=first.client_order_id)
    bench.submit(late)
    bench.run(2)

    assert gateway.pairs == []
    assert bench.status[first.client_order_id] is OrderStatus.ACCEPTED
    assert bench.status[late.client_order_id] is OrderStatus.REJECTED
    assert "place both on one bar" in refusal(bench, late.client_order_id).reason


@pytest.mark.parametrize(
    "words", [{"type": OrderType.LIMIT, "limit_price": D(130)}, {"quantity": D("0.5")}]
)
def test_what_is_no_pair_is_refused_by_name(
    pairing: tuple[Bench, Pairing], words: dict[str, Any]
) -> None:
    bench, gateway = pairing
    first = target(bench)
    odd = stop(bench, oco_id=first.client_order_id, **words)
    bench.submit(first)
    bench.submit(odd)
    bench.run(2)

    assert gateway.pairs == []
    assert bench.status[first.client_order_id] is OrderStatus.ACCEPTED
    assert bench.status[odd.client_order_id] is OrderStatus.REJECTED
    assert "a limit and a stop, of one quantity" in refusal(bench, odd.client_order_id).reason


def test_three_are_no_pair(pairing: tuple[Bench, Pairing]) -> None:
    bench, gateway = pairing
    first = target(bench)
    more = [stop(bench, oco_id=first.client_order_id) for _ in range(2)]
    for intent in (first, *more):
        bench.submit(intent)
    bench.run(2)

    assert gateway.pairs == []
    assert bench.exchange.accepted == [first.client_order_id]


def test_one_that_is_cancelled_before_it_leaves_never_does(pairing: tuple[Bench, Pairing]) -> None:
    bench, gateway = pairing
    first = target(bench)
    second = stop(bench, oco_id=first.client_order_id)
    bench.submit(first)
    bench.submit(second)

    bench.venue.cancel(second.client_order_id)
    bench.run(2)

    assert gateway.pairs == []
    assert second.client_order_id not in bench.exchange.accepted
    assert bench.status[second.client_order_id] is OrderStatus.CANCELLED


def test_a_purchase_does_not_wait(pairing: tuple[Bench, Pairing]) -> None:
    bench, _ = pairing
    intent = bench.intent(type=OrderType.LIMIT, limit_price=D(90))
    bench.submit(intent)
    bench.venue.courier.turn()

    assert bench.exchange.accepted == [intent.client_order_id]


def test_a_bar_run_again_with_a_lost_journal_sends_no_pair_twice() -> None:
    bench = Bench(SPOT)
    gateway: Any = Pairing(bench.exchange)
    bench.venue = bench.make(gateway)
    before = bench.clock.now_ms() - 60_000
    first = replace(target(bench), created_ms=before)
    second = replace(stop(bench, oco_id=first.client_order_id), created_ms=before)
    bench.exchange.accept(first)  # sent by a process whose journal is lost
    bench.live()
    bench.submit(first)
    bench.submit(second)
    bench.run(3)

    assert gateway.pairs == []
    assert bench.exchange.accepted == [first.client_order_id]
    assert bench.status[first.client_order_id] is OrderStatus.ACCEPTED
    assert bench.status[second.client_order_id] is OrderStatus.REJECTED
    assert {a.outcome for a in bench.journal.attempts} <= {None, Outcome.NOT_SENT}
