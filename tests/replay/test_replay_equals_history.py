"""The same bars in the same calls of next(): preloaded, row by row, replayed through the hub."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import backtrader as bt
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from realtrade.common import BaseData, FeedHub
from realtrade.feeds import ReadyFeed, Resampler, finest_timeframe, resample
from realtrade.model.instrument import Instrument
from realtrade.replay.config import ReplayConfig
from realtrade.replay.exchange import ReplayExchange
from realtrade.utils.clock import SystemClock
from realtrade.utils.timeframes import Timeframe

if TYPE_CHECKING:
    from realtrade.model.bar import BarColumns
    from tests.replay.conftest import Bars

MINUTE_MS = 60_000
BITCOIN = Instrument("BTC/USD", "BTC", "USD")


@dataclass(frozen=True)
class Setup:
    """Feeds read from files, and feeds made of them; `order` is that of `self.datas`."""

    files: dict[str, tuple[str, BarColumns]]
    made: dict[str, tuple[str, str]]
    order: tuple[str, ...]

    def timeframe(self, name: str) -> Timeframe:
        return Timeframe.parse(self.files[name][0] if name in self.files else self.made[name][1])

    @property
    def finest(self) -> Timeframe:
        return finest_timeframe(self.timeframe(name) for name in [*self.files, *self.made])

    def columns(self) -> dict[str, BarColumns]:
        known = {name: columns for name, (_, columns) in self.files.items()}
        for name, (parent, text) in self.made.items():
            known[name] = resample(known[parent], self.timeframe(parent), Timeframe.parse(text))
        return known


class Witness(bt.Strategy):
    """Writes down every bar it can see at every call, and how long its feeds are; trades a bit."""

    def __init__(self) -> None:
        self.seen: list[Any] = []
        self.statuses: list[tuple[str, str]] = []
        self.average = bt.ind.SMA(self.data, period=5)

    def prenext(self) -> None:
        self.next()

    def notify_data(self, data: Any, status: int, *args: Any, **kwargs: Any) -> None:
        self.statuses.append((data._name, data._getstatusname(status)))

    def notify_order(self, order: Any) -> None:
        executed = order.executed
        self.seen.append((order.ref - self.first_ref, order.status, executed.dt, executed.price))

    first_ref = 0

    def next(self) -> None:
        lengths = [len(data) for data in self.datas]
        rows = [tuple(line[0] for line in data.lines) if len(data) else () for data in self.datas]
        rows += [(self.average[0], self.data.close[-4])] if len(self.data) > 4 else []
        self.seen.append((self.datetime[0], self.broker.getvalue(), lengths, rows))
        if len(self.data) and len(self) % 7 == 0:
            order = self.buy() if not self.position else self.close()
            self.first_ref = self.first_ref or order.ref


def run(datas: list[BaseData], **kwargs: Any) -> Witness:
    cerebro = bt.Cerebro(stdstats=False, **kwargs)
    for data in datas:
        cerebro.adddata(data)
    cerebro.addstrategy(Witness)
    witness: Witness = cerebro.run()[0]
    return witness


def historical(setup: Setup, **kwargs: Any) -> Witness:
    known = setup.columns()
    return run(
        [
            BaseData.historical(
                known[name], name=name, timeframe=setup.timeframe(name), finest=setup.finest
            )
            for name in setup.order
        ],
        **kwargs,
    )


def replayed(setup: Setup, history: float = 0.0, capacity: int = 64, **kwargs: Any) -> Witness:
    """Run live: the first part of the time as history, the rest through a replay."""
    cut_ms = _cut(setup, history)
    hub = FeedHub(capacity=capacity)
    files = {name: _parts(columns, cut_ms) for name, (_, columns) in setup.files.items()}
    past = {name: before for name, (before, _) in files.items()}
    for name, (parent, text) in setup.made.items():
        base = setup.timeframe(parent)
        past[name] = resample(past[parent], base, Timeframe.parse(text))
        hub.resample(name, parent, Resampler.after(past[parent], base, Timeframe.parse(text)))
    for name in set(setup.files) - set(setup.order):
        hub.history(name, setup.timeframe(name), past[name])
    datas = [
        BaseData.live(
            hub,
            name=name,
            timeframe=setup.timeframe(name),
            finest=setup.finest,
            columns=past[name],
            qcheck=5.0,
        )
        for name in setup.order
    ]
    exchange = ReplayExchange(ReplayConfig(), clock=SystemClock())
    stream = exchange.stream(
        {
            name: ReadyFeed(columns, instrument=BITCOIN, timeframe=setup.timeframe(name))
            for name, (_, columns) in files.items()
        }
    )
    stream.start(hub)
    try:
        return run(datas, **kwargs)
    finally:
        exchange.close()


def _cut(setup: Setup, share: float) -> int:
    dues = np.concatenate([columns.due_ms for _, columns in setup.files.values()])
    return int(np.quantile(dues, share)) if share else 0


def _parts(columns: BarColumns, cut_ms: int) -> tuple[BarColumns, BarColumns]:
    """Cut by due time, and let the replay begin three bars early: it may repeat history."""
    cut = int(np.searchsorted(columns.due_ms, cut_ms))
    return columns.part(0, cut), columns.part(max(0, cut - 3), len(columns))


def holes(count: int, step: int, seed: int, kept: float = 0.7) -> list[int]:
    chosen = np.flatnonzero(np.random.default_rng(seed).random(count) < kept)
    return [int(at) * step * MINUTE_MS for at in chosen]


@pytest.fixture(
    params=["one", "two symbols", "resampled", "unseen parent", "many", "odd", "months"]
)
def setup(request: pytest.FixtureRequest, bars: Bars) -> Setup:
    hours = ("1h", bars(*holes(400, 60, 1), seed=1))
    others = ("1h", bars(*holes(400, 60, 2), seed=2))
    quarters = ("15m", bars(*holes(1000, 15, 3), timeframe="15m", seed=3))
    sevens = ("7m", bars(*holes(900, 7, 4), timeframe="7m", seed=4))
    days = ("1d", bars(*holes(200, 1440, 5), timeframe="1d", seed=5))
    return {
        "one": Setup({"a": hours}, {}, ("a",)),
        "two symbols": Setup({"a": hours, "b": others}, {}, ("b", "a")),
        "resampled": Setup({"a": hours}, {"a2": ("a", "2h"), "a3": ("a", "1d")}, ("a", "a2", "a3")),
        "unseen parent": Setup({"a": hours}, {"a2": ("a", "2h")}, ("a2",)),
        "many": Setup(
            {"q": quarters, "a": hours, "b": others},
            {"q4": ("q", "4h"), "q12": ("q4", "12h"), "b2": ("b", "2h")},
            ("b2", "q12", "a", "q", "q4", "b"),
        ),
        "odd": Setup({"s": sevens, "a": hours}, {"s5": ("s", "35m")}, ("a", "s", "s5")),
        "months": Setup({"d": days}, {"m": ("d", "1M"), "w": ("d", "1w")}, ("m", "d", "w")),
    }[request.param]


@pytest.mark.parametrize("history", [0.0, 0.4], ids=["no history", "history"])
def test_a_replay_shows_what_history_shows(setup: Setup, history: float) -> None:
    expected = historical(setup)

    found = replayed(setup, history)

    assert len(expected.seen) > 50
    assert found.seen == expected.seen


def test_next_mode_shows_what_preloaded_history_shows(setup: Setup) -> None:
    assert historical(setup, preload=False).seen == historical(setup).seen


def test_a_small_hub_and_bounded_lines_change_nothing(setup: Setup) -> None:
    assert replayed(setup, 0.4, capacity=2, exactbars=1).seen == historical(setup).seen


@pytest.mark.parametrize("ways", [historical, replayed])
def test_longer_bars_are_seen_with_the_bars_they_are_made_of(bars: Bars, ways: Any) -> None:
    """At every call the longer bars seen are those made of the base bars seen, none more."""
    hours = bars(*holes(600, 60, 9, kept=0.5))
    setup = Setup({"h": ("1h", hours)}, {"h2": ("h", "2h")}, ("h", "h2"))
    base, timeframe = Timeframe.parse("1h"), Timeframe.parse("2h")

    calls = [row[2] for row in ways(setup).seen if isinstance(row[2], list)]

    known = [len(resample(hours.part(0, seen), base, timeframe)) for seen, _ in calls]
    twice = [seen == after for (seen, _), (after, _) in pairwise([*calls, [0, 0]])]
    assert [longer for _, longer in calls] == [
        made - late for made, late in zip(known, twice, strict=True)
    ]
    assert sum(twice) > 10  # two longer bars known with one base bar: a call each


def test_a_day_of_hours_is_seen_with_its_last_hour(bars: Bars) -> None:
    setup = Setup(
        {"h": ("1h", bars(*range(0, 96 * 3_600_000, 3_600_000)))}, {"d": ("h", "1d")}, ("h", "d")
    )

    calls = [row for row in replayed(setup).seen if isinstance(row[2], list)]

    assert [lengths for _, _, lengths, _ in calls] == [[n, n // 24] for n in range(1, 97)]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    steps=st.lists(st.integers(1, 6), min_size=1, max_size=40),
    others=st.lists(st.integers(1, 6), min_size=1, max_size=40),
    history=st.sampled_from([0.0, 0.2, 0.9]),
)
def test_any_gaps_replay_as_they_are(
    bars: Bars, steps: list[int], others: list[int], history: float
) -> None:
    opens = [[int(at) * 60 * MINUTE_MS for at in np.cumsum(each)] for each in (steps, others)]
    setup = Setup(
        {"a": ("1h", bars(*opens[0])), "b": ("1h", bars(*opens[1], seed=8))},
        {"a2": ("a", "2h"), "a6": ("a2", "6h")},
        ("a", "b", "a2", "a6"),
    )

    assert replayed(setup, history).seen == historical(setup, preload=False).seen
