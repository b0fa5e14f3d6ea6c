"""What a strategy wants on bars from before its start: only it is told that nothing comes of it."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from realtrade.engine.controls import HaltNote
from realtrade.engine.state import StateFolder
from realtrade.testing import SimExchange, SimMarket
from tests.scenario.restarts import SYMBOLS, Restarted

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.untraced  # traced would be the exchange only, which its own tests cover
STRATEGY = '''
import pathlib

import backtrader as bt


class Eager(bt.Strategy):
    """Sells what it has not, buys at 1001, and writes down what is refused."""

    def next(self):
        if self.data.close[0] == 1001:
            self.buy(size=0.01, exectype=bt.Order.Limit, price=900)
        else:
            self.sell(size=0.01, exectype=bt.Order.Limit, price=1200)

    def notify_order(self, order):
        if order.status == order.Rejected:
            with pathlib.Path(__file__).with_name("refused.txt").open("a") as file:
                print(order.info.rule, file=file)
'''
RECIPE = 'strategy: {type: python, class: "eager:Eager"}\n'
HALT = HaltNote(reason="enough", by="cli", time_ms=1)


@pytest.mark.parametrize("market", ["spot", "swap"])
@pytest.mark.parametrize("halted", [False, True])
def test_only_the_strategy_hears_of_orders_on_bars_of_before_the_start(
    tmp_path: Path, market: str, *, halted: bool
) -> None:
    with SimExchange([SimMarket(symbol=SYMBOLS[market])]) as exchange:
        bot = Restarted(exchange, tmp_path, market, RECIPE)
        (tmp_path / "eager.py").write_text(STRATEGY)
        if halted:
            StateFolder(tmp_path / "state" / "restarted").remember(HALT)
        bot.history()
        bot.begin()
        bot.minute(1001, alive=True)
        bot.settle(0)
        log = bot.tail()
        bot.ended()

        arrived = len(exchange.truth(bot.key).orders)

    refused = (tmp_path / "refused.txt").read_text().split()
    before = refused.count("warm_up")
    assert before >= 30, "the recipe's history"
    assert re.findall(r"not placed: (\d+) orders", log) == [str(before)]
    with closing(sqlite3.connect(bot.journal)) as journal:
        told = journal.execute("select message from event where type = 'order_denied'").fetchall()
    assert ["operator: halted" in message for (message,) in told] == [True] * halted
    assert arrived == (0 if halted else 1)
