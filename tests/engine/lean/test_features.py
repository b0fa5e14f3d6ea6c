"""What a Cerebro can be asked for besides a plain run: each must look the same from inside."""

from __future__ import annotations

import datetime as dt
import io
import pickle
from typing import Any

import backtrader as bt
import pytest

from realtrade.common import BaseBroker
from realtrade.engine.cerebro import LeanCerebro

LIVE = "a feed or a setting asks for live mode"


def _one(strategy: type, rows: Any, feed: Any, count: int = 200) -> Any:
    def build(cerebro: Any, diary: Any) -> None:
        cerebro.adddata(feed(rows(count)))
        cerebro.addstrategy(strategy, diary=diary)

    return build


class Watcher(bt.Analyzer):
    """Hears everything."""

    def notify_cashvalue(self, cash: float, value: float) -> None:
        self.rets[len(self), "cash"] = (cash, value)

    def notify_trade(self, trade: Any) -> None:
        self.rets[len(self), "trade"] = trade.pnl

    def nextstart(self) -> None:
        self.rets[len(self), "first"] = self.strategy.datetime[0]

    def next(self) -> None:
        self.rets[len(self), "next"] = self.strategy.data.close[0]


def test_analyzers(compare, feed, rows, trader) -> None:
    kinds = ["TradeAnalyzer", "DrawDown", "SharpeRatio", "TimeReturn", "SQN", "Returns", "VWR"]
    kinds += ["Transactions", "PositionsValue", "GrossLeverage", "TimeDrawDown", "PyFolio"]

    def build(cerebro: Any, diary: Any) -> None:
        cerebro.adddata(feed(rows(3000, minutes=45), minutes=45))
        cerebro.addstrategy(trader, diary=diary, every=13)
        for kind in kinds:
            cerebro.addanalyzer(getattr(bt.analyzers, kind), _name=kind)
        cerebro.addanalyzer(Watcher, _name="watcher")

    stock, lean = compare(build)
    (expected,), (seen,) = (cerebro.runstrats for cerebro in (stock, lean))
    for kind in [*kinds, "watcher"]:
        want = getattr(expected[0].analyzers, kind).get_analysis()
        assert repr(getattr(seen[0].analyzers, kind).get_analysis()) == repr(want), kind


def test_observers(compare, feed, rows, trader) -> None:
    kinds = ["Value", "Cash", "DrawDown", "TimeReturn", "Trades", "BuySell", "FundValue"]

    def build(cerebro: Any, diary: Any) -> None:
        cerebro.adddata(feed(rows(600)))
        cerebro.adddata(feed(rows(600, keep=0.7)))
        cerebro.addstrategy(trader, diary=diary)
        for kind in kinds:
            cerebro.addobserver(getattr(bt.observers, kind))

    stock, lean = compare(build, stdstats=True)
    (expected,), (seen,) = (cerebro.runstrats for cerebro in (stock, lean))
    for want, have in zip(expected[0].getobservers(), seen[0].getobservers(), strict=True):
        assert type(have) is type(want)
        assert len(have) == len(want)
        for line, other in zip(want.lines, have.lines, strict=False):
            assert repr(line.plot()) == repr(other.plot())


def test_timers_and_cheat_on_open(compare, feed, rows, trader) -> None:
    class Timed(trader):
        def start(self) -> None:
            self.add_timer(dt.time(0, 30), repeat=dt.timedelta(minutes=20))
            self.add_timer(dt.time(0, 10), repeat=dt.timedelta(minutes=35), cheat=True)

        def notify_timer(self, timer: Any, when: Any, *args: Any, **kwargs: Any) -> None:
            self.p.diary.lines.append(("timer", timer.p.tid, when, len(self), self.average[0]))

        def next_open(self) -> None:
            self.p.diary.lines.append(("open", len(self), self.data.open[0]))
            if len(self) % 31 == 0:
                self.buy(size=1)

    compare(_one(Timed, rows, feed), cheat_on_open=True)
    compare(_one(Timed, rows, feed))


def test_writers(compare, feed, rows, trader) -> None:
    texts = []

    def build(cerebro: Any, diary: Any) -> None:
        _one(trader, rows, feed)(cerebro, diary)
        texts.append(io.StringIO())
        cerebro.addwriter(bt.WriterFile, csv=True, out=texts[-1])

    compare(build)
    stock, lean = (text.getvalue() for text in texts)
    assert len(stock) > 1000
    assert lean == stock


def test_cloned_feed(compare, feed, rows, trader) -> None:
    def build(cerebro: Any, diary: Any) -> None:
        data = feed(rows(300))
        cerebro.adddata(data)
        cerebro.adddata(data.clone(), name="twin")
        cerebro.addstrategy(trader, diary=diary)

    compare(build)


def test_resampled_by_backtrader(compare, feed, rows, trader) -> None:
    def build(cerebro: Any, diary: Any) -> None:
        data = feed(rows(300))
        cerebro.adddata(data)
        cerebro.resampledata(data, timeframe=bt.TimeFrame.Minutes, compression=15)
        cerebro.addstrategy(trader, diary=diary)

    _, lean = compare(build, path="stock")

    assert lean.path_reason == "Backtrader resamples or replays a feed"


def test_signals(compare, feed, rows) -> None:
    class Momentum(bt.Indicator):
        lines: Any = ("signal",)

        def __init__(self) -> None:
            self.lines.signal = self.data - bt.ind.SMA(period=8)

    def build(cerebro: Any, diary: Any) -> None:
        cerebro.adddata(feed(rows(300)))
        cerebro.add_signal(bt.SIGNAL_LONGSHORT, Momentum)
        cerebro.addanalyzer(bt.analyzers.Transactions)

    stock, lean = compare(build)
    wanted = stock.runstrats[0][0].analyzers[0].get_analysis()
    assert len(wanted) > 20
    assert repr(lean.runstrats[0][0].analyzers[0].get_analysis()) == repr(wanted)


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({"runonce": False}, "runonce is off"),
        ({"preload": False}, "preload is off"),
        ({"exactbars": 1}, "exactbars saves memory"),
        ({"live": True}, f"{LIVE}, and not all feeds are of one hub"),
        ({"oldsync": True}, "oldsync is set"),
        ({"oldsync": True, "runonce": False}, "oldsync is set"),
    ],
)
def test_says_why_it_took_the_stock_loop(compare, feed, rows, *, params, reason, trader) -> None:
    _, lean = compare(_one(trader, rows, feed, 60), path="stock", **params)

    assert lean.path_reason == reason


def test_stock_loop_for_what_is_overridden(compare, feed, rows, trader) -> None:
    class Slow(trader):
        def _oncepost(self, dt: float) -> None:
            super()._oncepost(dt)
            self.p.diary.lines.append(("oncepost", dt))

    _, lean = compare(_one(Slow, rows, feed, 60), path="stock")

    assert lean.path_reason == "strategy Slow overrides _oncepost"


def test_indicators_share_their_parts(compare, feed, rows, trader) -> None:
    class Above(bt.Indicator):
        lines: Any = ("above",)
        params = (("period", 3),)

        def __init__(self) -> None:
            self.lines.above = bt.ind.SMA(self.data.close - 90.0, period=self.p.period)

    class Sharing(trader):
        def __init__(self) -> None:
            super().__init__()
            self.means = [Above(**words) for words in ({"period": 3}, {"period": 7})]

    compare(_one(Sharing, rows, feed, 60), objcache=True)


def test_indicators_can_be_left_to_backtrader(compare, feed, rows, trader) -> None:
    def build(cerebro: Any, diary: Any) -> None:
        if "indicators" in cerebro.p._getkeys():
            cerebro.p.indicators = False
        _one(trader, rows, feed)(cerebro, diary)

    compare(build)


def test_runs_twice(feed, rows) -> None:
    class Quiet(bt.Strategy):
        def next(self) -> None:
            if len(self) % 5 == 0:
                self.buy() if not self.position else self.close()

    values: dict[type, list[float]] = {}
    for kind in (bt.Cerebro, LeanCerebro):
        cerebro = kind()
        cerebro.adddata(feed(rows(100)))
        cerebro.addstrategy(Quiet)
        values[kind] = []
        for run in ({}, {"runonce": False}, {}):
            cerebro.run(**{"runonce": True, **run})
            values[kind].append(cerebro.broker.getvalue())

    assert values[LeanCerebro] == values[bt.Cerebro]


def test_optimises_in_this_process(feed, rows) -> None:
    class Tuned(bt.Strategy):
        params = (("period", 5),)

        def __init__(self) -> None:
            self.cross = bt.ind.CrossOver(self.data, bt.ind.SMA(period=self.p.period))

        def next(self) -> None:
            if self.cross > 0:
                self.buy()
            elif self.cross < 0:
                self.close()

    found = {}
    for kind in (bt.Cerebro, LeanCerebro):
        cerebro = kind(maxcpus=1)
        cerebro.adddata(feed(rows(200)))
        cerebro.optstrategy(Tuned, period=range(3, 8))
        cerebro.addanalyzer(bt.analyzers.Transactions)
        found[kind] = [repr(run[0].analyzers[0].get_analysis()) for run in cerebro.run()]

    assert len(set(found[bt.Cerebro])) == 5
    assert found[LeanCerebro] == found[bt.Cerebro]


class Portable(bt.Strategy):
    """Known to other processes by its name."""

    def __init__(self) -> None:
        self.average = bt.ind.SMA(period=6)

    def next(self) -> None:
        if len(self) % 9 == 0:
            self.buy(size=2) if not self.position else self.close()


def test_what_is_to_run_and_what_ran_go_to_other_processes(feed, rows) -> None:
    cerebro = LeanCerebro(stdstats=False)
    cerebro.adddata(feed(rows(200)))
    cerebro.addstrategy(Portable)
    cerebro.broker = BaseBroker()

    there = pickle.loads(pickle.dumps(cerebro))  # noqa: S301 - what we wrote
    (ran,) = there.run()
    back = pickle.loads(pickle.dumps(ran))  # noqa: S301 - what we wrote

    (here,) = cerebro.run()
    assert there.path == "fast"
    assert back.broker.getvalue() == here.broker.getvalue() != 10_000
    assert repr(back.average.array) == repr(here.average.array)
    assert (len(back.data), back.data.close[0]) == (200, here.data.close[0])


def test_no_feed_no_run() -> None:
    cerebro = LeanCerebro()

    assert cerebro.run() == []
    assert cerebro.path == ""
