"""Backtests on single trades, several of one moment: what Backtrader's own engine makes of them."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import backtrader as bt
import numpy as np
import pandas as pd
import pytest

from realtrade.engine import TradingRunner
from realtrade.engine.bank import Shelf
from realtrade.engine.check.market import Market
from realtrade.model.bar import BarColumns
from realtrade.model.instrument import Instrument
from realtrade.recipe import load_recipe
from realtrade.utils.timeframes import Timeframe

if TYPE_CHECKING:
    from pathlib import Path

RECIPE = """\
realtrade: v1
name: ticks
mode: backtest
feeds:
  t: {{type: file, path: t.csv, symbol: BTC/USDT:USDT, timeframe: tick}}
  m: {{resample: t, timeframe: 10s}}
strategy: {{type: python, class: "tests.engine.test_ticks:Crossing", feeds: {feeds}}}
{more}
backtest: {{cash: 10000 USDT}}
"""


class Crossing(bt.Strategy):
    """Trades where two averages cross."""

    def __init__(self) -> None:
        fast, slow = (bt.indicators.SMA(self.data, period=period) for period in (5, 20))
        self.cross = bt.indicators.CrossOver(fast, slow)

    def next(self) -> None:
        if self.cross > 0:
            self.buy(size=1)
        elif self.cross < 0 and self.position:
            self.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    chance, at_ms, cents = Random(3), 1_700_000_000_000, 10_000  # noqa: S311 - prices of a test
    lines = ["time,price,quantity"]
    for _ in range(3_000):
        at_ms += chance.choice((0, 0, 0, 1, 40, 2_000, 9_000))
        cents += chance.choice((-3, -1, 0, 1, 3))
        lines.append(f"{at_ms},{cents / 100:.2f},{chance.randrange(1, 9) / 4}")
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


def run(folder: Path, feeds: str = "[t]", more: str = "") -> Any:
    recipe = folder / "recipe.yaml"
    recipe.write_text(RECIPE.format(feeds=feeds, more=more))
    return TradingRunner(load_recipe(recipe), out=folder / "out").run()


def test_trades_are_traded_as_backtrader_does(folder: Path) -> None:
    frame = pd.read_csv(folder / "t.csv")
    frame.index = pd.to_datetime(frame.pop("time"), unit="ms")
    frame["open"] = frame["high"] = frame["low"] = frame["close"] = frame.pop("price")
    stock = bt.Cerebro(stdstats=False)
    stock.adddata(bt.feeds.PandasData(dataname=frame, volume="quantity", openinterest=None))
    stock.addstrategy(Crossing)
    stock.run()

    outcome = run(folder)

    assert frame.index.duplicated().sum() > 1_000
    assert outcome.summary["bars"] == 3_000
    assert outcome.summary["trades"] > 30
    assert float(outcome.summary["final_equity"]) == stock.broker.getvalue()
    assert outcome.summary["sharpe"] is None


@pytest.mark.parametrize("feeds", ["[t]", "[t, m]", "[m, t]", "[m]"])
def test_a_rule_that_looks_at_every_bar_changes_no_trade(folder: Path, feeds: str) -> None:
    quick = run(folder, feeds)
    thorough = run(folder, feeds, "risk: {all: {type: max_drawdown, limit: 99%}}")

    assert quick.summary["trades"] > 3
    assert quick.summary["final_equity"] == thorough.summary["final_equity"]


@pytest.mark.parametrize(
    ("length", "times", "expected"),
    [
        ("tick", [0, 0, 100, 3_000], 1_000),
        ("tick", [5, 5], 1),
        ("tick", [5], 1),
        ("1m", [0, 60_000], 60_000),
    ],
)
def test_a_check_counts_ticks_by_how_far_they_are_apart(
    length: str, times: list[int], expected: int
) -> None:
    frame, at = Timeframe.parse(length), np.array(times, np.int64)
    one = np.ones(len(at))
    columns = BarColumns(at, at, one, one, one, one, one)
    block: Any = None
    shelf = Shelf(block, Instrument("A/B", "A", "B"), frame, columns)

    assert Market({"t": shelf}, frame).length_ms("t") == expected
