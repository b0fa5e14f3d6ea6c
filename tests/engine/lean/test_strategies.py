"""Strategies that do unusual things with lines, indicators and themselves."""

from __future__ import annotations

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
