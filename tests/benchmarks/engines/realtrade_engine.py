"""Ours: the same strategy in `LeanCerebro`, on a file feed and the simulated venue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import backtrader as bt
from bt_work import strategy
from turn import CASH, FEE, Outcome, asked, take

from realtrade.common import BaseBroker, BaseData
from realtrade.common.simulated import SimulatedVenue
from realtrade.engine.cerebro import LeanCerebro
from realtrade.feeds.config import FileFeedConfig
from realtrade.feeds.file_feed import FileFeed
from realtrade.utils.timeframes import Timeframe

if TYPE_CHECKING:
    from pathlib import Path


def work(bars: Path) -> Outcome:
    """Run over the bars of a file."""
    minute = Timeframe.parse("1m")
    config = FileFeedConfig(path=bars.name, symbol="BTC/USDT", timeframe=minute)
    # Never by a name: Backtrader looks at its callers' variables, and so keeps them alive.
    feed = BaseData.historical(
        FileFeed(config, folder=bars.parent).history(), name="btc", timeframe=minute
    )
    cerebro = LeanCerebro(stdstats=False)
    cerebro.adddata(feed)
    cerebro.addstrategy(strategy(bt, idle=asked("--idle")))
    if not asked("--stock-broker"):
        cerebro.broker = BaseBroker(SimulatedVenue(cash=CASH))
    cerebro.broker.setcash(CASH)
    cerebro.broker.setcommission(FEE)
    (done,) = cerebro.run()
    return done.closed, cerebro.broker.getvalue()


if __name__ == "__main__":
    take(work)
