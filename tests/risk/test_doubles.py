"""A strategy's exit beside a rule's own on the same bar: only one of the two goes out."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from realtrade.model.order import OrderType, Side
from realtrade.model.verdict import Approved, Denied, Resized

D = Decimal


@pytest.fixture
def held(bench: Any) -> Any:
    """A gate with a stop, a position of 2, and a rule's exit of it on its way."""
    bench.fill(2)
    bench.bar(100)
    return bench.gate(bench.build("stop_loss", distance="5%"))


def _work(bench: Any, order: Any) -> Any:
    bench.account.open_orders = [*bench.account.open_orders, order]
    return order


@pytest.mark.parametrize(
    ("closing", "asked", "left"),
    [
        ("2", "2", None),
        ("2", "5", "3"),
        ("0.5", "2", "1.5"),
        ("2", "1", None),
    ],
)
def test_an_exit_is_cut_by_what_a_rule_closes_already(
    held: Any, bench: Any, closing: str, asked: str, left: str | None
) -> None:
    _work(bench, bench.sell(closing, reduce_only=True))

    verdict = held.assess(bench.sell(asked), bench.account)

    if left is None:
        assert verdict == Denied("closing", "BTC/USDT is being closed by a rule already")
    else:
        assert isinstance(verdict, Resized)
        assert (verdict.rule, verdict.quantity) == ("closing", D(left))


def test_only_the_first_is_the_double(held: Any, bench: Any) -> None:
    """A strategy that closes and turns around sends two orders: the second is the turn."""
    _work(bench, bench.sell("2", reduce_only=True))

    first = held.assess(bench.sell("1.5"), bench.account)
    second = held.assess(bench.sell("1.5"), bench.account)
    third = held.assess(bench.sell("1.5"), bench.account)

    assert isinstance(first, Denied)
    assert isinstance(second, Resized)
    assert (second.quantity, third) == (D("1.0"), Approved())


def test_the_next_exit_of_a_rule_counts_anew(held: Any, bench: Any) -> None:
    bench.account.open_orders = [bench.sell("2", reduce_only=True)]
    assert isinstance(held.assess(bench.sell("2"), bench.account), Denied)

    bench.account.open_orders = [bench.sell("2", reduce_only=True)]

    assert isinstance(held.assess(bench.sell("2"), bench.account), Denied)
    assert len(held._doubles._answered) == 1


def test_what_is_no_double_passes(held: Any, bench: Any) -> None:
    _work(bench, bench.sell("2", reduce_only=True))
    passing = [
        bench.buy("1"),
        bench.sell("2", reduce_only=True),
        bench.sell("2", type=OrderType.LIMIT, limit_price=D(200)),
        bench.sell("2", "ETH/USDT"),
    ]

    assert [held.assess(one, bench.account) for one in passing] == [Approved()] * 4


@pytest.mark.parametrize(
    "at_work",
    [
        {"reduce_only": False},
        {"reduce_only": True, "type": OrderType.STOP, "stop_price": D(90)},
        {"reduce_only": True, "side": Side.BUY},
        {"reduce_only": True, "symbol": "ETH/USDT"},
    ],
)
def test_only_a_rule_s_exit_on_its_way_is_one(
    held: Any, bench: Any, at_work: dict[str, Any]
) -> None:
    _work(bench, replace(bench.sell("2"), **at_work))

    assert held.assess(bench.sell("2"), bench.account) == Approved()


def test_what_is_left_is_judged_like_any_order(held: Any, bench: Any) -> None:
    held.add_rule(bench.build("max_order_size", quantity=D("0.5"), action="reduce"))
    held.add_rule(bench.says(Denied("never", "no")))
    _work(bench, bench.sell("2", reduce_only=True))

    assert held.assess(bench.sell("3"), bench.account) == Denied("never", "no")


def test_without_a_watching_rule_nobody_looks(bench: Any) -> None:
    bench.fill(2)
    bench.bar(100)
    gate = bench.gate()
    _work(bench, bench.sell("2", reduce_only=True))

    assert gate.assess(bench.sell("2"), bench.account) == Approved()
