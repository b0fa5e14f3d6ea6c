"""Random strategies with every kind of order, in Backtrader's Cerebro and in ours."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import backtrader as bt
import pytest

from realtrade.engine.cerebro import LeanCerebro
from realtrade.engine.lean import heap

ANALYZERS = ["TradeAnalyzer", "DrawDown", "SharpeRatio", "TimeReturn", "Transactions"]
KINDS = [
    bt.Order.Market,
    bt.Order.Close,
    bt.Order.Limit,
    bt.Order.Stop,
    bt.Order.StopLimit,
    bt.Order.StopTrail,
    bt.Order.StopTrailLimit,
]


class Gambler(bt.Strategy):
    """Orders by dice: sizes, prices, kinds, feeds, expiry, groups, brackets, cancels."""

    params = (("diary", None), ("seed", 0))

    def __init__(self) -> None:
        self.dice = random.Random(self.p.seed)  # noqa: S311 (a reproducible test)
        self.averages = [bt.ind.SMA(data, period=3 + n) for n, data in enumerate(self.datas)]
        self.cross = bt.ind.CrossOver(self.data.close, self.averages[0])
        self.last: Any = None

    def next(self) -> None:
        self.p.diary.bar(self, "next")
        for data in self.datas:
            if self.dice.random() < 0.5:
                self._order(data)
        if self.last is not None and self.dice.random() < 0.15:
            self.cancel(self.last)

    def _order(self, data: Any) -> None:
        dice, close = self.dice, data.close[0]
        side = self.buy if dice.random() < 0.5 else self.sell
        price = close * (1 + dice.uniform(-0.006, 0.006))
        if dice.random() < 0.1:
            bracket = self.buy_bracket if side == self.buy else self.sell_bracket
            above, below = price * 1.004, price * 0.996
            stop, limit = (below, above) if side == self.buy else (above, below)
            made = bracket(data=data, size=2, price=price, stopprice=stop, limitprice=limit)
            self.last = made[0]
            return
        kind = dice.choice(KINDS)
        words: dict[str, Any] = {"exectype": kind, "price": price}
        if kind in {bt.Order.Market, bt.Order.Close}:
            words["price"] = None
        if kind in {bt.Order.StopLimit, bt.Order.StopTrailLimit}:
            words["plimit"] = price * (1 + dice.uniform(-0.003, 0.003))
        if kind in {bt.Order.StopTrail, bt.Order.StopTrailLimit}:
            words["trailamount"] = dice.choice([0.2, 0.5, 1.0])
        if dice.random() < 0.4:
            words["valid"] = data.datetime.datetime() + dt.timedelta(minutes=dice.randint(1, 9))
        if self.last is not None and self.last.alive() and dice.random() < 0.2:
            words["oco"] = self.last
        self.last = side(data=data, size=dice.randint(1, 5), **words)

    def notify_order(self, order: Any) -> None:
        self.p.diary.order(self, order)

    def notify_trade(self, trade: Any) -> None:
        self.p.diary.trade(self, trade)


@pytest.mark.parametrize("seed", range(6))
def test_random_orders(compare, feed, rows, seed) -> None:
    shapes = [(1, 1.0)] if seed % 3 == 0 else [(1, 0.9), (1, 0.8), (5, 1.0)][: seed % 3 + 1]

    def build(cerebro: Any, diary: Any) -> None:
        for number, (minutes, keep) in enumerate(shapes):
            made = rows(480 // minutes, seed=10 * seed + number, minutes=minutes, keep=keep)
            cerebro.adddata(feed(made, minutes=minutes), name=f"feed{number}")
        cerebro.addstrategy(Gambler, diary=diary, seed=seed)
        cerebro.broker.setcash(4000.0 if seed % 2 else 1_000_000.0)
        cerebro.broker.setcommission(0.001, leverage=2.0 if seed > 3 else 1.0)
        cerebro.broker.set_slippage_fixed(0.01)
        for kind in ANALYZERS:
            cerebro.addanalyzer(getattr(bt.analyzers, kind), _name=kind)

    stock, lean = compare(build, quicknotify=seed == 5)
    for kind in ANALYZERS:
        expected, seen = (
            getattr(cerebro.runstrats[0][0].analyzers, kind).get_analysis()
            for cerebro in (stock, lean)
        )
        assert repr(seen) == repr(expected), kind


def test_backtraders_own_sample_strategy(feed, rows) -> None:
    values = {}
    for kind in (bt.Cerebro, LeanCerebro):
        cerebro = kind()
        cerebro.adddata(feed(rows(600, seed=5)))
        cerebro.addstrategy(bt.strategies.MA_CrossOver)
        cerebro.addanalyzer(bt.analyzers.Transactions)
        (strategy,) = cerebro.run()
        made = strategy.analyzers[0].get_analysis()
        values[kind] = (repr(made), cerebro.broker.getvalue())

    assert values[LeanCerebro] == values[bt.Cerebro]
    assert len(values[bt.Cerebro][0]) > 500


def test_the_collector_is_left_as_found(feed, rows) -> None:
    import gc

    class Counts(bt.Strategy):
        def next(self) -> None:
            counted.append(gc.get_freeze_count())

    for frozen in (None, gc.freeze, heap.keep_aside):
        counted: list[int] = []
        if frozen is not None:
            frozen()
        cerebro = LeanCerebro()
        cerebro.adddata(feed(rows(5)))
        cerebro.addstrategy(Counts)
        try:
            cerebro.run()
            assert min(counted) > 1000
            assert (gc.get_freeze_count() > 0) == (frozen is not None)
        finally:
            gc.unfreeze()
            heap._KEPT.clear()
