from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from realtrade.model.verdict import Action, ActionKind, Approved, Denied


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


def see(bench: Any, equity: Any, moment: str) -> None:
    bench.account.equity = Decimal(equity)
    bench.account.now_ms = at(moment)
    bench.memory.note_equity(bench.account.equity, bench.account.now_ms)


@pytest.mark.parametrize(("equity", "expected"), [("970.01", Approved), ("970", Denied)])
def test_denies_new_exposure_from_the_limit_on(bench: Any, equity: str, expected: type) -> None:
    rule = bench.build("daily_loss", limit="3%")
    see(bench, 1000, "2024-01-01T23:00")
    see(bench, equity, "2024-01-02T05:00")

    assert isinstance(rule.assess(bench.buy(), bench.view), expected)


def test_lets_reductions_pass(bench: Any) -> None:
    rule = bench.build("daily_loss", limit="3%")
    see(bench, 1000, "2024-01-01T23:00")
    see(bench, 500, "2024-01-02T05:00")
    bench.hold(1)

    assert rule.assess(bench.sell(1), bench.view) == Approved()


def test_a_new_day_starts_anew(bench: Any) -> None:
    rule = bench.build("daily_loss", limit="3%")
    see(bench, 1000, "2024-01-01T10:00")
    see(bench, 960, "2024-01-01T23:00")
    assert rule.reading(bench.view).breached

    see(bench, 960, "2024-01-02T00:00")
    assert rule.reading(bench.view).breached
    see(bench, 960, "2024-01-02T01:00")
    assert rule.reading(bench.view).value == 0
    assert not rule.reading(bench.view).breached


def test_daily_bars_are_days_of_their_own(bench: Any) -> None:
    rule = bench.build("daily_loss", limit="3%")
    see(bench, 1000, "2024-01-01T00:00")
    see(bench, 990, "2024-01-02T00:00")
    assert rule.reading(bench.view).value == 10
    see(bench, 950, "2024-01-03T00:00")

    assert rule.watch(bench.view)[0].until_ms == at("2024-01-03T00:00") + 1
    see(bench, 940, "2024-01-04T00:00")
    assert rule.reading(bench.view).value == 10


def test_the_first_bar_and_a_gap_over_midnight_belong_to_the_new_day(bench: Any) -> None:
    rule = bench.build("daily_loss", limit="3%")
    see(bench, 1000, "2024-01-01T23:00")
    see(bench, 969, "2024-01-02T01:00")

    assert rule.reading(bench.view).text == (
        "loss of the day 31 (3.10%) has reached the limit 3.00% of equity"
    )


def test_midnight_is_the_named_time_zones(bench: Any) -> None:
    utc = bench.build("daily_loss", "utc", limit="3%")
    new_york = bench.build("daily_loss", "ny", limit="3%", timezone="America/New_York")
    see(bench, 1000, "2024-01-01T12:00")
    see(bench, 1000, "2024-01-02T00:00")
    see(bench, 950, "2024-01-02T05:00")
    assert utc.reading(bench.view).breached
    assert new_york.reading(bench.view).breached

    see(bench, 950, "2024-01-02T05:01")

    assert utc.reading(bench.view).breached
    assert not new_york.reading(bench.view).breached


def test_halts_until_the_next_midnight_there(bench: Any) -> None:
    rule = bench.build("daily_loss", limit="30 USDT", timezone="Europe/Berlin")
    see(bench, 1000, "2024-03-30T12:00")
    see(bench, 1000, "2024-03-31T00:00")
    assert rule.watch(bench.view) == ()

    see(bench, 970, "2024-03-31T10:00")

    wanted = Action(
        ActionKind.HALT,
        "daily_loss",
        "loss of the day 30 (3.00%) has reached the limit 30",
        until_ms=at("2024-03-31T22:00") + 1,
    )
    assert rule.watch(bench.view) == (wanted,)
    assert rule.assess(bench.buy(), bench.view).action == wanted


def test_halts_until_resumed_when_asked_to(bench: Any) -> None:
    rule = bench.build("daily_loss", limit="3%", until="resumed", action="flatten_and_halt")
    see(bench, 1000, "2024-01-01T23:00")
    see(bench, 900, "2024-01-02T05:00")

    action = rule.watch(bench.view)[0]

    assert (action.kind, action.until_ms) == (ActionKind.FLATTEN_AND_HALT, None)


def test_measures_from_the_moment_a_person_resumed(bench: Any) -> None:
    rule = bench.build("daily_loss", limit="3%")
    see(bench, 1000, "2024-01-01T23:00")
    see(bench, 960, "2024-01-02T05:00")
    bench.memory.lift("daily_loss", Decimal(960), at("2024-01-02T05:00"))
    assert not rule.reading(bench.view).breached

    see(bench, 931, "2024-01-02T06:00")

    assert rule.reading(bench.view).breached


def test_a_halt_that_ended_at_midnight_does_not_move_the_days_start(bench: Any) -> None:
    rule = bench.build("daily_loss", limit="3%")
    see(bench, 1000, "2024-01-01T23:00")
    bench.memory.lift("daily_loss", Decimal(900), at("2024-01-02T00:00"))
    see(bench, 980, "2024-01-02T01:00")

    assert rule.reading(bench.view).value == 20


@pytest.mark.parametrize(
    ("moment", "breached"), [("2024-01-08T00:00", True), ("2024-01-08T01:00", False)]
)
def test_a_week_runs_from_monday(bench: Any, moment: str, breached: bool) -> None:
    rule = bench.build("weekly_loss", limit="6%")
    see(bench, 1000, "2024-01-01T00:00")
    see(bench, 940, "2024-01-04T00:00")

    see(bench, 940, moment)

    assert rule.reading(bench.view).breached is breached


def test_an_account_without_money_has_no_share_to_tell(bench: Any) -> None:
    rule = bench.build("daily_loss", limit="30 USDT")
    see(bench, 0, "2024-01-01T00:00")

    assert rule.reading(bench.view).text == "loss of the day 0 of the limit 30"


@pytest.mark.parametrize(
    ("until", "ends"), [("next", at("2024-01-08T00:00") + 1), ("resumed", None)]
)
def test_a_weeks_halt_ends_as_told(bench: Any, until: str, ends: int | None) -> None:
    rule = bench.build("weekly_loss", limit="6%", until=until)
    see(bench, 1000, "2024-01-01T00:00")
    see(bench, 900, "2024-01-02T00:00")

    assert rule.watch(bench.view)[0].until_ms == ends


def test_deny_watches_nothing(bench: Any) -> None:
    rule = bench.build("weekly_loss", limit="6%", action="deny")
    see(bench, 1000, "2024-01-01T00:00")
    see(bench, 900, "2024-01-02T00:00")

    assert not rule.needs.watch
    assert rule.assess(bench.buy(), bench.view).action is None


@pytest.mark.parametrize("timezone", ["Mars/Olympus", "../etc", "", "UTC "])
def test_refuses_a_zone_nobody_knows(bench: Any, timezone: str) -> None:
    with pytest.raises(ValidationError):
        bench.config("daily_loss", limit="3%", timezone=timezone)
