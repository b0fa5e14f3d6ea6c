"""backtesting.py, with averages computed in numpy as its documentation suggests."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from backtesting import Backtest, Strategy
from turn import CASH, FAST, FEE, SLOW, Outcome, asked, take


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


def work(bars: Any) -> Any:
    """Prepare a run over all bars."""
    index = pd.to_datetime(np.asarray(bars[0]).astype(np.int64), unit="ms")
    names = ("Open", "High", "Low", "Close", "Volume")
    columns = {name: np.array(bars[row]) for row, name in enumerate(names, start=1)}
    frame = pd.DataFrame(columns, index=index)
    kind = Idle if asked("--idle") else Cross
    test = Backtest(frame, kind, cash=CASH, commission=FEE)

    def run() -> Outcome:
        stats = test.run()
        return len(stats["_trades"]), float(stats["_equity_curve"]["Equity"].iloc[-1])

    return run


if __name__ == "__main__":
    take(work)
