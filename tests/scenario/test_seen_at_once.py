"""An execution is on the page and told as a trade as soon as it is booked: the next bar is far."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import pytest

from realtrade.engine.state import StateFolder
from realtrade.testing import SimExchange, SimMarket
from tests.scenario.restarts import SYMBOLS, Restarted

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.untraced  # traced would be the exchange only, which its own tests cover
STRATEGY = """
import backtrader as bt


class Target(bt.Strategy):
    def next(self):
        if self.data.close[0] == 1001:
            self.buy_bracket(size=0.02, price=990, stopprice=950, limitprice=1100)
"""
RECIPE = """\
strategy: {type: python, class: "target:Target"}
monitor: {http: "127.0.0.1:0"}
"""


def test_the_page_is_no_bar_behind_the_journal(tmp_path: Path) -> None:
    with SimExchange([SimMarket(symbol=SYMBOLS["swap"], lot=Decimal("0.001"))]) as exchange:
        bot = Restarted(exchange, tmp_path, "swap", RECIPE)
        (tmp_path / "target.py").write_text(STRATEGY)
        bot.history()
        bot.begin()
        bot.minute(1001, alive=True)
        bot.settle(0)
        running = StateFolder(tmp_path / "state" / "restarted").running()
        assert running is not None

        def page() -> dict[str, Any]:
            with urlopen(f"http://{running.address}/status", timeout=10) as answer:
                shown: dict[str, Any] = json.load(answer)
            return shown

        exchange.walk(bot.symbol, 985)
        bot.until(lambda: len(page()["fills"]) == 1)
        exchange.walk(bot.symbol, 1105)
        bot.until(lambda: page()["trades"] == 1)
        bot.until(lambda: "event=trade_closed" in bot.tail())
        shown = page()
        with closing(sqlite3.connect(bot.journal)) as database:
            rows = database.execute("select side, price, fee from fill order by seq desc")
            fills = [(side, Decimal(price), Decimal(fee)) for side, price, fee in rows]
        bot.ended()

    told = [(one["side"], Decimal(one["price"]), Decimal(one["fee"])) for one in shown["fills"]]
    assert told == fills
    assert float(shown["fees"]) == sum(float(fee) for _, _, fee in reversed(fills))
