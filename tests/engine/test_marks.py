from __future__ import annotations

from typing import TYPE_CHECKING, Any

import backtrader as bt
import numpy as np
import pytest

from realtrade.common import BaseBroker, BaseData, FeedHub
from realtrade.engine.marks import BarMarks, Marking
from realtrade.model.bar import Bar, BarColumns
from realtrade.model.instrument import Instrument
from realtrade.risk import RiskManager
from realtrade.storage import MemoryJournal
from realtrade.utils.timeframes import Timeframe

if TYPE_CHECKING:
    from collections.abc import Mapping

HOUR = 3_600_000


class Diary(MemoryJournal):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[Any] = []

    def bar(self, feed: str, time_ms: int) -> None:
        self.lines.append((feed, time_ms // HOUR))

    def risk(self, memory: Mapping[str, Any]) -> None:
        self.lines.append("risk")

    def strategy(self, memory: Mapping[str, Any]) -> None:
        self.lines.append(dict(memory))


class Counter(bt.Strategy):
    """Counts live bars, over restarts."""

    def __init__(self) -> None:
        self.count = 0
        self.seen: list[Any] = []

    def on_recover(self, memory: Mapping[str, Any]) -> None:
        self.count = memory["count"]
        self.seen.append("recovered")

    def remember(self) -> Mapping[str, Any]:
        return {"count": self.count // 2}

    def next(self) -> None:
        self.seen.append(len(self))
        self.count += 1


def run(history: int, live: int, memory: Mapping[str, Any] | None) -> tuple[Diary, Counter]:
    hub, journal, risk = FeedHub(), Diary(), RiskManager()
    broker = BaseBroker(gate=risk, journal=journal)
    times = np.arange(history, dtype=np.int64) * HOUR
    prices = np.ones(history)
    past = BarColumns(times, times + HOUR, prices, prices, prices, prices, prices)
    interval = Timeframe.parse("1h")
    data = BaseData.live(
        hub,
        name="btc",
        timeframe=interval,
        columns=past,
        instrument=Instrument("BTC/USDT", "BTC", "USDT"),
    )
    for number in range(history, history + live):
        bar = Bar(number * HOUR, (number + 1) * HOUR, 1.0, 1.0, 1.0, 1.0, 1.0)
        hub.publish([("btc", bar)])
    hub.finish()
    cerebro = bt.Cerebro(stdstats=False)
    cerebro.broker = broker
    cerebro.adddata(data, name="btc")
    cerebro.addstrategy(Counter)
    marks = BarMarks(journal, hub, broker=broker, risk=risk, datas={"btc": data}, memory=memory)
    cerebro.addanalyzer(Marking, marks=marks)
    counter: Counter = cerebro.run(preload=False, runonce=False)[0]
    return journal, counter


def test_marks_each_live_bar_and_no_bar_of_history() -> None:
    journal, _ = run(3, 2, None)

    marks = [line for line in journal.lines if isinstance(line, tuple)]
    assert marks == [("btc", 3), ("btc", 4)]


def test_writes_a_memory_only_when_it_has_changed() -> None:
    journal, _ = run(0, 4, None)

    rest = [line for line in journal.lines if not isinstance(line, tuple)]
    assert rest == ["risk", {"count": 0}, {"count": 1}, {"count": 2}]


@pytest.mark.parametrize(("history", "seen"), [(2, [1, 2, "recovered", 3]), (0, ["recovered", 1])])
def test_a_strategy_gets_its_memory_back_between_history_and_trading(
    history: int, seen: list[Any]
) -> None:
    _, counter = run(history, 1, {"count": 40})

    assert counter.seen == seen
    assert counter.count == 41


def test_a_first_start_recovers_nothing() -> None:
    _, counter = run(2, 1, None)

    assert counter.seen == [1, 2, 3]


def test_no_tick_is_marked_and_a_bar_beside_ticks_by_its_open() -> None:
    hub, journal, risk = FeedHub(), Diary(), RiskManager()
    broker = BaseBroker(gate=risk, journal=journal)
    tick, hour = Timeframe.parse("tick"), Timeframe.parse("1h")
    bought = Instrument("BTC/USDT", "BTC", "USDT")
    datas = {
        name: BaseData.live(hub, name=name, timeframe=length, finest=tick, instrument=bought)
        for name, length in (("ticks", tick), ("hours", hour))
    }
    for number in range(4 * HOUR, 6 * HOUR, HOUR // 2):
        hub.publish([("ticks", Bar(number, number, 1.0, 1.0, 1.0, 1.0, 1.0))])
    hub.publish([("hours", Bar(5 * HOUR, 6 * HOUR, 1.0, 1.0, 1.0, 1.0, 1.0))])
    hub.finish()
    cerebro = bt.Cerebro(stdstats=False)
    cerebro.broker = broker
    for name, data in datas.items():
        cerebro.adddata(data, name=name)
    cerebro.addstrategy(Counter)
    marks = BarMarks(journal, hub, broker=broker, risk=risk, datas=datas)
    cerebro.addanalyzer(Marking, marks=marks)
    cerebro.run(preload=False, runonce=False)

    assert [line for line in journal.lines if isinstance(line, tuple)] == [("hours", 5)]
