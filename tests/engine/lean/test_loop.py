"""LeanCerebro against Backtrader's Cerebro: the same calls, the same order, the same values."""

from __future__ import annotations

import datetime as dt
from typing import Any

import backtrader as bt
import pytest


class Crosser(bt.Strategy):
    """Trades a moving-average cross with several order types and writes everything down."""

    params = (("diary", None), ("stake", 5), ("shorts", True))

    def __init__(self) -> None:
        self.fast = bt.ind.SMA(period=5)
        self.slow = bt.ind.EMA(self.fast, period=12)
        self.cross = bt.ind.CrossOver(self.data.close, self.slow)
        self.spread = self.data.high - self.data.low

    def prenext(self) -> None:
        self.p.diary.bar(self, "prenext")

    def nextstart(self) -> None:
        self.p.diary.bar(self, "nextstart")

    def next(self) -> None:
        self.p.diary.bar(self, "next")
        close = self.data.close[0]
        if self.cross > 0:
            self.close()
            self.buy_bracket(
                size=self.p.stake, price=close, stopprice=close - 1, limitprice=close + 1
            )
        elif self.cross < 0 and self.p.shorts:
            self.sell(size=self.p.stake, exectype=bt.Order.StopTrail, trailamount=0.3)
        elif len(self) % 17 == 0:
            valid = self.data.datetime.datetime() + dt.timedelta(minutes=4)
            self.buy(size=1, exectype=bt.Order.Limit, price=close - 0.5, valid=valid)

    def notify_order(self, order: Any) -> None:
        self.p.diary.order(self, order)

    def notify_trade(self, trade: Any) -> None:
        self.p.diary.trade(self, trade)


class Money(Crosser):
    """Also listens to cash and fund values."""

    def notify_cashvalue(self, cash: float, value: float) -> None:
        self.p.diary.lines.append(("cash", len(self), cash, value))

    def notify_fund(self, cash: float, value: float, fundvalue: float, shares: float) -> None:
        self.p.diary.lines.append(("fund", cash, value, fundvalue, shares))


@pytest.mark.parametrize("strategy", [Crosser, Money])
@pytest.mark.parametrize("stdstats", [False, True])
@pytest.mark.parametrize("quick", [False, True])
def test_one_feed(compare, feed, rows, *, strategy, stdstats, quick) -> None:
    def build(cerebro: Any, diary: Any) -> None:
        cerebro.adddata(feed(rows(700)))
        cerebro.addstrategy(strategy, diary=diary)
        cerebro.broker.setcommission(0.001)
        cerebro.broker.set_slippage_perc(0.0005)

    compare(build, stdstats=stdstats, quicknotify=quick)


class Many(Crosser):
    """Looks at every feed, orders on the last one too."""

    def __init__(self) -> None:
        super().__init__()
        self.others = [bt.ind.SMA(data, period=4) for data in self.datas[1:]]
        self.highest = bt.ind.Highest(self.datas[-1].high, period=6)

    def next(self) -> None:
        super().next()
        if len(self) % 23 == 0:
            self.buy(data=self.datas[-1], size=2)
        elif len(self) % 29 == 0:
            self.close(data=self.datas[-1])


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(
    "shapes", [((1, 1.0), (1, 1.0)), ((1, 0.7), (1, 0.8)), ((1, 0.9), (5, 1.0), (15, 0.8))]
)
def test_several_feeds_and_timeframes_with_gaps(compare, feed, rows, seed, shapes) -> None:
    def build(cerebro: Any, diary: Any) -> None:
        for number, (minutes, keep) in enumerate(shapes):
            made = rows(450 // minutes, seed=seed + number, minutes=minutes, keep=keep)
            cerebro.adddata(feed(made, minutes=minutes))
        cerebro.addstrategy(Many, diary=diary)

    compare(build, stdstats=seed == 1)


def test_coarser_feed_first(compare, feed, rows) -> None:
    def build(cerebro: Any, diary: Any) -> None:
        cerebro.adddata(feed(rows(80, minutes=5), minutes=5))
        cerebro.adddata(feed(rows(400, seed=4)))
        cerebro.addstrategy(Many, diary=diary)

    compare(build)


def test_several_strategies(compare, feed, rows) -> None:
    def build(cerebro: Any, diary: Any) -> None:
        cerebro.adddata(feed(rows(400)))
        cerebro.addstrategy(Crosser, diary=diary, stake=2)
        cerebro.addstrategy(Money, diary=diary, stake=3, shorts=False)

    compare(build)
