"""Bars from a hub: our live loop, Backtrader's own, and a backtest on the same bars."""

from __future__ import annotations

from typing import Any

import backtrader as bt
import numpy as np
import pytest

from realtrade.common import BaseBroker, BaseData, FeedHub
from realtrade.common.simulated import SimulatedVenue
from realtrade.engine.cerebro import LeanCerebro
from realtrade.engine.lean import window
from realtrade.model.bar import BarColumns
from realtrade.utils.timeframes import Timeframe
from tests.engine.lean.indicators import SINGLE

LIVE = "a feed or a setting asks for live mode"
EPOCH_DAY = 719_163


def columns(rows: Any, timeframe: Timeframe) -> BarColumns:
    """Return rows of Backtrader's numbers, stamped with their close, as closed bars."""
    due = np.array([round((row[0] - EPOCH_DAY) * 86_400_000) for row in rows], np.int64)
    opened = np.array([timeframe.open_ms(int(at) - 1) for at in due], np.int64)
    return BarColumns(opened, due, *(np.array(part) for part in list(zip(*rows, strict=True))[1:]))


class Market:
    """Named feeds: as history for a backtest, or in a hub."""

    def __init__(self, **feeds: tuple[str, Any]) -> None:
        self.feeds = {
            name: (Timeframe.parse(length), columns(rows, Timeframe.parse(length)))
            for name, (length, rows) in feeds.items()
        }
        self.finest = min((one for one, _ in self.feeds.values()), key=lambda t: t.approximate_ms)

    def history(self) -> list[Any]:
        return [
            BaseData.historical(bars, name=name, timeframe=length, finest=self.finest)
            for name, (length, bars) in self.feeds.items()
        ]

    def live(self, kind: type[BaseData] = BaseData, **words: Any) -> list[Any]:
        """Return feeds of a hub in which every bar waits already, half of each as history."""
        hub = FeedHub(capacity=100_000)
        feeds, news = [], []
        start = next(int(bars.due_ms[len(bars) // 2]) for _, bars in self.feeds.values())
        for name, (length, bars) in self.feeds.items():
            known = int(np.searchsorted(bars.due_ms, start))
            seen = bars.part(0, known)
            news += [(bar.due_ms, name, bar) for bar in map(bars.bar, range(known, len(bars)))]
            given = {"name": name, "timeframe": length, "finest": self.finest, **words}
            feeds.append(kind.live(hub, columns=seen, **given))
        for due in sorted({at for at, _, _ in news}):
            hub.publish([(name, bar) for at, name, bar in news if at == due])
        hub.finish()
        return feeds


@pytest.fixture
def one(rows: Any) -> Market:
    return Market(btc=("1m", rows(300, seed=5)))


@pytest.fixture
def several(rows: Any) -> Market:
    return Market(
        btc=("1m", rows(300, seed=5, keep=0.9)),
        slow=("5m", rows(60, seed=6, minutes=5)),
        eth=("1m", rows(300, seed=7, keep=0.8)),
    )


class Diarist(bt.Strategy):
    """Trades on every feed and writes down whatever it can see."""

    def __init__(self) -> None:
        self.seen: list[Any] = []
        self.averages = [bt.ind.EMA(data, period=4) for data in self.datas]
        self.rsi = bt.ind.RSI(self.data, period=5)
        self.bands = bt.ind.BollingerBands(self.data, period=6)
        self.cross = bt.ind.CrossOver(self.data.close, self.averages[0])
        self.spread = self.data.high - self.data.low(-1)

    def note(self, what: str) -> None:
        broker = self.broker
        self.seen.append(
            repr(
                (
                    what,
                    len(self),
                    self.datetime[0],
                    [(len(d), d.close[0], d.close.get(size=2)) for d in self.datas if len(d) > 1],
                    [(len(i), i[0]) for i in (*self.averages, self.rsi, self.cross) if len(i)],
                    self.bands.top[0] if len(self.bands) else None,
                    self.spread[0] if len(self.spread) else None,
                    broker.getcash(),
                    broker.getvalue(),
                    [broker.getposition(d).size for d in self.datas],
                )
            )
        )

    def prenext(self) -> None:
        self.note("prenext")

    def next(self) -> None:
        self.note("next")
        for number, data in enumerate(self.datas):
            if len(data) % (7 + number) == 0:
                self.close(data) if self.getposition(data).size else self.buy(data, size=2)
            elif len(data) % (11 + number) == 0:
                price = data.close[0] * 0.999
                self.buy_bracket(
                    data, size=1, price=price, stopprice=price * 0.99, limitprice=price * 1.01
                )

    def notify_order(self, order: Any) -> None:
        done = order.executed
        self.seen.append(repr((order.status, done.size, done.price, done.comm, done.dt)))

    def notify_trade(self, trade: Any) -> None:
        self.seen.append(repr((trade.status, trade.pnlcomm, trade.barlen)))


def run(cerebro: Any, feeds: list[Any], strategy: Any = Diarist, **words: Any) -> Any:
    cerebro.broker = BaseBroker(SimulatedVenue(cash=10_000))
    cerebro.broker.setcommission(0.001)
    for feed in feeds:
        cerebro.adddata(feed)
    cerebro.addstrategy(strategy, **words)
    cerebro.addanalyzer(bt.analyzers.DrawDown)
    (done,) = cerebro.run()
    return done


@pytest.mark.parametrize("market", ["one", "several"])
@pytest.mark.parametrize("kept", [window.KEPT, 20])
def test_lives_through_what_a_backtest_lives_through(
    market: str, kept: int, request: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window, "KEPT", kept)
    monkeypatch.setattr("realtrade.engine.lean.live._FORGET_EVERY", 10)
    feeds: Market = request.getfixturevalue(market)
    cerebro = LeanCerebro(stdstats=False)

    live, past = run(cerebro, feeds.live()), run(LeanCerebro(stdstats=False), feeds.history())

    assert cerebro.path == "fast", cerebro.path_reason
    assert len(live.seen) > 300
    assert live.seen == past.seen
    assert live.analyzers[0].get_analysis() == past.analyzers[0].get_analysis()


class Keeper(bt.Strategy):
    """Takes a copy of the bars now and then, and at the end."""

    def next(self) -> None:
        if len(self) == 170:
            self.early = [data.played(1_000) for data in self.datas]

    def stop(self) -> None:
        self.late = [data.played(1_000) for data in self.datas]
        self.newest = [data.played(5) for data in self.datas]


@pytest.mark.parametrize("kind", [LeanCerebro, bt.Cerebro])
def test_the_bars_that_have_come_are_those_of_the_feed(several: Market, kind: Any) -> None:
    done = run(kind(stdstats=False), several.live(), Keeper)

    for early, late, newest, (_, expected) in zip(
        done.early, done.late, done.newest, several.feeds.values(), strict=True
    ):
        assert 10 < len(early) < len(late) == len(expected)
        assert newest.close.tolist() == expected.close.tolist()[-5:]
        for name in ("time_ms", "due_ms", "open", "high", "low", "close", "volume"):
            assert getattr(late, name).tolist() == getattr(expected, name).tolist()
            assert getattr(early, name).tolist() == getattr(expected, name)[: len(early)].tolist()


def test_lets_go_of_trades_that_are_long_over(one: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("realtrade.engine.lean.live._FORGET_EVERY", 10)
    monkeypatch.setattr("realtrade.engine.lean.delivery._TRADES_KEPT", 2)

    live, past = run(LeanCerebro(stdstats=False), one.live()), run(bt.Cerebro(), one.history())

    (kept,), (all_of_them,) = (run._trades[run.data].values() for run in (live, past))
    assert len(all_of_them) > 20
    assert len(kept) < 8
    assert [trade.pnlcomm for trade in kept] == [
        trade.pnlcomm for trade in all_of_them[-len(kept) :]
    ]
    assert live.seen == past.seen


@pytest.mark.parametrize("name", SINGLE)
@pytest.mark.parametrize("prices", ["random", pytest.param("flat", marks=pytest.mark.untraced)])
def test_calculates_what_backtrader_calculates_bar_by_bar(
    rows: Any, name: str, prices: str
) -> None:
    walk = rows(200, seed=8)
    flat = [(*row[:1], 5.0, 5.0, 5.0, 5.0, 0.0) for row in walk]
    market = Market(btc=("1m", flat if prices == "flat" else walk))

    class Probe(bt.Strategy):
        def __init__(self) -> None:
            self.made = SINGLE[name](self.data)

    def values(cerebro: Any) -> Any:
        try:
            made = run(cerebro, market.live(), Probe).made
        except ZeroDivisionError as error:
            return repr(error)
        lines = [made] if isinstance(made.lines, list) else list(made.lines)
        return [np.frombuffer(line.array[:]) for line in lines]

    lean = LeanCerebro(stdstats=False)
    expected, seen = values(bt.Cerebro(stdstats=False)), values(lean)

    assert lean.path == "fast", lean.path_reason
    assert type(seen) is type(expected)
    assert len(seen) == len(expected)
    for want, have in zip(expected, seen, strict=True):
        assert (want == have) if isinstance(want, str) else (want.tobytes() == have.tobytes())


def test_tells_of_feeds_as_backtrader_does(several: Market) -> None:
    class Listener(bt.Strategy):
        def __init__(self) -> None:
            self.told: list[Any] = []

        def notify_data(self, data: Any, status: int, *args: Any, **kwargs: Any) -> None:
            self.told.append((len(self), data._name, data._getstatusname(status)))

        def next(self) -> None:
            self.told.append([len(data) for data in self.datas])

    stock = run(bt.Cerebro(stdstats=False), several.live(), Listener)
    lean = run(LeanCerebro(stdstats=False), several.live(), Listener)

    assert lean.told == stock.told
    told = [entry for entry in lean.told if isinstance(entry, tuple)]
    statuses = [status for _, name, status in told if name == "slow"]
    assert statuses == ["CONNECTED", "DELAYED", "LIVE", "DISCONNECTED"]


def test_ticks_of_the_newest_bar_are_there(one: Market) -> None:
    class Ticks(bt.Strategy):
        def __init__(self) -> None:
            self.seen: list[Any] = []

        def next(self) -> None:
            data = self.data
            self.seen.append((data.tick_open, data.tick_close, data.tick_last, data.tick_volume))

    stock = run(bt.Cerebro(stdstats=False), one.live(), Ticks)
    lean = run(LeanCerebro(stdstats=False), one.live(), Ticks)

    assert lean.seen == stock.seen
    assert None not in lean.seen[-1]


def test_timers_and_opens_come_when_backtrader_has_them_come(one: Market) -> None:
    class Timed(bt.Strategy):
        def __init__(self) -> None:
            self.seen: list[Any] = []
            self.add_timer(bt.timer.SESSION_START, cheat=True)
            self.add_timer(bt.timer.SESSION_START)

        def notify_timer(self, timer: Any, when: Any, *args: Any, **kwargs: Any) -> None:
            self.seen.append(("timer", timer.p.cheat, when, len(self)))

        def next_open(self) -> None:
            self.seen.append(("open", len(self)))

        def next(self) -> None:
            self.seen.append(("next", len(self)))

    stock = run(bt.Cerebro(stdstats=False, cheat_on_open=True), one.live(), Timed)
    lean = run(LeanCerebro(stdstats=False, cheat_on_open=True), one.live(), Timed)

    assert {"timer", "open", "next"} <= {entry[0] for entry in lean.seen}
    assert lean.seen == stock.seen


def test_a_strategy_may_stop_the_run(one: Market) -> None:
    class Stopping(bt.Strategy):
        def next(self) -> None:
            if len(self) == 40:
                self.cerebro.runstop()

    lean = run(LeanCerebro(stdstats=False), one.live(), Stopping)

    assert len(lean) == 40


class Coupled(bt.Strategy):
    """Looks at a slow feed bar by bar of the fast one, which needs Backtrader's coupler."""

    def __init__(self) -> None:
        self.level = self.datas[0].close - self.datas[1].close()


class Hasty(bt.Strategy):
    """Takes its turn in a way of its own."""

    def _next(self) -> None:
        super()._next()


class Odd(BaseData):
    """Loads in a way of its own."""

    def load(self) -> bool | None:
        return super().load()


@pytest.mark.parametrize(
    ("words", "strategy", "feeds", "reason"),
    [
        ({"exactbars": 1}, Diarist, {}, "exactbars saves memory"),
        ({"stdstats": True}, Diarist, {}, "observers look at every bar"),
        ({}, Hasty, {}, "strategy Hasty overrides _next"),
        ({}, Coupled, {}, "SingleCoupler moves with no feed"),
        ({}, Diarist, {"kind": Odd}, "feed Odd overrides load"),
        (
            {},
            bt.Strategy,
            {"tzinput": "UTC"},
            "feed btc has filters, limits or a time zone of its input",
        ),
    ],
)
def test_says_why_it_took_backtraders_loop(
    several: Market, words: Any, strategy: Any, feeds: Any, reason: str
) -> None:
    cerebro = LeanCerebro(**{"stdstats": False, **words})

    done = run(cerebro, several.live(**feeds), strategy)

    assert len(done) > 200
    assert (cerebro.path, cerebro.path_reason) == ("stock", f"{LIVE}, and {reason}")
