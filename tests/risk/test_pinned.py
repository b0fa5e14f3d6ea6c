"""What mutations of the rules once slipped through: each of these fails for one of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from realtrade.model.order import OrderType
from realtrade.model.verdict import Approved, Denied, Resized
from realtrade.plugins.ports.risk import Reading
from realtrade.risk.record import RiskNote, RuleRecord
from tests.risk.stops.test_level_stops import Track

D = Decimal
BTC, ETH = "BTC/USDT", "ETH/USDT"


# -- the gate and its record


def test_a_cut_is_counted_each_time_with_when_and_why(bench: Any) -> None:
    bench.bar(100)
    bench.account.now_ms = 77
    gate = bench.gate(bench.build("max_order_size", "size", quantity=2))

    verdicts = [gate.assess(bench.buy(5), bench.account) for _ in range(3)]

    assert isinstance(verdicts[0], Resized)
    note = RiskNote(77, "size", "cut", BTC, verdicts[0].reason)
    assert gate.record.rules == {"size": RuleRecord(cut=3, last=note)}


def test_an_action_is_counted_with_when_it_was_done(bench: Any) -> None:
    bench.account.now_ms = 78
    gate = bench.gate()
    gate.halt("person", "lunch", bench.account)

    gate.watch(bench.account)

    assert gate.record.newest[-1] == RiskNote(78, "person", "halt", "", "lunch")


def test_a_cut_order_is_remembered_with_its_time(bench: Any) -> None:
    bench.bar(100)
    bench.account.now_ms = 79
    gate = bench.gate(
        bench.build("max_order_size", quantity=2), bench.build("order_rate", max=5, per="1h")
    )

    gate.assess(bench.buy(5), bench.account)

    assert bench.memory.orders == [79]


def test_rules_judge_what_is_left_of_an_exit_that_a_rule_closes_already(bench: Any) -> None:
    """Two are held and being closed: of a sale of five only a turn by three is still wanted."""
    bench.fill(2)
    bench.bar(100)
    gate = bench.gate(
        bench.build("stop_loss", distance="5%"),
        bench.build("max_order_size", "size", quantity=3, action="deny"),
    )
    bench.account.open_orders = [bench.sell(2, reduce_only=True)]

    verdict = gate.assess(bench.sell(5), bench.account)

    assert verdict == Resized("closing", D(3), "BTC/USDT is being closed by a rule already")


@pytest.mark.parametrize("distances", [("2%", "5%"), ("5%", "2%")])
def test_the_tightest_stop_protects_in_whatever_order_they_are_written(
    bench: Any, distances: tuple[str, str]
) -> None:
    first, second = (
        bench.build("stop_loss", f"at_{each}", distance=each, place="exchange")
        for each in distances
    )
    track = Track(bench, first)
    track.gate.add_stop_loss(second)
    track.gate.add_stop_loss(bench.build("break_even", "later", at="50%", place="exchange"))
    track.enter()
    track.bar(100)

    (protection,) = track.gate.protection(bench.account)

    assert (protection.rule, protection.level) == ("at_2%", D("98.00"))


# -- rules at their limits


def test_a_leverage_limit_that_denies_cuts_nothing(bench: Any) -> None:
    bench.bar(100)
    rule = bench.build("max_leverage", limit=1, action="deny")

    assert isinstance(rule.assess(bench.buy(11), bench.view), Denied)
    assert rule.assess(bench.buy(10), bench.view) == Approved()


def test_adding_the_least_to_a_position_opens_none(bench: Any) -> None:
    rule = bench.build("max_trades_per_day", max=1)
    bench.account.now_ms = 5
    bench.fill("0.5")

    assert rule.assess(bench.buy("0.5"), bench.view) == Approved()
    assert isinstance(rule.assess(bench.buy("0.5", ETH), bench.view), Denied)


@pytest.mark.parametrize(
    ("scope", "expected", "count"),
    [
        ("total", "3 orders are at work, limit 2", 3),
        ("symbol", "2 orders of BTC/USDT are at work, limit 2", 2),
    ],
)
def test_orders_at_work_are_counted_together_or_by_symbol(
    bench: Any, scope: str, expected: str, count: int
) -> None:
    rule = bench.build("max_open_orders", max=2, scope=scope)
    limit = {"type": OrderType.LIMIT}
    bench.account.open_orders = [bench.buy(**limit), bench.buy(**limit), bench.buy(1, ETH, **limit)]

    assert rule.assess(bench.buy(), bench.view) == Denied("max_open_orders", expected)
    assert rule.reading(bench.view).value == count


def test_a_group_tells_its_value_and_its_limit(bench: Any) -> None:
    rule = bench.build("correlation_group", "majors", symbols=[BTC, ETH], notional="40%")
    bench.hold(3)
    bench.hold(-2, symbol=ETH)

    text = "the group is worth 500, limit 40.00% of equity"
    assert rule.reading(bench.view) == Reading("majors", D(500), D(400), breached=True, text=text)


def test_a_limit_of_nothing_is_more_than_used_up_by_anything(bench: Any) -> None:
    rule = bench.build("max_position", notional="20%")
    bench.account.equity = D(0)
    bench.hold("0.5")

    reading = rule.reading(bench.view)

    assert (reading.value, reading.limit, reading.breached) == (D("0.5"), 0, True)


def test_the_fullest_symbol_is_told_by_its_share_of_a_small_limit(bench: Any) -> None:
    rule = bench.build("max_position", quantity=D("0.5"))
    bench.hold("0.1")
    bench.hold("0.4", symbol=ETH)

    assert rule.reading(bench.view).text == "position of ETH/USDT is 0.4, limit 0.5"


def test_a_stop_nearer_than_one_is_a_distance(bench: Any) -> None:
    sizer = bench.build("risk_per_trade", risk="1%", stop="5%")

    quantity = sizer.quantity(bench.request(stop_price=D("99.5")), bench.account)

    assert quantity == 10  # ten of a thousand lost at half a unit each would be 20: cash ends first


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("daily_loss", {"limit": "1%"}),
        ("minimum_equity", {"limit": "5 USDT"}),
        ("max_drawdown", {"limit": "1%"}),
        ("consecutive_losses", {"max": 2, "pause": "1h"}),
    ],
)
@pytest.mark.parametrize(("action", "watches"), [("deny", False), ("halt", True)])
def test_only_a_rule_that_acts_looks_at_every_bar(
    bench: Any, name: str, words: dict[str, Any], action: str, watches: bool
) -> None:
    rule = bench.build(name, action=action, **words)

    assert rule.needs.watch is watches
    assert rule.needs.actions is watches


# -- what a person reads who has mistyped


@pytest.mark.parametrize(
    ("name", "words", "code", "message"),
    [
        (
            "max_drawdown",
            {"limit": "0%"},
            "realtrade_amount",
            "expected more than nothing",
        ),
        (
            "max_drawdown",
            {"limit": 5},
            "realtrade_amount",
            "expected a share of equity or an amount, such as 20% or 5000 USDT",
        ),
        (
            "order_rate",
            {"max": 1, "per": "0s"},
            "realtrade_duration",
            "expected more than no time",
        ),
        (
            "blackout",
            {"from": "soon", "to": "2024-01-02"},
            "realtrade_moment",
            "expected a time, such as 2024-06-12T18:00+00:00",
        ),
        (
            "trading_hours",
            {"days": "mon-someday"},
            "realtrade_days",
            "expected days, such as mon-fri or mon,wed,sat-sun",
        ),
        (
            "trading_hours",
            {"days": "someday-fri"},
            "realtrade_days",
            "expected days, such as mon-fri or mon,wed,sat-sun",
        ),
        (
            "trading_hours",
            {"from": "noon"},
            "realtrade_hour",
            "expected a time of day, such as 09:30",
        ),
    ],
)
def test_a_mistake_is_told_by_its_code_and_what_was_expected(
    bench: Any, name: str, words: dict[str, Any], code: str, message: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        bench.config(name, **words)

    (error,) = refused.value.errors()
    assert (error["type"], error["msg"]) == (code, message)
