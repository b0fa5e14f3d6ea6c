"""What a Cerebro can be asked for besides a plain run: each must look the same from inside."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import backtrader as bt
import pytest

from realtrade.engine.cerebro import LeanCerebro


class Base(bt.Strategy):
    """Trades every few bars and writes everything down."""

    params = (("diary", None), ("every", 9))

    def __init__(self) -> None:
        self.average = bt.ind.SMA(period=6)

    def prenext(self) -> None:
        self.p.diary.bar(self, "prenext")

    def next(self) -> None:
        self.p.diary.bar(self, "next")
        if len(self) % self.p.every == 0:
            self.buy(size=2) if not self.position else self.close()

    def notify_order(self, order: Any) -> None:
        self.p.diary.order(self, order)

    def notify_trade(self, trade: Any) -> None:
        self.p.diary.trade(self, trade)

    def stop(self) -> None:
        self.p.diary.lines.append(("stop", len(self)))


def _one(strategy: type, rows: Any, feed: Any, count: int = 200) -> Any:
    def build(cerebro: Any, diary: Any) -> None:
        cerebro.adddata(feed(rows(count)))
        cerebro.addstrategy(strategy, diary=diary)

    return build


class Stops(Base):
    def next(self) -> None:
        super().next()
        if len(self) == 50:
            self.cerebro.runstop()


class StopsInNotification(Base):
    def notify_order(self, order: Any) -> None:
        super().notify_order(order)
        if len(self) > 60:
            self.cerebro.runstop()


class Raises(Base):
    def next(self) -> None:
        super().next()
        if len(self) == 70:
            msg = "no"
            raise LookupError(msg)


class Rebinds(Base):
    """A state machine that replaces its own `next`."""

    def nextstart(self) -> None:
        self.__dict__["next"] = self.first

    def first(self) -> None:
        self.p.diary.bar(self, "first")
        if len(self) == 40:
            del self.next


class OwnLines(Base):
    lines: Any = ("mine", "other")

    def next(self) -> None:
        super().next()
        self.lines.mine[0] = self.data.close[0] * 2
        mine = self.lines.mine.get(size=3)
        self.p.diary.lines.append((len(self.lines.mine.array), list(mine), self.buflen()))


class Looks(Base):
    """Reads lines in every way there is."""

    def next(self) -> None:
        super().next()
        data = self.data
        self.p.diary.lines += [
            list(data.close.get(size=4)),
            list(data.close.get(ago=-1, size=2)),
            list(data.get(size=3)),
            (data.close[-2], data.low[-1], data.datetime.datetime(0), data.datetime.date(-1)),
            (len(data), data.buflen(), len(self.average), self.average.lines.sma.idx),
            (self.average[0], self.average.sma[-1], self.average > data.open),
            (data.tick_close, data.tick_last, getattr(data, "tick_volume", "?")),
            (self.data.close.lencount, self.data.close.plot(0, 3)),
        ]


class MovesLines(Base):
    """Steps back and forth by hand, and leaves one line behind."""

    def next(self) -> None:
        super().next()
        self.data.rewind()
        before = self.data.close[0]
        self.data.advance(ticks=False)
        if len(self) == 30:
            self.data.volume.rewind(2)
            self.average.lines.sma.rewind(1)
        self.p.diary.lines.append((before, self.data.close[0], self.data.volume[0]))


class Nested(Base):
    """Indicators whose clocks are the strategy, or a line inside another indicator."""

    def __init__(self) -> None:
        super().__init__()
        self.spread = self.data.high - self.data.low
        self.late = bt.ind.SMA(self.spread, period=3)
        stochastic = bt.ind.StochasticFast()
        self.inner = bt.ind.SMA(stochastic.k, period=4)
        self.constant = bt.ind.SMA(bt.LineNum(4.0), period=2)


class Stepped(bt.Indicator):
    """Knows only `next`, and reads inputs and parts in every phase."""

    lines: Any = ("value", "seen")
    params = (("depth", 4),)

    def __init__(self) -> None:
        self.addminperiod(self.p.depth)
        self.average = bt.ind.SMA(self.data, period=3)
        self.spread = self.data.lines[0] * 2 - self.average
        self.count = 0

    def prenext(self) -> None:
        self.lines.seen[0] = len(self)

    def nextstart(self) -> None:
        self.lines.value[0] = -1.0

    def next(self) -> None:
        self.count += 1
        ticks = getattr(self.data, "tick_close", None) or 0.0
        recent = sum(self.data.get(size=self.p.depth))
        self.lines.value[0] = recent + self.average[0] - self.spread[-1] + self.value[-1] / 2
        self.lines.seen[0] = len(self.data) + ticks + self.count


class Steps(Base):
    """Indicators of our own: on a feed, a line, an indicator, and on one feed twice."""

    def __init__(self) -> None:
        super().__init__()
        make: Any = Stepped
        self.on_feed = make(self.data)
        self.on_line = make(self.data.high, depth=6)
        self.on_indicator = make(bt.ind.EMA(period=3))
        self.on_twice = make(self.data, self.data)
        self.on_other = make(self.datas[-1])
        self.over = bt.ind.SMA(self.on_feed, period=2)

    def next(self) -> None:
        super().next()
        self.p.diary.lines += [
            [(len(x), repr(x.value[0]), repr(x.seen[0])) for x in self.getindicators()[1:-1]
             if isinstance(x, Stepped)]
        ]  # fmt: skip


class Mixes(Base):
    """Adds feeds that may differ in length, as Backtrader does: by row, not by time."""

    def __init__(self) -> None:
        super().__init__()
        first, last = self.datas[0], self.datas[-1]
        self.gap = first.close - last.close
        self.both = bt.ind.CrossOver(first.close, last.open)
        self.most = bt.Max(first.high, last.high)


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


@pytest.mark.parametrize(
    "strategy",
    [
        Base,
        Stops,
        StopsInNotification,
        Raises,
        Rebinds,
        OwnLines,
        Looks,
        MovesLines,
        Nested,
        Steps,
        Mixes,
    ],
)
@pytest.mark.parametrize("feeds", [1, 2])
def test_strategies(compare, feed, rows, strategy, feeds) -> None:
    def build(cerebro: Any, diary: Any) -> None:
        for number in range(feeds):
            cerebro.adddata(feed(rows(160, seed=number, keep=1.0 if feeds == 1 else 0.8)))
        cerebro.addstrategy(strategy, diary=diary)

    compare(build, stdstats=strategy is Base)


@pytest.mark.parametrize("lengths", [(60, 90), (90, 60)])
def test_feeds_of_different_length(compare, feed, rows, lengths) -> None:
    def build(cerebro: Any, diary: Any) -> None:
        for number, length in enumerate(lengths):
            cerebro.adddata(feed(rows(length, seed=number)))
        cerebro.addstrategy(Mixes, diary=diary)

    compare(build)


def test_analyzers(compare, feed, rows) -> None:
    kinds = ["TradeAnalyzer", "DrawDown", "SharpeRatio", "TimeReturn", "SQN", "Returns", "VWR"]
    kinds += ["Transactions", "PositionsValue", "GrossLeverage", "TimeDrawDown", "PyFolio"]

    def build(cerebro: Any, diary: Any) -> None:
        cerebro.adddata(feed(rows(3000, minutes=45), minutes=45))
        cerebro.addstrategy(Base, diary=diary, every=13)
        for kind in kinds:
            cerebro.addanalyzer(getattr(bt.analyzers, kind), _name=kind)
        cerebro.addanalyzer(Watcher, _name="watcher")

    stock, lean = compare(build)
    (expected,), (seen,) = (cerebro.runstrats for cerebro in (stock, lean))
    for kind in [*kinds, "watcher"]:
        want = getattr(expected[0].analyzers, kind).get_analysis()
        assert repr(getattr(seen[0].analyzers, kind).get_analysis()) == repr(want), kind


def test_observers(compare, feed, rows) -> None:
    kinds = ["Value", "Cash", "DrawDown", "TimeReturn", "Trades", "BuySell", "FundValue"]

    def build(cerebro: Any, diary: Any) -> None:
        cerebro.adddata(feed(rows(600)))
        cerebro.adddata(feed(rows(600, keep=0.7)))
        cerebro.addstrategy(Base, diary=diary)
        for kind in kinds:
            cerebro.addobserver(getattr(bt.observers, kind))

    stock, lean = compare(build, stdstats=True)
    (expected,), (seen,) = (cerebro.runstrats for cerebro in (stock, lean))
    for want, have in zip(expected[0].getobservers(), seen[0].getobservers(), strict=True):
        assert type(have) is type(want)
        assert len(have) == len(want)
        for line, other in zip(want.lines, have.lines, strict=False):
            assert repr(line.plot()) == repr(other.plot())


def test_timers_and_cheat_on_open(compare, feed, rows) -> None:
    class Timed(Base):
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


def test_writers(compare, feed, rows) -> None:
    texts = []

    def build(cerebro: Any, diary: Any) -> None:
        _one(Base, rows, feed)(cerebro, diary)
        texts.append(io.StringIO())
        cerebro.addwriter(bt.WriterFile, csv=True, out=texts[-1])

    compare(build)
    stock, lean = (text.getvalue() for text in texts)
    assert len(stock) > 1000
    assert lean == stock


def test_cloned_feed(compare, feed, rows) -> None:
    def build(cerebro: Any, diary: Any) -> None:
        data = feed(rows(300))
        cerebro.adddata(data)
        cerebro.adddata(data.clone(), name="twin")
        cerebro.addstrategy(Base, diary=diary)

    compare(build)


def test_resampled_by_backtrader(compare, feed, rows) -> None:
    def build(cerebro: Any, diary: Any) -> None:
        data = feed(rows(300))
        cerebro.adddata(data)
        cerebro.resampledata(data, timeframe=bt.TimeFrame.Minutes, compression=15)
        cerebro.addstrategy(Base, diary=diary)

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
        ({"live": True}, "a feed or a setting asks for live mode"),
        ({"oldsync": True}, "oldsync is set"),
        ({"oldsync": True, "runonce": False}, "oldsync is set"),
    ],
)
def test_says_why_it_took_the_stock_loop(compare, feed, rows, params, reason) -> None:
    _, lean = compare(_one(Base, rows, feed, 60), path="stock", **params)

    assert lean.path_reason == reason


def test_stock_loop_for_what_is_overridden(compare, feed, rows) -> None:
    class Slow(Base):
        def _oncepost(self, dt: float) -> None:
            super()._oncepost(dt)
            self.p.diary.lines.append(("oncepost", dt))

    _, lean = compare(_one(Slow, rows, feed, 60), path="stock")

    assert lean.path_reason == "strategy Slow overrides _oncepost"


def test_indicators_can_be_left_to_backtrader(compare, feed, rows) -> None:
    def build(cerebro: Any, diary: Any) -> None:
        if "indicators" in cerebro.p._getkeys():
            cerebro.p.indicators = False
        _one(Base, rows, feed)(cerebro, diary)

    compare(build)


class Crowd(bt.Indicator):
    lines: Any = ("sum",)

    def __init__(self) -> None:
        self.kept = bt.ind.SMA(self.data, period=3)
        self.listed = {"a": [bt.ind.EMA(self.data, period=4)]}
        hidden = bt.ind.WMA(self.data, period=5)
        self.lines.sum = self.kept + self.listed["a"][0] + hidden


@pytest.mark.parametrize("indicators", [True, False])
def test_frees_what_nothing_names(feed, rows, indicators) -> None:
    class Holder(bt.Strategy):
        def __init__(self) -> None:
            self.crowd: Any = Crowd(self.data)  # type: ignore[call-arg]  # the metaclass takes it
            self.after = bt.ind.SMA(self.crowd.kept, period=2)

    cerebro = LeanCerebro(stdstats=False, indicators=indicators)
    cerebro.adddata(feed(rows(50)))
    cerebro.addstrategy(Holder)
    (strategy,) = cerebro.run()

    held = {type(part).__name__: len(part.array) for part in strategy.crowd.getindicators()}
    freed = 0 if indicators else 50
    assert held == {"SMA": 50, "EMA": 50, "WMA": freed, "LinesOperation": freed}
    assert len(strategy.crowd.array) == len(strategy.after.array) == 50


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


def test_no_feed_no_run() -> None:
    cerebro = LeanCerebro()

    assert cerebro.run() == []
    assert cerebro.path == ""
