"""Backtrader's own search, `optstrategy`, on all cores."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import backtrader as bt
import numpy as np
from sweep_values import search, values
from sweep_work import Cross
from turn import CASH, FEE, Outcome

if TYPE_CHECKING:
    from pathlib import Path


class Rows(bt.feed.DataBase):
    """Rows of a CSV file. Backtrader's own reader of such times cannot be sent to its workers."""

    params = (("path", ""),)

    def start(self) -> None:
        """Begin at the first row."""
        super().start()
        rows = np.loadtxt(self.p.path, delimiter=",", skiprows=1)
        rows[:, 0] = rows[:, 0] / 86_400 + 719_163  # days since the year 1, as Backtrader counts
        self._rows = iter(rows.tolist())

    def _load(self) -> bool:
        row = next(self._rows, None)
        if row is None:
            return False
        lines = self.lines
        lines.datetime[0], lines.open[0], lines.high[0], lines.low[0] = row[:4]
        lines.close[0], lines.volume[0] = row[4:]
        lines.openinterest[0] = 0.0
        return True


class Told(bt.Analyzer):
    """Brings back what became of a combination."""

    def stop(self) -> None:
        """Remember trades and money."""
        self.rets = (self.strategy.closed, self.strategy.broker.getvalue())

    def get_analysis(self) -> Any:
        """Return them."""
        return self.rets


def work(bars: Path) -> Outcome:
    """Search over the bars of a file."""
    cerebro = bt.Cerebro(stdstats=False, maxcpus=len(os.sched_getaffinity(0)))
    cerebro.adddata(Rows(path=str(bars), timeframe=bt.TimeFrame.Minutes))
    fasts, slows = values()
    cerebro.optstrategy(Cross, fast=fasts, slow=slows)
    cerebro.addanalyzer(Told)
    cerebro.broker.setcash(CASH)
    cerebro.broker.setcommission(FEE)
    found = [one.analyzers[0].get_analysis() for (one,) in cerebro.run()]
    best: Outcome = max(found, key=lambda outcome: outcome[1])
    return best


if __name__ == "__main__":
    search(work)
