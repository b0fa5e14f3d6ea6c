"""A bracket whose entry is executed while nobody runs: its exits rest behind the next start."""

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


class Bracket(bt.Strategy):
    def next(self):
        if self.data.close[0] == 1001:
            self.buy_bracket(size=0.02, price=990, stopprice=950, limitprice=1100)
"""


@pytest.mark.parametrize(("market", "sold"), [("spot", "0.019"), ("swap", "0.02")])
def test_exits_rest_for_an_entry_executed_while_nobody_ran(
    tmp_path: Path, market: str, sold: str
) -> None:
    with SimExchange([SimMarket(symbol=SYMBOLS[market], lot=Decimal("0.001"))]) as exchange:
        recipe = 'strategy: {type: python, class: "bracket:Bracket"}'
        bot = Restarted(exchange, tmp_path, market, recipe)
        (tmp_path / "bracket.py").write_text(STRATEGY)
        bot.history()
        bot.begin()
        bot.minute(1001, alive=True)
        mark_ms = bot.settle(0)
        bot.bot.kill()
        bot.minute(985, alive=False)
        bot.begin()
        bot.minute(1000, alive=True)
        bot.settle(mark_ms)

        left = bot.ended()

    assert [fill[:2] for fill in left.fills] == [("buy", Decimal("0.02"))]
    assert left.orders == {("sell", "1100", sold), ("sell", "None", sold)}
