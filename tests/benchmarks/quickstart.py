"""Bars a second of the quickstart recipe, beside plain Backtrader on the same file in the same run.

    python tests/benchmarks/quickstart.py [--rounds 5]

Both read the CSV and trade; ours loads the recipe and writes all its artifacts as well. They take
turns, processor time is counted, and medians are compared. No ratio is printed when the final
equities differ.
"""

from __future__ import annotations

import argparse
import sys
from decimal import Decimal
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time  # noqa: TID251 - a benchmark measures
from typing import TYPE_CHECKING, Any

import backtrader as bt

from realtrade.engine import TradingRunner
from realtrade.recipe import load_recipe
from realtrade.strategies import MaCross

if TYPE_CHECKING:
    from collections.abc import Callable

RECIPES = Path(__file__).parents[2] / "recipes"
BARS = 20_111


class ShareOfEquity(bt.Sizer):
    """95 % of the account's value, as the recipe says."""

    def _getsizing(self, comminfo: Any, cash: float, data: Any, isbuy: bool) -> float:
        if held := self.broker.getposition(data).size:
            return float(held)
        worth, price = Decimal(repr(self.broker.getvalue())), Decimal(repr(data.close[0]))
        return float(worth * Decimal("0.95") / price)


def backtrader() -> float:
    """Return the final equity of stock Backtrader."""
    cerebro = bt.Cerebro(stdstats=False)
    path = str(RECIPES / "data" / "coinbase-btc-usd-1h.csv")
    cerebro.adddata(
        bt.feeds.GenericCSVData(
            dataname=path,
            dtformat="%Y-%m-%dT%H:%M:%SZ",
            openinterest=-1,
            timeframe=bt.TimeFrame.Minutes,
            compression=60,
        )
    )
    cerebro.broker.setcash(10_000)
    cerebro.broker.setcommission(commission=0.0005)
    cerebro.addsizer(ShareOfEquity)
    cerebro.addstrategy(MaCross, fast=20, slow=60)
    cerebro.run()
    return float(cerebro.broker.getvalue())


def realtrade() -> float:
    """Return the final equity of the recipe: loaded, checked, run, measured and reported."""
    with TemporaryDirectory() as out:
        outcome = TradingRunner(load_recipe(RECIPES / "quickstart.yaml"), out=Path(out)).run()
    return float(outcome.summary["final_equity"])


def timed(run: Callable[[], float]) -> tuple[float, float]:
    """Return processor seconds and final equity of one run."""
    start = process_time()
    equity = run()
    return process_time() - start, equity


def main() -> int:
    """Run both in turns and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    engines = {"Backtrader": backtrader, "realtrade": realtrade}
    seen: dict[str, list[tuple[float, float]]] = {name: [] for name in engines}
    for _ in range(rounds + 1):  # the first round warms up
        for name, run in engines.items():
            seen[name].append(timed(run))
    equities = {equity for runs in seen.values() for _, equity in runs}
    if len(equities) != 1:
        sys.stdout.write(f"no ratio: the engines end with {sorted(equities)}\n")
        return 1
    seconds = {name: median(spent for spent, _ in runs[1:]) for name, runs in seen.items()}
    for name, spent in seconds.items():
        ratio = seconds["Backtrader"] / spent
        sys.stdout.write(
            f"{name:<12} {spent:6.2f} s  {BARS / spent:>9,.0f} bars/s  {ratio:5.1f}x\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
