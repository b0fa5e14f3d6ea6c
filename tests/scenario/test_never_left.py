"""Killed between an order's commit and its way out: the next start asks today's rules about it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from realtrade.engine.controls import HaltNote
from realtrade.engine.state import StateFolder
from realtrade.testing import SimExchange, SimMarket
from tests.scenario.kill_points import KillPoint
from tests.scenario.restarts import SYMBOLS, Restarted

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.untraced  # traced would be the exchange only, which its own tests cover
STRATEGY = '''
import backtrader as bt


class Pair(bt.Strategy):
    """Waits below for one of two purchases; the second is remembered apart from its sending."""

    def next(self):
        if self.data.close[0] == 1001:
            first = self.buy(size=0.05, exectype=bt.Order.Limit, price=900)
            self.buy(size=0.06, exectype=bt.Order.Limit, price=800, oco=first)
'''
PLAIN = 'strategy: {type: python, class: "pair:Pair"}\n'
TIGHTER = PLAIN + "risk: {size: {type: max_order_size, quantity: 0.055, action: deny}}\n"
HALT = HaltNote(reason="enough", by="cli", time_ms=1)
SECOND = Decimal("0.06")
STOOD = """select status, reason from "order" join intent using (client_order_id)
    where quantity + 0 = ? + 0"""


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        ("a tighter rule", "size"),
        ("a standing halt", "operator"),
    ],
)
def test_the_second_order_goes_nowhere_if_it_may_not_today(
    after: str, reason: str, tmp_path: Path
) -> None:
    with SimExchange([SimMarket(symbol=SYMBOLS["swap"], lot=Decimal("0.001"))]) as exchange:
        bot = Restarted(exchange, tmp_path, "swap", PLAIN)
        (tmp_path / "pair.py").write_text(STRATEGY)
        bot.history()
        bot.begin(KillPoint("hand_over", after=False, nth=2))
        opens_ms = exchange.player.next_open_ms(bot.symbol, "1m")
        bot.minute(999, alive=True)  # a bot that has done no bar runs none again
        bot.settle(opens_ms - 1)
        bot.minute(1001, alive=True)
        bot.until(bot.died)
        bot.bot.kill()
        if after == "a tighter rule":
            recipe = tmp_path / "bot.yaml"
            recipe.write_text(recipe.read_text().replace(PLAIN, TIGHTER))
        elif after == "a standing halt":
            StateFolder(tmp_path / "state" / "restarted").remember(HALT)

        bot.begin()
        bot.settle(opens_ms)
        assert bot.bot.stop(60) == 0, bot.tail()

        arrived = [one for one in exchange.truth(bot.key).orders if one.quantity == SECOND]
        with closing(sqlite3.connect(bot.journal)) as journal:
            found = journal.execute(STOOD, (str(SECOND),)).fetchall()
    assert arrived == []
    ((status, told),) = found
    assert (status, told.partition(":")[0]) == ("denied", reason)
