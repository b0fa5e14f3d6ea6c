"""Backtrader, or backtrader-next, as their users run them: `GenericCSVData` and a Cerebro."""

from __future__ import annotations

from typing import TYPE_CHECKING

try:
    import backtrader_next as bt
except ImportError:
    import backtrader as bt
from bt_work import strategy
from turn import CASH, FEE, Outcome, asked, take

if TYPE_CHECKING:
    from pathlib import Path

_UNIX_SECONDS = 1


def work(bars: Path) -> Outcome:
    """Run over the bars of a file."""
    data = bt.feeds.GenericCSVData(
        dataname=str(bars),
        dtformat=_UNIX_SECONDS,  # the cheapest of its time formats
        openinterest=-1,
        timeframe=bt.TimeFrame.Minutes,
    )
    cerebro = bt.Cerebro(stdstats=not asked("--no-observers"))
    cerebro.adddata(data)
    cerebro.addstrategy(strategy(bt, idle=asked("--idle")))
    cerebro.broker.setcash(CASH)
    cerebro.broker.setcommission(FEE)
    (done,) = cerebro.run()
    return done.closed, cerebro.broker.getvalue()


if __name__ == "__main__":
    take(work)
