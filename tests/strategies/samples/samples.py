"""Strategies in the manner of Backtrader's own samples and manual, which know nothing of us."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import backtrader as bt


class ThreeDown(bt.Strategy):
    """Manual, quickstart: buy after falling closes in a row, sell a few bars after the fill."""

    params = (("falls", 3), ("hold", 5))

    def __init__(self) -> None:
        self.dataclose = self.datas[0].close
        self.order: Any = None
        self.bar_executed = 0

    def notify_order(self, order: Any) -> None:
        if order.status in {order.Submitted, order.Accepted}:
            return
        if order.status == order.Completed:
            self.bar_executed = len(self)
        self.order = None

    def next(self) -> None:
        if self.order:
            return
        if not self.position:
            closes = [self.dataclose[-ago] for ago in range(self.p.falls + 1)]
            if len(self) > self.p.falls and closes == sorted(closes):
                self.order = self.buy()
        elif len(self) >= self.bar_executed + self.p.hold:
            self.order = self.sell()


class CrossSignal(bt.SignalStrategy):
    """Manual, front page: a signal made of lines, and no `next` at all."""

    params = (("pfast", 10), ("pslow", 30))

    def __init__(self) -> None:
        fast, slow = bt.ind.SMA(period=self.p.pfast), bt.ind.SMA(period=self.p.pslow)
        self.signal_add(bt.SIGNAL_LONGSHORT, bt.ind.CrossOver(fast, slow))


class Brackets(bt.Strategy):
    """Sample `bracket`: a limit entry with stop and target, all valid for a while."""

    params = (("limit", 0.005), ("away", 0.02), ("valid_h", 12))

    def __init__(self) -> None:
        self.cross = bt.ind.CrossUp(bt.ind.SMA(period=5), bt.ind.SMA(period=15))
        self.orefs: list[int] = []

    def notify_order(self, order: Any) -> None:
        if not order.alive() and order.ref in self.orefs:
            self.orefs.remove(order.ref)

    def next(self) -> None:
        if self.orefs or self.position or self.cross <= 0.0:
            return
        price = self.data.close[0] * (1.0 - self.p.limit)
        orders = self.buy_bracket(
            price=price,
            valid=timedelta(hours=self.p.valid_h),
            stopprice=price - self.p.away * self.data.close[0],
            stopargs={"valid": timedelta(days=5)},
            limitprice=price + self.p.away * self.data.close[0],
            limitargs={"valid": timedelta(days=5)},
        )
        self.orefs = [order.ref for order in orders]


class OneOfThree(bt.Strategy):
    """Sample `oco`: three limits that cancel each other, sold by time."""

    def __init__(self) -> None:
        self.cross = bt.ind.CrossOver(bt.ind.SMA(period=5), bt.ind.SMA(period=15))
        self.orefs: list[int] = []
        self.holdstart = 0

    def notify_order(self, order: Any) -> None:
        if not order.alive() and order.ref in self.orefs:
            self.orefs.remove(order.ref)
        if order.status == order.Completed:
            self.holdstart = len(self)

    def next(self) -> None:
        if self.orefs:
            return
        if not self.position:
            if self.cross > 0.0:
                close = self.data.close[0]
                first = self.buy(
                    exectype=bt.Order.Limit, price=close * 0.99, valid=timedelta(hours=20)
                )
                second = self.buy(
                    exectype=bt.Order.Limit, price=close * 0.97, valid=timedelta(days=3), oco=first
                )
                third = self.buy(
                    exectype=bt.Order.Limit, price=close * 0.95, valid=timedelta(days=9), oco=first
                )
                self.orefs = [first.ref, second.ref, third.ref]
        elif len(self) - self.holdstart >= 10:
            self.close()


class Trailing(bt.Strategy):
    """Sample `stoptrail`: enter on a cross, leave by a trailing stop."""

    params = (("trailpercent", 0.02),)

    def __init__(self) -> None:
        self.crup = bt.ind.CrossUp(bt.ind.SMA(period=10), bt.ind.SMA(period=30))
        self.order: Any = None

    def next(self) -> None:
        if not self.position:
            if self.crup:
                self.buy()
                self.order = None
        elif self.order is None:
            self.order = self.sell(exectype=bt.Order.StopTrail, trailpercent=self.p.trailpercent)


class Targets(bt.Strategy):
    """Sample `order_target`: hold a share of the account that changes through the month."""

    def next(self) -> None:
        day = self.data.datetime.date().day
        if self.data.datetime.time().hour == 9:
            self.order_target_percent(target=day / 100.0 if day < 28 else 0.0)
        elif self.data.datetime.time().hour == 15 and day % 5 == 0:
            self.order_target_size(target=3)
        elif self.data.datetime.time().hour == 21 and day % 7 == 0:
            self.order_target_value(target=20_000.0)


class MacdWithStop(bt.Strategy):
    """Sample `macd-settings`: MACD with a filter, and a stop of average true ranges by hand."""

    params = (("atrdist", 3.0), ("smaperiod", 30), ("dirperiod", 10))

    def __init__(self) -> None:
        macd = bt.ind.MACD(self.data)
        self.mcross = bt.ind.CrossOver(macd.macd, macd.signal)
        self.atr = bt.ind.ATR(self.data, period=14)
        self.sma = bt.ind.SMA(self.data, period=self.p.smaperiod)
        self.smadir = self.sma - self.sma(-self.p.dirperiod)
        self.order: Any = None
        self.pstop = 0.0

    def start(self) -> None:
        self.order = None

    def notify_order(self, order: Any) -> None:
        if not order.alive():
            self.order = None

    def next(self) -> None:
        if self.order:
            return
        distance = self.atr[0] * self.p.atrdist
        if not self.position:
            if self.mcross[0] > 0.0 and self.smadir < 0.0:
                self.order = self.buy()
                self.pstop = self.data.close[0] - distance
        elif self.data.close[0] < self.pstop:
            self.order = self.close()
        else:
            self.pstop = max(self.pstop, self.data.close[0] - distance)


class TwoFeeds(bt.Strategy):
    """Sample `multidata-strategy`: trade the first feed by the average of the second."""

    params = (("period", 5), ("stake", 2))

    def __init__(self) -> None:
        sma = bt.ind.SMA(self.data1, period=self.p.period)
        self.signal = bt.ind.CrossOver(self.data1.close, sma)
        self.orderid: Any = None

    def notify_order(self, order: Any) -> None:
        if order.status not in {order.Submitted, order.Accepted}:
            self.orderid = None

    def next(self) -> None:
        if self.orderid:
            return
        if not self.position:
            if self.signal > 0.0:
                self.orderid = self.buy(size=self.p.stake)
        elif self.signal < 0.0:
            self.orderid = self.sell(size=self.p.stake)
