"""Fees in a third currency, over real HTTP: told as what they are, never taken for money here."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from realtrade.model.order import OrderStatus, OrderType, Side
from realtrade.monitor import PerformanceTracker
from tests.scenario.test_wire_through_ccxt import GenericBot
from tests.scenario.wire import KEY, WireBot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

D = Decimal
COIN, COINS = "ETH", D(10)  # as good as BNB: no part of the market that is traded


@pytest.fixture(params=[WireBot, GenericBot])
def bot(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[WireBot]:
    made: WireBot = request.param(tmp_path, "spot", fee_asset=COIN)
    made.exchange.core.transfer(made.exchange.account(KEY), COIN, COINS)
    with made:
        yield made


def test_what_is_bought_is_held_whole_and_the_fee_is_told_in_its_own_currency(
    bot: WireBot,
) -> None:
    bought = bot.place(bot.order("1"))
    assert bot.until_over(bought) is OrderStatus.FILLED
    bot.settle()
    assert bot.held == 1

    sold = bot.place(bot.order("1", Side.SELL, type=OrderType.LIMIT, limit_price=D(90)))
    assert bot.until_over(sold) is OrderStatus.FILLED
    bot.settle()
    assert bot.held == 0

    fills = sorted(bot.kept.fills.values(), key=lambda fill: fill.time_ms)
    assert {fill.fee_currency for fill in fills} == {COIN}
    truth = bot.exchange.truth(KEY)
    paid = sum((fill.fee for fill in fills), D(0))
    assert paid == sum((fill.fee for fill in truth.fills), D(0)) > 0
    assert truth.balances[COIN].total == COINS - paid
    assert truth.balances["USDT"].total == D("99999.99")  # a tick between bid and ask

    tracker = PerformanceTracker(100_000.0)
    for fill in fills:
        tracker.record(fill)
    assert tracker.other_fees == {COIN: pytest.approx(float(paid), rel=1e-12)}
    assert tracker.fees_paid == 0
