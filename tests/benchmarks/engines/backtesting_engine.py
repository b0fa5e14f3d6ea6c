"""backtesting.py, with averages computed in numpy as its documentation suggests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from backtesting import Backtest, Strategy
from turn import CASH, FAST, FEE, SLOW, Outcome, asked, take

if TYPE_CHECKING:
    from pathlib import Path


def _average(values: Any, period: int) -> Any:
    return pd.Series(values).rolling(period).mean()


class Cross(Strategy):
    """Long while the fast average is above the slow one."""

    def init(self) -> None:
        """Compute both averages over all bars."""
        self.fast = self.I(_average, self.data.Close, FAST)
        self.slow = self.I(_average, self.data.Close, SLOW)

    def next(self) -> None:
        """Decide on one bar."""
        if self.fast[-1] > self.slow[-1]:
            if not self.position:
                self.buy(size=1)
        elif self.position:
            self.position.close()


class Idle(Cross):
    """Has the indicators and does nothing with them."""

    def next(self) -> None:
        """Do nothing."""


def work(bars: Path) -> Outcome:
    """Run over the bars of a file."""
    frame = pd.read_csv(bars).rename(columns=str.capitalize).set_index("Time")
    frame.index = pd.to_datetime(frame.index, unit="s")
    test = Backtest(frame, Idle if asked("--idle") else Cross, cash=CASH, commission=FEE)
    stats = test.run()
    return len(stats["_trades"]), float(stats["_equity_curve"]["Equity"].iloc[-1])


if __name__ == "__main__":
    take(work)
