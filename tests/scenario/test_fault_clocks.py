"""Clocks that differ, jump and drift: orders still pass, and an unclear one is still resolved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from realtrade.model.order import OrderStatus
from tests.scenario.wire import WireBot

if TYPE_CHECKING:
    from pathlib import Path

    from realtrade.model.instrument import MarketType

BOTH = pytest.mark.parametrize("market", ["spot", "swap"])
POST = {"method": "POST", "path": "*/order"}


def trades(bot: WireBot) -> None:
    """Assert that orders are executed, the one with a lost answer also once."""
    first = bot.place(bot.order("0.5"))
    assert bot.until_over(first) is OrderStatus.FILLED
    bot.exchange.arm("lost_answer", match=POST)
    second = bot.place(bot.order("0.25"))
    assert bot.until_over(second) is OrderStatus.FILLED
    bot.settle(30)


@BOTH
@pytest.mark.parametrize("skew_ms", [10_000, -10_000])
def test_a_clock_ten_seconds_off_is_measured_and_lived_with(
    market: MarketType, skew_ms: int, tmp_path: Path
) -> None:
    bot = WireBot(tmp_path, market)
    bot.exchange.clock.skew_ms = skew_ms
    with bot:
        trades(bot)
        assert len(bot.ledger().accepted) == 2


@BOTH
@pytest.mark.parametrize("step_ms", [10_000, -6_000])
def test_a_clock_that_jumps_costs_one_refusal(watchful: None, bot: WireBot, step_ms: int) -> None:
    """After a jump back, balances are taken by the first look once time has caught up."""
    trades(bot)
    bot.exchange.clock.skew_ms = step_ms

    trades(bot)

    assert len(bot.ledger().accepted) == 4


@BOTH
def test_a_clock_that_drifts_is_measured_again(bot: WireBot) -> None:
    """At four times our speed it is out of the window of five seconds within two of ours."""
    bot.exchange.clock.drift_ppm = 3_000_000.0
    for _ in range(2):
        bot.wait(2)
        trades(bot)

    assert len(bot.ledger().accepted) == 4


@pytest.mark.parametrize("skew_ms", [10_000, -10_000])
def test_an_order_that_never_arrived_is_given_up_by_the_exchanges_clock(
    skew_ms: int, tmp_path: Path, short_lived: None
) -> None:
    bot = WireBot(tmp_path, "spot")
    bot.exchange.clock.skew_ms = skew_ms
    with bot:
        bot.exchange.arm("reset_before", match=POST)
        name = bot.place(bot.order("0.5"))

        assert bot.until_over(name) is OrderStatus.REJECTED
        bot.settle()
        assert bot.ledger().accepted == []
