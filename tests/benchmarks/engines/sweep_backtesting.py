"""backtesting.py's own search, `Backtest.optimize`, on all cores."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import pandas as pd
from backtesting import Backtest
from backtesting_engine import Cross as Fixed
from backtesting_engine import _average
from sweep_values import search, values
from turn import CASH, FEE, Outcome

if TYPE_CHECKING:
    from pathlib import Path


class Cross(Fixed):
    """Long while the fast average is above the slow one."""

    fast_bars = 10
    slow_bars = 30

    def init(self) -> None:
        """Compute both averages over all bars."""
        self.fast = self.I(_average, self.data.Close, self.fast_bars)
        self.slow = self.I(_average, self.data.Close, self.slow_bars)


def work(bars: Path) -> Outcome:
    """Search over the bars of a file."""
    frame = pd.read_csv(bars).rename(columns=str.capitalize).set_index("Time")
    frame.index = pd.to_datetime(frame.index, unit="s")
    test = Backtest(frame, Cross, cash=CASH, commission=FEE)
    fasts, slows = values()
    with warnings.catch_warnings(action="ignore"):
        best = test.optimize(
            fast_bars=list(fasts), slow_bars=list(slows), maximize="Equity Final [$]"
        )
    return int(best["# Trades"]), float(best["Equity Final [$]"])


if __name__ == "__main__":
    search(work)
