"""Strategies of Backtrader's users run from a recipe as they are, and trade as they always did."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

import backtrader as bt
import pandas as pd
import pytest

from realtrade.engine import TradingRunner
from realtrade.plugins.ports.build import BuildContext
from realtrade.recipe import load_recipe
from realtrade.strategies.python import build
from realtrade.strategies.python_config import PythonConfig
from realtrade.utils.clock import ManualClock

if TYPE_CHECKING:
    from collections.abc import Sequence

SAMPLES = Path(__file__).parent / "samples"
DATA = Path(__file__).parents[2] / "recipes" / "data"
HOURLY = ("coinbase-btc-usd-1h.csv",)
DAILY = ("made-up-btc-usd-1d.csv", "made-up-eth-usd-1d.csv")
TWO_FEEDS = (
    "feeds=null",
    *(
        f"feeds.{name}={{type: file, path: '../../../recipes/data/made-up-{name}-usd-1d.csv', "
        f"symbol: {name.upper()}/USD, timeframe: 1d}}"
        for name in ("btc", "eth")
    ),
    "backtest.from=null",
    "backtest.to=null",
)

CASES: dict[str, tuple[Sequence[str], int]] = {
    "ThreeDown": (HOURLY, 80),
    "CrossSignal": (HOURLY, 70),
    "Brackets": (HOURLY, 20),
    "OneOfThree": (HOURLY, 20),
    "Trailing": (HOURLY, 20),
    "Targets": (HOURLY, 3),
    "MacdWithStop": (HOURLY, 20),
    "TwoFeeds": (DAILY, 80),
}


class Ledger(bt.Analyzer):
    """Every fill, and every closed trade."""

    def __init__(self) -> None:
        self.trades: list[tuple[str, str, float]] = []
        self.value = 0.0

    def notify_trade(self, trade: Any) -> None:
        if trade.isclosed:
            opened, closed = (
                f"{bt.num2date(one):%Y-%m-%dT%H:%M:%SZ}" for one in (trade.dtopen, trade.dtclose)
            )
            self.trades.append((opened, closed, trade.pnlcomm))

    def stop(self) -> None:
        self.value = self.strategy.broker.getvalue()


def _stock(name: str, files: Sequence[str]) -> Ledger:
    cerebro = bt.Cerebro(stdstats=False)
    for file in files:
        frame = pd.read_csv(DATA / file, parse_dates=["time"], index_col="time").tz_localize(None)
        if files is HOURLY:
            frame = frame.loc["2017-11-01":"2018-01-31"]
        minutes = 60 if files is HOURLY else 1440
        feed = bt.feeds.PandasData(
            dataname=frame.astype(float), timeframe=bt.TimeFrame.Minutes, compression=minutes
        )
        cerebro.adddata(feed)
    config = PythonConfig.model_validate({"class": f"samples:{name}"})
    context = BuildContext(name="strategy", folder=SAMPLES, clock=ManualClock())
    cerebro.addstrategy(build(config, context).cls)
    cerebro.broker.setcash(1_000_000)
    cerebro.broker.setcommission(commission=0.0005)
    cerebro.addanalyzer(Ledger, _name="ledger")
    ledger: Ledger = cerebro.run()[0].analyzers.ledger
    return ledger


@pytest.mark.untraced
@pytest.mark.parametrize("name", CASES)
def test_trades_from_a_recipe_as_in_plain_backtrader(name: str, tmp_path: Path) -> None:
    files, least = CASES[name]
    sets = (f"strategy.class='samples:{name}'", *(TWO_FEEDS if files is DAILY else ()))

    outcome = TradingRunner(load_recipe(SAMPLES / "recipe.yaml", sets=sets), out=tmp_path).run()
    stock = _stock(name, files)

    with (tmp_path / "trades.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert outcome.crash is None
    assert [(row["opened"], row["closed"]) for row in rows] == [row[:2] for row in stock.trades]
    assert [float(row["pnl"]) for row in rows] == pytest.approx([row[2] for row in stock.trades])
    assert float(outcome.summary["final_equity"]) == pytest.approx(stock.value, rel=1e-12)
    assert len(rows) >= least
