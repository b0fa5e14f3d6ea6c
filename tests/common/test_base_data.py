from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING, Any

import backtrader as bt
import numpy as np
import pytest

from realtrade.common import BaseData
from realtrade.common.base_data import backtrader_timeframe
from realtrade.model.bar import BarColumns
from realtrade.model.instrument import Instrument
from realtrade.plugins.ports.feed import FeedError
from realtrade.utils.timeframes import Timeframe
from tests.effort import with_calls

if TYPE_CHECKING:
    from pathlib import Path

    from realtrade.plugins.ports.exchange import FeedRequest

HOUR = Timeframe.parse("1h")
DAY = Timeframe.parse("1d")
BITCOIN = Instrument("BTC/USD", "BTC", "USD")


class Diary(bt.Strategy):
    """Writes down all it can see at every next(), trades on a cross, and remembers its orders."""

    params = (("fast", 5), ("slow", 20))

    def __init__(self) -> None:
        self.lines_seen: list[Any] = []
        self.statuses: list[tuple[str, str]] = []
        fast = bt.ind.SMA(self.data, period=self.p.fast)
        slow = bt.ind.SMA(self.data, period=self.p.slow)
        self.cross = bt.ind.CrossOver(fast, slow)

    def notify_data(self, data: Any, status: int, *args: Any, **kwargs: Any) -> None:
        self.statuses.append((data._name, data._getstatusname(status)))

    def notify_order(self, order: Any) -> None:
        self.lines_seen.append((order.status, order.executed.price, order.executed.dt))

    def next(self) -> None:
        bars = [
            (len(d), *(line[0] for line in d.lines), d.close[-1] if len(d) > 1 else 0, d.tick_last)
            for d in self.datas
        ]
        self.lines_seen.append((self.datetime[0], self.broker.getvalue(), *bars))
        if self.cross[0] > 0:
            self.buy()
        elif self.cross[0] < 0 and self.position:
            self.close()


def run(*datas: Any, **kwargs: Any) -> Diary:
    cerebro = bt.Cerebro(stdstats=False, **kwargs)
    for data in datas:
        cerebro.adddata(data)
    cerebro.addstrategy(Diary)
    diary: Diary = cerebro.run()[0]
    return diary


def generic(path: Path, **kwargs: Any) -> Any:
    return bt.feeds.GenericCSVData(
        dataname=str(path),
        dtformat="%Y-%m-%dT%H:%M:%SZ",
        timeframe=bt.TimeFrame.Minutes,
        compression=60,
        openinterest=-1,
        nullvalue=0.0,
        **kwargs,
    )


@pytest.fixture
def csv_part(sample_path: Path, tmp_path: Path) -> Path:
    part = tmp_path / "part.csv"
    part.write_text("".join(sample_path.read_text().splitlines(keepends=True)[:2001]))
    return part


def days_of(hours: BarColumns) -> BarColumns:
    """Days that are due with their last hour, made here by hand."""
    opens = hours.time_ms - hours.time_ms % 86_400_000
    whole = [o for o in np.unique(opens) if o + 82_800_000 in set(hours.time_ms.tolist())]
    rows = [np.flatnonzero(opens == o) for o in whole]
    return BarColumns(
        np.array(whole),
        np.array(whole) + 86_400_000,
        np.array([hours.open[r[0]] for r in rows]),
        np.array([hours.high[r].max() for r in rows]),
        np.array([hours.low[r].min() for r in rows]),
        np.array([hours.close[r[-1]] for r in rows]),
        np.array([hours.volume[r].sum() for r in rows]),
    )


MODES = [
    pytest.param({}, id="runonce"),
    pytest.param({"runonce": False}, id="preloaded next"),
    pytest.param({"preload": False}, id="next"),
    pytest.param({"exactbars": True}, id="bounded memory"),
    pytest.param({"lookahead": 3}, id="lookahead"),
]


@pytest.mark.parametrize("mode", MODES)
def test_the_strategy_sees_what_a_stock_csv_feed_shows(
    mode: dict[str, Any], csv_part: Path, sample: BarColumns
) -> None:
    stock = run(generic(csv_part), **mode)

    ours = run(BaseData.historical(sample, name="btc", timeframe=HOUR), **mode)

    assert len(ours.lines_seen) > 1_980
    assert ours.lines_seen == stock.lines_seen
    assert ours.statuses == stock.statuses == []


@pytest.mark.parametrize("mode", MODES[:3])
def test_from_and_to_dates_cut_as_in_a_stock_feed(
    mode: dict[str, Any], csv_part: Path, sample: BarColumns
) -> None:
    dates = {
        "fromdate": bt.datetime.datetime(2017, 7, 5, 3),
        "todate": bt.datetime.datetime(2017, 8, 2, 7),
    }
    stock = run(generic(csv_part, **dates), **mode)

    ours = run(BaseData.historical(sample, name="btc", timeframe=HOUR, **dates), **mode)

    assert ours.lines_seen
    assert ours.lines_seen == stock.lines_seen


def test_filters_see_every_bar(csv_part: Path, sample: BarColumns) -> None:
    stock_data, data = generic(csv_part), BaseData.historical(sample, name="b", timeframe=HOUR)
    for each in (stock_data, data):
        each.addfilter(bt.filters.SessionFilter)
        each.p.sessionend = bt.datetime.time(15)

    assert run(data).lines_seen == run(stock_data).lines_seen


def without_last_tick(rows: list[Any]) -> list[Any]:
    """Stock Cerebro fills `tick_last` of a feed's very last bar in next mode only."""
    return [tuple(c[:-1] if isinstance(c, tuple) else c for c in row) for row in rows]


@pytest.mark.parametrize("mode", MODES[:3])
def test_two_timeframes_agree_in_every_mode(mode: dict[str, Any], sample: BarColumns) -> None:
    def both() -> list[BaseData]:
        return [
            BaseData.historical(sample, name="h", timeframe=HOUR),
            BaseData.historical(days_of(sample), name="d", timeframe=DAY, finest=HOUR),
        ]

    seen = without_last_tick(run(*both(), **mode).lines_seen)

    assert seen == without_last_tick(run(*both()).lines_seen)
    assert len(seen) > 1_900


@pytest.mark.parametrize("mode", MODES[:3])
def test_a_day_is_seen_with_its_last_hour_and_never_before(
    mode: dict[str, Any], sample: BarColumns
) -> None:
    hours = BaseData.historical(sample, name="h", timeframe=HOUR)
    days = BaseData.historical(days_of(sample), name="d", timeframe=DAY, finest=HOUR)
    seen: list[tuple[bt.datetime.datetime, bt.datetime.datetime]] = []

    class Watch(bt.Strategy):
        def next(self) -> None:
            seen.append((self.data0.datetime.datetime(0), self.data1.datetime.datetime(0)))

    cerebro = bt.Cerebro(stdstats=False, **mode)
    cerebro.adddata(hours)
    cerebro.adddata(days)
    cerebro.addstrategy(Watch)
    cerebro.run()

    assert str(seen[0][0]) == "2017-07-01 23:00:00"
    for fine, long in seen:
        assert long.hour == 23
        assert fine - bt.datetime.timedelta(hours=23) <= long <= fine


def test_a_feed_can_run_again(sample: BarColumns) -> None:
    data = BaseData.historical(sample, name="btc", timeframe=HOUR)

    first, second, slow = run(data), run(data), run(data, preload=False)

    assert first.lines_seen == second.lines_seen
    assert without_last_tick(first.lines_seen) == without_last_tick(slow.lines_seen)


def test_what_oldsync_adds_behind_the_last_bar_is_gone_in_the_next_run(sample: BarColumns) -> None:
    datas = [
        BaseData.historical(sample.part(0, 60), name="long", timeframe=HOUR),
        BaseData.historical(sample.part(0, 40), name="short", timeframe=HOUR),
    ]

    first, second = run(*datas, oldsync=True), run(*datas, oldsync=True)

    assert len(datas[1].lines.close.array) > 40
    assert repr(first.lines_seen) == repr(second.lines_seen)


def test_an_empty_history_runs_no_bar(sample: BarColumns) -> None:
    cerebro = bt.Cerebro(stdstats=False)
    cerebro.adddata(BaseData.historical(sample.part(0, 0), name="b", timeframe=HOUR))
    cerebro.addstrategy(bt.Strategy)

    assert len(cerebro.run()[0]) == 0


def test_a_year_of_minutes_is_preloaded_at_once_and_in_little_memory() -> None:
    count = 525_600
    time_ms = 1_600_000_020_000 + 60_000 * np.arange(count)
    prices = 100 + np.sin(np.arange(count))
    columns = BarColumns(time_ms, time_ms + 60_000, prices, prices, prices, prices, prices)
    data = BaseData.historical(columns, name="m", timeframe=Timeframe.parse("1m"))
    cerebro = bt.Cerebro()
    cerebro.adddata(data)
    tracemalloc.start()

    data.reset()
    data._start()
    _, calls = with_calls(data.preload)

    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert data.buflen() == count
    assert calls < 1_000
    assert held / count < 60
    assert data._columns is None


def test_lines_and_names_are_set(sample: BarColumns) -> None:
    data = BaseData.historical(
        sample, name="btc_4h", timeframe=Timeframe.parse("4h"), instrument=BITCOIN
    )

    assert (data.feed_name, data._name) == ("btc_4h", "btc_4h")
    assert data.instrument is BITCOIN
    assert (data._timeframe, data._compression) == (bt.TimeFrame.Minutes, 240)
    assert not data.islive()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30s", (bt.TimeFrame.Seconds, 30)),
        ("1m", (bt.TimeFrame.Minutes, 1)),
        ("12h", (bt.TimeFrame.Minutes, 720)),
        ("3d", (bt.TimeFrame.Days, 3)),
        ("1w", (bt.TimeFrame.Weeks, 1)),
        ("1M", (bt.TimeFrame.Months, 1)),
    ],
)
def test_timeframes_in_backtraders_words(text: str, expected: tuple[int, int]) -> None:
    assert backtrader_timeframe(Timeframe.parse(text)) == expected


class OneSymbol:
    """The `feed` half of an exchange."""

    def __init__(self, columns: BarColumns) -> None:
        self.columns = columns
        self.asked: list[FeedRequest] = []

    def feed(self, request: FeedRequest) -> OneSymbol:
        self.asked.append(request)
        return self

    instrument = BITCOIN
    timeframe = HOUR

    def history(self) -> BarColumns:
        return self.columns.part(0, self.asked[0].history)


def test_from_timeframe_string_asks_the_store(sample: BarColumns) -> None:
    store: Any = OneSymbol(sample)

    data = BaseData.from_timeframe_string("1h", store, symbol="BTC/USD", name="b", history=50)

    assert [(r.name, r.symbol, str(r.timeframe), r.history) for r in store.asked] == [
        ("b", "BTC/USD", "1h", 50)
    ]
    assert data.instrument is BITCOIN
    assert run(data).lines_seen[-1][2][0] == 50


def test_an_unknown_timeframe_names_the_known_ones(sample: BarColumns) -> None:
    store: Any = OneSymbol(sample)

    with pytest.raises(ValueError, match=r"timeframe '1H' is not known here; known: 1s, 1m, "):
        BaseData.from_timeframe_string("1H", store, symbol="BTC/USD")


def test_a_feed_without_bars_is_refused() -> None:
    nothing: Any = None
    data = BaseData.historical(nothing, name="lost", timeframe=HOUR)

    with pytest.raises(FeedError, match="feed 'lost' has neither bars nor a hub"):
        run(data)
