"""Rules that wait: after exits, losses, at certain hours."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from realtrade.model.verdict import Approved, Denied

HOUR = 3_600_000
ETH = "ETH/USDT"


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


# -- cooldown


@pytest.mark.parametrize(
    ("gain", "later_ms", "expected"),
    [
        (1, HOUR - 1, Denied),
        (1, HOUR, Approved),
        (0, HOUR, Approved),
        (-1, HOUR, Denied),
        (-1, 6 * HOUR - 1, Denied),
        (-1, 6 * HOUR, Approved),
    ],
)
def test_waits_after_an_exit_and_longer_after_a_loss(
    bench: Any, gain: int, later_ms: int, expected: type
) -> None:
    rule = bench.build("cooldown", after_exit="1h", after_loss="6h")
    bench.trade(gain, at_ms=0)

    bench.account.now_ms = later_ms

    assert isinstance(rule.assess(bench.buy(), bench.view), expected)


@pytest.mark.parametrize(
    ("gain", "reason"),
    [
        (1, "BTC/USDT was closed in profit, 0:59:00 of 1:00:00 are left to wait"),
        (0, "BTC/USDT was closed in profit, 0:59:00 of 1:00:00 are left to wait"),
        (-1, "BTC/USDT was closed at a loss, 1:59:00 of 2:00:00 are left to wait"),
    ],
)
def test_says_how_long_is_left(bench: Any, gain: int, reason: str) -> None:
    rule = bench.build("cooldown", after_exit="1h", after_loss="2h")
    bench.trade(gain, at_ms=0)
    bench.account.now_ms = 60_000

    assert rule.assess(bench.buy(), bench.view) == Denied("cooldown", reason)


def test_a_profit_needs_no_wait_with_after_loss_alone(bench: Any) -> None:
    rule = bench.build("cooldown", after_loss="1h")
    bench.trade(1)

    assert rule.assess(bench.buy(), bench.view) == Approved()


def test_an_older_loss_outlasts_a_newer_profit(bench: Any) -> None:
    rule = bench.build("cooldown", after_exit="1h", after_loss="6h")
    bench.trade(-1, at_ms=0)
    bench.trade(1, at_ms=HOUR)
    bench.account.now_ms = 3 * HOUR

    assert isinstance(rule.assess(bench.buy(), bench.view), Denied)


@pytest.mark.parametrize(("scope", "expected"), [("symbol", Approved), ("account", Denied)])
def test_waits_with_one_symbol_or_with_all(bench: Any, scope: str, expected: type) -> None:
    rule = bench.build("cooldown", after_exit="1h", scope=scope)
    bench.trade(1)

    assert isinstance(rule.assess(bench.buy(1, ETH), bench.view), expected)


def test_reductions_need_no_wait(bench: Any) -> None:
    rule = bench.build("cooldown", after_exit="1h")
    bench.trade(1)
    bench.hold(1)

    assert rule.assess(bench.sell(), bench.view) == Approved()


def test_a_cooldown_needs_a_wait(bench: Any) -> None:
    with pytest.raises(ValidationError, match="needs `after_exit` or `after_loss`"):
        bench.config("cooldown")
    with pytest.raises(ValidationError, match="more than no time"):
        bench.config("cooldown", after_exit="0s")


# -- symbol_loss


def test_leaves_a_symbol_alone_after_too_many_losses(bench: Any) -> None:
    rule = bench.build("symbol_loss", losses=2, within="24h", pause="12h")
    bench.trade(-1, at_ms=0)
    assert rule.assess(bench.buy(), bench.view) == Approved()
    bench.trade(5, at_ms=HOUR)
    bench.trade(-1, at_ms=2 * HOUR)

    assert rule.assess(bench.buy(), bench.view) == Denied(
        "symbol_loss",
        "BTC/USDT lost 2 times within 1 day, 0:00:00, limit 2, pausing for 12:00:00",
    )
    assert rule.assess(bench.buy(1, ETH), bench.view) == Approved()
    bench.account.now_ms = 14 * HOUR - 1
    assert isinstance(rule.assess(bench.buy(), bench.view), Denied)
    bench.account.now_ms = 14 * HOUR
    assert rule.assess(bench.buy(), bench.view) == Approved()


@pytest.mark.parametrize(
    ("second_ms", "expected"), [(24 * HOUR - 1, Denied), (24 * HOUR, Approved)]
)
def test_losses_count_within_the_span_before_the_last(
    bench: Any, second_ms: int, expected: type
) -> None:
    rule = bench.build("symbol_loss", losses=2, within="24h", pause="12h")
    bench.trade(-1, at_ms=0)
    bench.trade(-1, at_ms=second_ms)

    assert isinstance(rule.assess(bench.buy(), bench.view), expected)


@pytest.mark.parametrize("gain", ["0", "0.5"])
def test_only_losses_are_counted(bench: Any, gain: str) -> None:
    rule = bench.build("symbol_loss", losses=2, within="24h", pause="1h")
    bench.trade(gain, at_ms=0)
    bench.trade(-1, at_ms=1)

    assert rule.assess(bench.buy(), bench.view) == Approved()


@pytest.mark.parametrize("gain", ["0", "0.5"])
def test_what_loses_nothing_is_no_loss(bench: Any, gain: str) -> None:
    rule = bench.build("symbol_loss", losses=2, within="24h", pause="1h")
    bench.trade(-1, at_ms=0)
    bench.trade(gain, at_ms=HOUR // 2)
    assert rule.assess(bench.buy(), bench.view) == Approved()
    bench.trade(-1, at_ms=HOUR)
    bench.trade(gain, at_ms=2 * HOUR - 1)
    assert isinstance(rule.assess(bench.buy(), bench.view), Denied)

    bench.account.now_ms = 2 * HOUR

    assert rule.assess(bench.buy(), bench.view) == Approved()


@pytest.mark.parametrize(("second", "expected"), [("-1.99", Approved), ("-2", Denied)])
def test_leaves_a_symbol_alone_after_too_great_a_loss(
    bench: Any, second: str, expected: type
) -> None:
    rule = bench.build("symbol_loss", loss="5%", within="24h", pause="12h")
    bench.trade(-4, at_ms=0)
    bench.trade(1, at_ms=HOUR)
    bench.trade(second, at_ms=2 * HOUR)

    assert isinstance(rule.assess(bench.buy(), bench.view), expected)


def test_says_the_sum_of_results(bench: Any) -> None:
    rule = bench.build("symbol_loss", loss="5%", within="1h", pause="1h")
    bench.trade(-6)

    assert rule.assess(bench.buy(), bench.view) == Denied(
        "symbol_loss", "BTC/USDT lost 6.00% within 1:00:00, limit 5.00%, pausing for 1:00:00"
    )


def test_lets_reductions_of_the_symbol_pass(bench: Any) -> None:
    rule = bench.build("symbol_loss", losses=1, within="24h", pause="12h")
    bench.trade(-1)
    bench.hold(1)

    assert rule.assess(bench.sell(), bench.view) == Approved()


def test_a_symbol_loss_needs_a_limit(bench: Any) -> None:
    with pytest.raises(ValidationError, match="needs `losses` or `loss`"):
        bench.config("symbol_loss", within="1h", pause="1h")


# -- trading_hours


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2024-01-05T09:29:59", Denied),
        ("2024-01-05T09:30", Approved),
        ("2024-01-05T15:59:59", Approved),
        ("2024-01-05T16:00", Denied),
        ("2024-01-06T12:00", Denied),
        ("2024-01-08T12:00", Approved),
    ],
)
def test_enters_at_certain_hours_only(bench: Any, moment: str, expected: type) -> None:
    rule = bench.build("trading_hours", days="mon-fri", **{"from": "09:30", "to": "16:00"})
    bench.account.now_ms = at(moment)

    assert isinstance(rule.assess(bench.buy(), bench.view), expected)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2024-01-05T21:59", Denied),
        ("2024-01-05T22:00", Approved),
        ("2024-01-06T01:59", Approved),
        ("2024-01-06T02:00", Denied),
        ("2024-01-06T22:00", Denied),
        ("2024-01-05T01:00", Denied),
    ],
)
def test_hours_over_midnight_belong_to_the_day_they_begin_on(
    bench: Any, moment: str, expected: type
) -> None:
    rule = bench.build("trading_hours", days="fri", **{"from": "22:00", "to": "02:00"})
    bench.account.now_ms = at(moment)

    assert isinstance(rule.assess(bench.buy(), bench.view), expected)


def test_hours_are_those_of_the_time_zone(bench: Any) -> None:
    settings = {"from": "09:30", "to": "16:00", "timezone": "America/New_York"}
    rule = bench.build("trading_hours", **settings)
    bench.account.now_ms = at("2024-01-05T14:29")
    assert rule.assess(bench.buy(), bench.view) == Denied(
        "trading_hours", "Fri 09:29 America/New_York is outside the trading hours"
    )

    bench.account.now_ms = at("2024-07-05T13:30")

    assert rule.assess(bench.buy(), bench.view) == Approved()


def test_without_hours_whole_days_are_open(bench: Any) -> None:
    rule = bench.build("trading_hours", days="sat-sun")
    bench.account.now_ms = at("2024-01-06T00:00")
    assert rule.assess(bench.buy(), bench.view) == Approved()

    bench.account.now_ms = at("2024-01-08T00:00")

    assert isinstance(rule.assess(bench.buy(), bench.view), Denied)


def test_reductions_pass_at_all_hours(bench: Any) -> None:
    rule = bench.build("trading_hours", days="sat")
    bench.account.now_ms = at("2024-01-08T00:00")
    bench.hold(1)

    assert rule.assess(bench.sell(), bench.view) == Approved()


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon-fri", {0, 1, 2, 3, 4}),
        ("fri-mon", {4, 5, 6, 0}),
        ("mon, wed,sat-sun", {0, 2, 5, 6}),
        ("sun", {6}),
    ],
)
def test_reads_days(bench: Any, text: str, days: set[int]) -> None:
    assert bench.config("trading_hours", days=text).days == days


@pytest.mark.parametrize("days", ["", "monday", "mon-", "mon-xxx", "Mon", 3, "mon-tue-wed"])
def test_refuses_days_nobody_knows(bench: Any, days: Any) -> None:
    with pytest.raises(ValidationError):
        bench.config("trading_hours", days=days)


@pytest.mark.parametrize("hour", ["9", "25:00", "noon", 9, "09:00+01:00"])
def test_refuses_hours_nobody_knows(bench: Any, hour: Any) -> None:
    with pytest.raises(ValidationError):
        bench.config("trading_hours", **{"from": hour})


# -- blackout


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2024-06-12T17:29:59", Approved),
        ("2024-06-12T17:30", Denied),
        ("2024-06-12T18:59:59", Denied),
        ("2024-06-12T19:00", Approved),
    ],
)
def test_enters_nothing_within_a_blackout(bench: Any, moment: str, expected: type) -> None:
    span = {"from": "2024-06-12T17:30", "to": "2024-06-12T21:00+02:00"}
    rule = bench.build("blackout", **span)
    bench.account.now_ms = at(moment)

    assert isinstance(rule.assess(bench.buy(), bench.view), expected)


def test_says_the_span_and_lets_reductions_pass(bench: Any) -> None:
    rule = bench.build("blackout", **{"from": "2024-06-12", "to": "2024-06-13"})
    bench.account.now_ms = at("2024-06-12T12:00")

    assert rule.assess(bench.buy(), bench.view) == Denied(
        "blackout", "no entries from 2024-06-12T00:00:00+00:00 to 2024-06-13T00:00:00+00:00"
    )
    bench.hold(1)
    assert rule.assess(bench.sell(), bench.view) == Approved()


@pytest.mark.parametrize(
    "span",
    [
        {"from": "2024-06-12", "to": "2024-06-12"},
        {"from": "2024-06-12", "to": "tomorrow"},
        {"from": 20240612, "to": "2024-06-13"},
        {"from": "2024-06-12"},
    ],
)
def test_refuses_what_is_no_span(bench: Any, span: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        bench.config("blackout", **span)


def test_takes_a_moment_as_it_is(bench: Any) -> None:
    first, last = datetime(2024, 6, 12, tzinfo=UTC), datetime(2024, 6, 13, tzinfo=UTC)

    config = bench.config("blackout", **{"from": first, "to": last})

    assert (config.start, config.end) == (first, last)
