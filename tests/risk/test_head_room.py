"""What every rule has left, as people see it on a running bot."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from realtrade.model.remembered import Halt
from realtrade.plugins.ports.risk import Needs, Reading
from realtrade.risk.head_room import HeadRoom

D = Decimal
HOUR = 3_600_000
ETH = "ETH/USDT"


class Broken:
    name = "broken"
    needs = Needs(watch=False)

    def assess(self, intent: Any, view: Any) -> Any:
        raise NotImplementedError

    def reading(self, view: Any) -> Reading:
        msg = "no price"
        raise LookupError(msg)


@pytest.mark.parametrize(
    ("value", "limit", "floor", "left"),
    [
        ("3", "10", False, "7"),
        ("10", "10", False, "0"),
        ("12", "10", False, "0"),
        ("12", "10", True, "2"),
        ("9", "10", True, "0"),
        ("-5", "10", False, "15"),
    ],
)
def test_what_is_left_ends_at_zero(value: str, limit: str, floor: bool, left: str) -> None:
    reading = Reading("rule", D(value), D(limit), breached=False, text="", floor=floor)

    assert str(reading.left) == left


def test_every_rule_that_can_tell_does_by_its_name(bench: Any) -> None:
    gate = bench.gate(
        bench.build("order_rate", "rate", max=10, per="1m"),
        bench.build("minimum_equity", "floor", limit="900 USDT"),
        bench.build("price_collar", "collar", limit="1%"),
    )
    bench.account.equity = D(1000)
    for _ in range(3):
        gate.assess(bench.buy(), bench.account)

    found = gate.head_room(bench.account)

    assert {name: one.reading.left for name, one in found.items()} == {"rate": 7, "floor": 100}


def test_one_that_breaks_keeps_no_other_from_being_told(bench: Any) -> None:
    rate = bench.build("order_rate", "rate", max=10, per="1m")
    gate = bench.gate(Broken(), rate)

    found = gate.head_room(bench.account)

    assert found["broken"] == HeadRoom(trouble="LookupError: no price")
    assert found["rate"].reading == rate.reading(bench.view)


def test_a_halt_is_told_with_the_reading_of_its_rule_and_without(bench: Any) -> None:
    gate = bench.gate(bench.build("max_drawdown", "fall", limit="10%", action="halt"))
    bench.account.equity = D(1000)
    gate.watch(bench.account)
    bench.account.equity, bench.account.now_ms = D(880), 5
    gate.watch(bench.account)
    gate.halt("operator", "lunch", bench.account)

    found = gate.head_room(bench.account)

    text = "drawdown 12.00% has reached the limit 10.00%"
    assert list(found) == ["fall", "operator"]
    assert found["fall"].halt == Halt("fall", text, 5, None, flatten=False)
    assert found["fall"].reading.left == 0
    assert found["operator"].reading is None
    assert found["operator"].halt.reason == "lunch"


@pytest.mark.parametrize(
    ("later_ms", "left_s", "text"),
    [
        (HOUR, 5 * 3600, "ETH/USDT was closed at a loss, 5:00:00 of 6:00:00 are left to wait"),
        (6 * HOUR, 0, "nothing to wait for"),
    ],
)
def test_a_cooldown_tells_the_longest_wait(
    bench: Any, later_ms: int, left_s: int, text: str
) -> None:
    rule = bench.build("cooldown", after_exit="2h", after_loss="6h")
    bench.trade(-1, ETH, at_ms=0)
    bench.trade(1)
    bench.account.now_ms = later_ms

    assert rule.reading(bench.view) == Reading("cooldown", D(left_s), D(0), bool(left_s), text)


def test_a_symbol_loss_tells_which_symbols_are_left_alone(bench: Any) -> None:
    rule = bench.build("symbol_loss", losses=1, within="24h", pause="12h")
    quiet = rule.reading(bench.view)
    bench.trade(-1, at_ms=0)
    bench.trade(1, "SOL/USDT")
    bench.trade(-1, ETH)

    reading = rule.reading(bench.view)

    assert quiet == Reading("symbol_loss", D(0), D(0), False, "no symbol is left alone")
    lost = "lost 1 times within 1 day, 0:00:00, limit 1, pausing for 12:00:00"
    assert reading == Reading(
        "symbol_loss", D(2), D(0), breached=True, text=f"BTC/USDT {lost}; ETH/USDT {lost}"
    )


@pytest.mark.parametrize(
    ("now_ms", "within", "text"),
    [
        (3 * HOUR - 1, False, "not now: no entries from {} to {}"),
        (3 * HOUR, True, "no entries from {} to {}"),
        (4 * HOUR, False, "not now: no entries from {} to {}"),
    ],
)
def test_a_blackout_tells_whether_it_is_on(
    bench: Any, now_ms: int, within: bool, text: str
) -> None:
    span = ("1970-01-01T03:00:00+00:00", "1970-01-01T04:00:00+00:00")
    rule = bench.build("blackout", **{"from": span[0], "to": span[1]})
    bench.account.now_ms = now_ms

    reading = rule.reading(bench.view)

    assert reading == Reading("blackout", D(within), D(0), within, text.format(*span))


@pytest.mark.parametrize(("hour", "where"), [(8, "outside"), (9, "within"), (17, "outside")])
def test_trading_hours_tell_whether_they_are_on(bench: Any, hour: int, where: str) -> None:
    rule = bench.build("trading_hours", **{"from": "09:00", "to": "17:00"})
    bench.account.now_ms = hour * HOUR
    closed = where == "outside"

    text = f"Thu {hour:02}:00 UTC is {where} the trading hours"
    assert rule.reading(bench.view) == Reading("trading_hours", D(closed), D(0), closed, text)
