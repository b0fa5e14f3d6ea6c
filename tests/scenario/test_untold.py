"""A strategy hears of what became of its orders, also where the bot ended before the next bar."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from realtrade.testing import SimExchange, SimMarket
from tests.scenario.restarts import SYMBOLS, Restarted

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.untraced  # traced would be the exchange only, which its own tests cover
STRATEGY = '''
import backtrader as bt


class Guarded(bt.Strategy):
    """Enters at 990, and rests a stop when it is told that it has."""

    def next(self):
        if self.data.close[0] == 1001:
            self.buy(size=0.02, exectype=bt.Order.Limit, price=990)

    def notify_order(self, order):
        if order.isbuy() and order.status == order.Completed:
            self.sell(size=0.02, exectype=bt.Order.Stop, price=950, reduce_only=True)
'''


@pytest.mark.parametrize("heard", [True, False], ids=["filled before the end", "while nobody ran"])
@pytest.mark.parametrize("missed", [0, 2])
def test_a_stop_follows_an_entry_that_no_bar_had_told_of(
    tmp_path: Path, missed: int, *, heard: bool
) -> None:
    with SimExchange([SimMarket(symbol=SYMBOLS["swap"], lot=Decimal("0.001"))]) as exchange:
        recipe = 'strategy: {type: python, class: "guarded:Guarded"}'
        bot = Restarted(exchange, tmp_path, "swap", recipe)
        (tmp_path / "guarded.py").write_text(STRATEGY)
        bot.history()
        bot.begin()
        mark_ms = 0
        for close in (1001, 1002):
            bot.minute(close, alive=True)
            mark_ms = bot.settle(mark_ms)
        if heard:
            exchange.walk(bot.symbol, 985)
            bot.until(bot._is_booked)
        bot.bot.kill()
        exchange.walk(bot.symbol, 985)
        for _ in range(missed):
            exchange.advance(60)
        bot.begin()
        bot.minute(1000, alive=True)
        bot.settle(mark_ms)

        left = bot.ended()

    assert left.held == Decimal("0.02")
    assert [(side, quantity) for side, _, quantity in left.orders] == [("sell", "0.02")]
