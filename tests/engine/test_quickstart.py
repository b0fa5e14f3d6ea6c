"""The quickstart recipe against plain, stock Backtrader on the same file."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import backtrader as bt
import pytest

from realtrade.engine import RunOutcome, TradingRunner
from realtrade.recipe import load_recipe
from realtrade.strategies import MaCross

RECIPES = Path(__file__).parents[2] / "recipes"


class ShareOfEquity(bt.Sizer):
    """95 % of the account's value, as anybody would write it for Backtrader."""

    def _getsizing(self, comminfo: Any, cash: float, data: Any, isbuy: bool) -> float:
        held = self.broker.getposition(data).size
        if held:
            return float(held)
        worth, price = Decimal(repr(self.broker.getvalue())), Decimal(repr(data.close[0]))
        return float(worth * Decimal("0.95") / price)


class Diary(MaCross):
    """Writes down what becomes of it."""

    def __init__(self) -> None:
        super().__init__()
        self.fills: list[tuple[str, float, float]] = []
        self.trades: list[tuple[str, str, float, float, float]] = []
        self.equity: list[float] = []

    def notify_cashvalue(self, cash: float, value: float) -> None:
        self.equity.append(value)

    def notify_order(self, order: Any) -> None:
        super().notify_order(order)
        if order.status == order.Completed:
            (bit,) = order.executed.exbits
            self.fills.append((_text(bit.dt), bit.size, bit.price))

    def notify_trade(self, trade: Any) -> None:
        if trade.isclosed:
            self.trades.append(
                (
                    _text(trade.dtopen),
                    _text(trade.dtclose),
                    trade.price,
                    trade.pnlcomm,
                    trade.commission,
                )
            )


def _text(number: float) -> str:
    return f"{bt.num2date(number):%Y-%m-%dT%H:%M:%SZ}"


@pytest.fixture(scope="module")
def stock() -> Any:
    """Run the strategy as Backtrader's users have it today."""
    cerebro = bt.Cerebro(stdstats=False)
    feed = bt.feeds.GenericCSVData(
        dataname=str(RECIPES / "data" / "coinbase-btc-usd-1h.csv"),
        dtformat="%Y-%m-%dT%H:%M:%SZ",
        openinterest=-1,
        timeframe=bt.TimeFrame.Minutes,
        compression=60,
    )
    cerebro.adddata(feed)
    cerebro.broker.setcash(10_000)
    cerebro.broker.setcommission(commission=0.0005)
    cerebro.addsizer(ShareOfEquity)
    cerebro.addstrategy(Diary, fast=20, slow=60)
    return cerebro.run()[0]


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> RunOutcome:
    """Run the recipe."""
    recipe = load_recipe(RECIPES / "quickstart.yaml")
    return TradingRunner(recipe, out=tmp_path_factory.mktemp("quickstart")).run()


def _rows(outcome: RunOutcome, name: str) -> list[dict[str, str]]:
    assert outcome.folder is not None
    with (outcome.folder / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_ends_with_the_same_money_to_the_last_digit(stock: Any, ours: RunOutcome) -> None:
    assert ours.ending == "completed"
    assert ours.summary["final_equity"] == repr(stock.broker.getvalue())
    assert ours.summary["trades"] == len(stock.trades)
    assert len(stock.trades) > 150


def test_makes_the_same_trades(stock: Any, ours: RunOutcome) -> None:
    rows = _rows(ours, "trades.csv")

    entries, exits = stock.fills[::2], stock.fills[1::2]
    assert [(row["opened"], float(row["quantity"]), float(row["entry_price"])) for row in rows] == [
        (time, size, price) for time, size, price in entries[: len(rows)]
    ]
    assert [(row["closed"], float(row["quantity"]), float(row["exit_price"])) for row in rows] == [
        (time, -size, price) for time, size, price in exits
    ]
    for row, (opened, closed, _, pnl, fees) in zip(rows, stock.trades, strict=True):
        assert (row["opened"], row["closed"]) == (opened, closed)
        assert float(row["pnl"]) == pytest.approx(pnl, rel=1e-9)
        assert float(row["fees"]) == pytest.approx(fees, rel=1e-12)


def test_has_the_same_equity_after_every_bar(stock: Any, ours: RunOutcome) -> None:
    rows = _rows(ours, "equity.csv")

    assert [float(row["equity"]) for row in rows] == stock.equity
    assert len(rows) == 20_111
    assert (rows[0]["time"], rows[-1]["time"]) == ("2017-07-01T11:00:00Z", "2019-10-17T09:00:00Z")


def test_takes_the_fast_path(ours: RunOutcome) -> None:
    assert ours.summary["path"] == "fast"
