from __future__ import annotations

from typing import Any

import pytest

from realtrade.model.verdict import ActionKind, Approved, Denied


def test_denies_the_order_that_is_one_too_many(bench: Any) -> None:
    gate = bench.gate(bench.build("order_rate", max=3, per="1m"))

    verdicts = [gate.assess(bench.buy(), bench.account) for _ in range(5)]

    assert [type(verdict) for verdict in verdicts] == [Approved] * 3 + [Denied] * 2
    assert verdicts[3].reason == (
        "3 orders in the last 0:01:00 of 3 allowed, an order more is denied"
    )


@pytest.mark.parametrize(("later_ms", "expected"), [(59_999, Denied), (60_000, Approved)])
def test_the_span_ends_now(bench: Any, later_ms: int, expected: type) -> None:
    gate = bench.gate(bench.build("order_rate", max=1, per="1m"))
    gate.assess(bench.buy(), bench.account)

    bench.account.now_ms = later_ms

    assert isinstance(gate.assess(bench.buy(), bench.account), expected)


def test_reductions_pass_and_count(bench: Any) -> None:
    gate = bench.gate(bench.build("order_rate", max=1, per="1m"))
    bench.hold(2)

    assert gate.assess(bench.sell(1), bench.account) == Approved()
    assert isinstance(gate.assess(bench.buy(1), bench.account), Denied)
    assert gate.assess(bench.sell(1), bench.account) == Approved()


def test_the_order_too_many_halts_until_resumed(bench: Any) -> None:
    gate = bench.gate(bench.build("order_rate", max=1, per="1m", action="halt"))
    gate.assess(bench.buy(), bench.account)
    assert gate.watch(bench.account) == ()

    denied = gate.assess(bench.buy(), bench.account)
    bench.account.now_ms = 10_000_000
    later = gate.assess(bench.buy(), bench.account)

    assert denied.action.kind is ActionKind.HALT
    assert later.reason.startswith("halted: 1 orders in the last")
    assert gate.resume(bench.account) == ("order_rate",)
    assert gate.assess(bench.buy(), bench.account) == Approved()


def test_orders_from_before_the_end_of_a_halt_do_not_count(bench: Any) -> None:
    rule = bench.build("order_rate", max=1, per="1h", action="halt", halt_for="1m")
    gate = bench.gate(rule)
    gate.assess(bench.buy(), bench.account)
    gate.assess(bench.buy(), bench.account)

    bench.account.now_ms = 59_999
    assert isinstance(gate.assess(bench.buy(), bench.account), Denied)
    bench.account.now_ms = 60_000
    assert gate.assess(bench.buy(), bench.account) == Approved()
    assert rule.reading(bench.view).breached is False


def test_remembers_no_more_orders_than_it_needs(bench: Any) -> None:
    gate = bench.gate(bench.build("order_rate", max=2, per="1s"))

    for bench.account.now_ms in range(0, 10_000, 1_000):
        gate.assess(bench.buy(), bench.account)

    assert list(bench.memory.orders) == [8_000, 9_000]
