from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from realtrade.model.verdict import Action, ActionKind, Approved, Denied

HOUR = 3_600_000
DAY = 24 * HOUR


def see(bench: Any, equity: Any, at_ms: int | None = None) -> None:
    bench.account.equity = Decimal(equity)
    if at_ms is not None:
        bench.account.now_ms = at_ms
    bench.memory.note_equity(bench.account.equity, bench.account.now_ms)


@pytest.mark.parametrize(("equity", "expected"), [("901", Approved), ("900", Denied), (1, Denied)])
def test_denies_new_exposure_from_the_limit_on(bench: Any, equity: Any, expected: type) -> None:
    rule = bench.build("max_drawdown", limit="10%")
    see(bench, 1000)
    see(bench, equity)

    verdict = rule.assess(bench.buy(), bench.view)

    assert isinstance(verdict, expected)


@pytest.mark.parametrize(("equity", "breached"), [("951", False), ("950", True)])
def test_takes_an_amount_of_money(bench: Any, equity: str, breached: bool) -> None:
    rule = bench.build("max_drawdown", limit="50 USDT")
    see(bench, 1000)
    see(bench, equity)

    assert rule.reading(bench.view).breached is breached


def test_lets_reductions_pass(bench: Any) -> None:
    rule = bench.build("max_drawdown", limit="10%")
    see(bench, 1000)
    see(bench, 500)
    bench.hold(1)

    assert rule.assess(bench.sell(1), bench.view) == Approved()


def test_says_drawdown_and_limit(bench: Any) -> None:
    rule = bench.build("max_drawdown", "brake", limit="10%")
    see(bench, 1000)
    see(bench, "850")

    assert rule.assess(bench.buy(), bench.view) == Denied(
        "brake", "drawdown 15.00% has reached the limit 10.00%"
    )
    see(bench, "950")
    assert rule.reading(bench.view).text == "drawdown 5.00% of the limit 10.00%"


def test_says_money_for_a_limit_in_money(bench: Any) -> None:
    rule = bench.build("max_drawdown", limit="50 USDT")
    see(bench, 1000)
    see(bench, 940)

    assert rule.reading(bench.view).text == "drawdown 60 has reached the limit 50"


def test_an_account_without_money_is_at_the_limit(bench: Any) -> None:
    rule = bench.build("max_drawdown", limit="10%")
    see(bench, 0)

    reading = rule.reading(bench.view)

    assert reading.breached
    assert reading.text == "drawdown 10.00% has reached the limit 10.00%"


@pytest.mark.parametrize("action", ["halt", "flatten_and_halt"])
def test_wants_its_action_from_the_limit_on(bench: Any, action: str) -> None:
    rule = bench.build("max_drawdown", limit="10%", action=action, halt_for="2d")
    see(bench, 1000)
    see(bench, "900.01")
    assert rule.watch(bench.view) == ()

    see(bench, 900, at_ms=HOUR)

    wanted = Action(
        ActionKind(action),
        "max_drawdown",
        "drawdown 10.00% has reached the limit 10.00%",
        until_ms=HOUR + 2 * DAY,
    )
    assert rule.watch(bench.view) == (wanted,)
    assert rule.assess(bench.buy(), bench.view).action == wanted


def test_deny_needs_no_watch_but_the_peak(bench: Any) -> None:
    needs = bench.build("max_drawdown", limit="10%").needs

    assert (needs.equity, needs.watch, needs.actions) == (True, False, False)


def test_a_window_forgets_older_peaks(bench: Any) -> None:
    rule = bench.build("max_drawdown", limit="10%", window="1d")
    see(bench, 1000, at_ms=0)
    see(bench, 890, at_ms=HOUR)
    assert rule.reading(bench.view).breached

    see(bench, 890, at_ms=DAY)
    assert rule.reading(bench.view).breached
    see(bench, 890, at_ms=DAY + HOUR)
    assert not rule.reading(bench.view).breached


@pytest.mark.parametrize("window", [{}, {"window": "30d"}])
def test_measures_anew_after_a_halt_was_lifted(bench: Any, window: dict[str, str]) -> None:
    rule = bench.build("max_drawdown", limit="10%", action="halt", **window)
    see(bench, 1000)
    see(bench, 850, at_ms=HOUR)
    bench.memory.lift("max_drawdown", Decimal(850), HOUR)
    assert not rule.reading(bench.view).breached

    see(bench, 880, at_ms=2 * HOUR)
    see(bench, 793, at_ms=3 * HOUR)
    assert not rule.reading(bench.view).breached
    see(bench, 792, at_ms=4 * HOUR)
    assert rule.reading(bench.view).breached
