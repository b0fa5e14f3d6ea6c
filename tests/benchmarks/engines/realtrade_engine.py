"""Ours: the same strategy in `LeanCerebro`, on columns and the simulated venue."""

from __future__ import annotations

from typing import Any

import backtrader as bt
import numpy as np
from bt_work import strategy
from turn import CASH, FEE, Outcome, asked, take

from realtrade.common import BaseBroker, BaseData
from realtrade.common.simulated import SimulatedVenue
from realtrade.engine.cerebro import LeanCerebro
from realtrade.model.bar import BarColumns
from realtrade.utils.timeframes import Timeframe


def work(bars: Any) -> Any:
    """Prepare a run over all bars."""
    cerebro = LeanCerebro(stdstats=False)
    minute = Timeframe.parse("1m")
    cerebro.adddata(BaseData.historical(_columns(bars), name="BTC/USDT", timeframe=minute))
    cerebro.addstrategy(strategy(bt, idle=asked("--idle")))
    if not asked("--stock-broker"):
        cerebro.broker = BaseBroker(SimulatedVenue(cash=CASH))
    cerebro.broker.setcash(CASH)
    cerebro.broker.setcommission(FEE)

    def run() -> Outcome:
        (done,) = cerebro.run()
        return done.closed, cerebro.broker.getvalue()

    return run


def _columns(bars: Any) -> BarColumns:
    times = bars[0].astype(np.int64)
    return BarColumns(times, times + 60_000, *(np.array(bars[row]) for row in range(1, 6)))


if __name__ == "__main__":
    take(work)
