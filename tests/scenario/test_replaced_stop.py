"""A strategy that replaces its stop at each bar: one rests, also while it is shown missed bars."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from realtrade.testing import SimExchange, SimMarket
from tests.scenario.restarts import SYMBOLS, Restarted

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.untraced  # traced would be the exchange only, which its own tests cover
STRATEGY = """
import backtrader as bt


class Trailing(bt.Strategy):
    resting = None

    def next(self):
        if self.resting is not None:
            self.cancel(self.resting)
        if self.position:
            price = self.data.close[0] - 50
            self.resting = self.sell(size=0.02, exectype=bt.Order.Stop, price=price)
        elif self.data.close[0] == 1001:
            self.buy(size=0.02)
"""


def test_one_stop_rests_before_and_behind_the_bars_missed(tmp_path: Path) -> None:
    with SimExchange([SimMarket(symbol=SYMBOLS["swap"], lot=Decimal("0.001"))]) as exchange:
        recipe = 'strategy: {type: python, class: "trailing:Trailing"}'
        bot = Restarted(exchange, tmp_path, "swap", recipe)
        (tmp_path / "trailing.py").write_text(STRATEGY)
        bot.history()
        bot.begin()
        mark_ms = 0
        for close in (1001, 1002, 1003):
            bot.minute(close, alive=True)
            mark_ms = bot.settle(mark_ms)
        before = exchange.truth(bot.key).open_orders
        bot.bot.kill()
        for close in (1004, 1005, 1006):
            bot.minute(close, alive=False)
        bot.begin()
        bot.until(lambda: "decided on bars from before" in bot.tail())
        resting = exchange.truth(bot.key).open_orders
        bot.minute(1010, alive=True)
        bot.settle(mark_ms)

        left = bot.ended()

    assert len(before) == 1
    assert [one.id for one in resting] == [one.id for one in before]
    assert left.held == Decimal("0.02")
    assert [(side, quantity) for side, _, quantity in left.orders] == [("sell", "0.02")]
