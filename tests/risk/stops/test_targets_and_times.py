from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from realtrade.model.instrument import Instrument
from realtrade.model.verdict import Action, ActionKind

HOUR = 3_600_000


# -- take_profit


@pytest.mark.parametrize(
    ("quantity", "prices", "met"),
    [
        (1, {"high": 104.99}, False),
        (1, {"high": 105}, True),
        (-1, {"low": 95.01}, False),
        (-1, {"low": 95}, True),
    ],
)
def test_takes_a_gain_home(bench: Any, quantity: int, prices: dict[str, float], met: bool) -> None:
    rule = bench.build("take_profit", at="5%")
    bench.fill(quantity)
    bench.bar(100, **prices)

    assert bool(rule.watch(bench.view)) is met


def test_says_gain_and_share(bench: Any) -> None:
    rule = bench.build("take_profit", at="5%")
    bench.fill(1)
    bench.bar(100, high=106)

    assert rule.watch(bench.view) == [
        Action(
            ActionKind.CLOSE,
            "take_profit",
            "BTC/USDT has gained 6.00%: 100% are to be taken home",
            "BTC/USDT",
        )
    ]


def test_takes_parts_home_one_after_the_other(bench: Any) -> None:
    targets = [
        {"at": "2%", "close": "50%"},
        {"at": "4%", "close": "25%"},
        {"at": "8%"} | {"close": "25%"},
    ]
    rule = bench.build("take_profit", targets=targets)
    bench.fill(8)
    taken = []
    for close in (101, 102, 102, 103, 104, 110):
        bench.bar(close)
        for action in rule.watch(bench.view):
            sold = abs(bench.account.position("BTC/USDT").quantity) * action.fraction
            bench.fill(-sold, close)
            taken.append((close, sold))

    assert taken == [(102, 4), (104, 2), (110, 2)]


def test_what_was_sold_already_counts(bench: Any) -> None:
    rule = bench.build("take_profit", targets=[{"at": "2%", "close": "50%"}])
    bench.fill(8)
    bench.fill(-3)
    bench.bar(102)
    assert rule.watch(bench.view)[0].fraction == Decimal("0.2")

    bench.fill(-1)

    assert rule.watch(bench.view) == []


def test_a_part_below_the_least_order_waits(bench: Any) -> None:
    bench.account.instruments["BTC/USDT"] = Instrument(
        "BTC/USDT", "BTC", "USDT", lot=Decimal("0.1"), min_notional=Decimal(30)
    )
    rule = bench.build(
        "take_profit", targets=[{"at": "2%", "close": "25%"}, {"at": "4%", "close": "75%"}]
    )
    bench.fill(1)
    bench.bar(102)
    assert rule.watch(bench.view) == []

    bench.bar(104)

    assert rule.watch(bench.view)[0].fraction == 1


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"targets": []},
        {"at": "2%", "targets": [{"at": "2%"}]},
        {"targets": [{"at": "2%", "close": "60%"}, {"at": "4%", "close": "41%"}]},
        {"at": "0%"},
    ],
)
def test_refuses_what_is_no_target(bench: Any, settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        bench.config("take_profit", **settings)


# -- time_stop


@pytest.mark.parametrize(("held_ms", "met"), [(48 * HOUR - 1, False), (48 * HOUR, True)])
def test_gives_up_when_the_time_is_over(bench: Any, held_ms: int, met: bool) -> None:
    rule = bench.build("time_stop", after="48h")
    bench.account.now_ms = 5
    bench.fill(1)

    bench.account.now_ms = 5 + held_ms

    assert bool(rule.watch(bench.view)) is met


@pytest.mark.parametrize(
    ("quantity", "price", "met"), [(1, 101, False), (1, "100.99", True), (-1, 99, False)]
)
def test_keeps_what_gains_enough(bench: Any, quantity: int, price: Any, met: bool) -> None:
    rule = bench.build("time_stop", after="1h", unless="1%")
    bench.fill(quantity)
    bench.account.now_ms = HOUR
    bench.account.prices["BTC/USDT"] = Decimal(price)

    assert bool(rule.watch(bench.view)) is met


def test_says_how_long_it_was_held(bench: Any) -> None:
    rule = bench.build("time_stop", after="1h")
    bench.fill(1)
    bench.account.now_ms = 2 * HOUR

    assert rule.watch(bench.view) == [
        Action(
            ActionKind.CLOSE,
            "time_stop",
            "BTC/USDT has been held for 2:00:00, limit 1:00:00",
            "BTC/USDT",
        )
    ]


# -- roi_table


@pytest.mark.parametrize(
    ("held_ms", "price", "met"),
    [
        (0, "103.99", False),
        (0, "104", True),
        (HOUR // 2 - 1, "102", False),
        (HOUR // 2, "102", True),
        (HOUR // 2, "101.99", False),
        (2 * HOUR, "100", True),
        (2 * HOUR, "99.99", False),
    ],
)
def test_asks_for_less_the_longer_it_takes(bench: Any, held_ms: int, price: str, met: bool) -> None:
    rule = bench.build("roi_table", table={"0s": "4%", "2h": "0%", "30m": "2%"})
    bench.fill(1)
    bench.account.now_ms = held_ms
    bench.account.prices["BTC/USDT"] = Decimal(price)

    assert bool(rule.watch(bench.view)) is met


def test_before_the_first_row_nothing_is_enough(bench: Any) -> None:
    rule = bench.build("roi_table", table={"1h": "1%"})
    bench.fill(1)
    bench.account.prices["BTC/USDT"] = Decimal(200)

    assert rule.watch(bench.view) == []


def test_says_gain_and_time(bench: Any) -> None:
    rule = bench.build("roi_table", table={"1h": "-1%", "2h": "-2%"})
    bench.account.now_ms = HOUR
    bench.fill(-1)
    bench.account.now_ms = 2 * HOUR
    bench.account.prices["BTC/USDT"] = Decimal("100.5")

    assert rule.watch(bench.view) == [
        Action(
            ActionKind.CLOSE,
            "roi_table",
            "BTC/USDT has gained -0.50% in 1:00:00, enough is -1.00%",
            "BTC/USDT",
        )
    ]


def test_a_table_needs_a_row(bench: Any) -> None:
    with pytest.raises(ValidationError):
        bench.config("roi_table", table={})
