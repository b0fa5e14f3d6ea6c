from __future__ import annotations

import pickle
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import backtrader as bt
import pytest

from realtrade.monitor import PerformanceTracker
from realtrade.monitor.analyzer import FillAnalyzer, TrackingAnalyzer, stamp_ms
from realtrade.utils.timeframes import Timeframe

if TYPE_CHECKING:
    from collections.abc import Callable

DAY_MS = 86_400_000


def assert_same_trips(run: Any) -> None:
    """Compare every closed trip with the trade Backtrader itself told the strategy of."""
    trades, trips = run.strategy.closed, run.tracker.round_trips
    assert len(trips) == len(trades) > 10
    for trip, trade in zip(trips, trades, strict=True):
        assert trip.symbol == "BTC/USD"
        assert trip.side == ("long" if trade.long else "short")
        assert trip.opened_ms == stamp_ms(trade.dtopen)
        assert trip.closed_ms == stamp_ms(trade.dtclose)
        assert trip.fees == pytest.approx(trade.commission)
        assert trip.pnl == pytest.approx(trade.pnlcomm, abs=1e-8)


def test_trips_are_backtraders_trades(run: Any) -> None:
    assert_same_trips(run)
    assert {trip.side for trip in run.tracker.round_trips} == {"long", "short"}


@pytest.mark.parametrize(
    "options", [{"quicknotify": True}, {"runonce": False}, {"cheat_on_open": True}]
)
def test_trips_are_backtraders_trades_however_it_runs(
    run_on_sample: Callable[..., Any], options: dict[str, bool]
) -> None:
    assert_same_trips(run_on_sample(800, **options))


def test_orders_filled_in_pieces_are_recorded_piece_by_piece(
    run_on_sample: Callable[..., Any],
) -> None:
    run = run_on_sample(800, filler=bt.broker.fillers.FixedSize(size=0.4))

    assert_same_trips(run)
    assert max(fill.quantity for fill in run.tracker.fills) == pytest.approx(0.4)


def test_every_bar_is_recorded_with_its_own_stamp(run: Any) -> None:
    columns = run.tracker.columns()

    assert columns.time_ms.tolist() == run.bars.time_ms.tolist()
    assert columns.equity[-1] == run.cerebro.broker.getvalue()
    assert columns.cash[-1] == run.cerebro.broker.getcash()
    assert columns.equity[0] == 20_000


def test_results_and_open_position_add_up_to_equity(run: Any) -> None:
    tracker, last = run.tracker, run.bars.close[-1]
    held = [trip.held * (last - trip.entry_price) - trip.fees for trip in tracker.open_trips]

    total = sum(trip.pnl for trip in tracker.round_trips) + sum(held)

    assert tracker.start_cash + total == pytest.approx(tracker.final_equity)


def test_the_fill_analyzer_records_no_bars(feed_on_sample: Callable[[int], Any]) -> None:
    class Once(bt.Strategy):
        def next(self) -> None:
            if len(self) == 10:
                self.buy(size=2)

    tracker = PerformanceTracker(20_000)
    cerebro = bt.Cerebro(stdstats=False)
    cerebro.adddata(feed_on_sample(20), name="btc_1h")
    cerebro.broker.setcommission(commission=3, margin=100, mult=10)
    cerebro.addstrategy(Once)
    cerebro.addanalyzer(FillAnalyzer, tracker=tracker)
    analyzer = cerebro.run()[0].analyzers[0]

    fill = next(tracker.fills)
    assert analyzer.get_analysis() is tracker
    assert tracker.bars == 0
    assert (fill.symbol, fill.quantity, fill.fee) == ("btc_1h", 2, 6)
    assert fill.time_ms == 1_498_906_800_000 + 10 * 3_600_000


def test_a_contract_counts_as_backtrader_counts_it(feed_on_sample: Callable[[int], Any]) -> None:
    class InAndOut(bt.Strategy):
        def next(self) -> None:
            if len(self) == 10:
                self.buy(size=2)
            if len(self) == 15:
                self.close()

    tracker = PerformanceTracker(20_000)
    cerebro = bt.Cerebro(stdstats=False)
    cerebro.adddata(feed_on_sample(20))
    cerebro.broker.setcash(20_000)
    cerebro.broker.setcommission(commission=3, margin=100, mult=10)
    cerebro.addstrategy(InAndOut)
    cerebro.addanalyzer(TrackingAnalyzer, tracker=tracker)
    cerebro.run()

    assert 20_000 + tracker.round_trips[0].pnl == pytest.approx(cerebro.broker.getvalue())


def test_a_tracker_survives_a_process_border(run: Any) -> None:
    copy = pickle.loads(pickle.dumps(run.tracker))  # noqa: S301  # our own bytes

    assert copy.round_trips == run.tracker.round_trips
    assert copy.statistics() == run.tracker.statistics()


@pytest.mark.parametrize("time_ms", [0, 1_498_906_800_000, 1_498_906_800_001, 4_102_444_799_999])
def test_stamps_come_back_to_the_millisecond(time_ms: int) -> None:
    moment = bt.num2date(719_163 + time_ms / 86_400_000)

    assert stamp_ms(bt.date2num(moment)) == time_ms


@pytest.mark.parametrize(("feeds", "waits"), [(1, True), (2, False)])
def test_executions_on_one_feed_wait_for_the_end(
    feed_on_sample: Callable[[int], Any], feeds: int, waits: bool
) -> None:
    tracker = PerformanceTracker(1_000_000)
    seen: list[int] = []

    class Trading(bt.Strategy):
        def next(self) -> None:
            seen.append(len(tracker.last_fills(9)))
            if len(self) in {2, 4}:
                self.close() if self.position else self.buy(size=1)

    cerebro = bt.Cerebro(stdstats=False)
    cerebro.broker.setcash(1_000_000)
    for number in range(feeds):
        cerebro.adddata(feed_on_sample(10), name=f"feed{number}")
    cerebro.addstrategy(Trading)
    cerebro.addanalyzer(FillAnalyzer, tracker=tracker)
    cerebro.run()

    assert (max(seen) == 0) == waits
    assert len(tracker.round_trips) == 1


@pytest.mark.parametrize(
    ("late_ms", "shown_late_ms"),
    [
        (0, 0),
        (90_000, 90_000),
        (DAY_MS + 120_000, DAY_MS + 120_000),
        (DAY_MS + 120_001, 0),
        (30 * DAY_MS, 0),
        (-30 * DAY_MS, 0),
    ],
)
@pytest.mark.parametrize("ahead_ms", [0, 60_000])
def test_executions_at_a_venue_that_plays_the_past_are_of_the_bar_they_are_told_with(
    late_ms: int, shown_late_ms: int, ahead_ms: int
) -> None:
    """A venue that plays last month's bars stamps what it executes with the time of day."""
    bar_ms = 20_000 * DAY_MS
    tracker = PerformanceTracker(1_000, timeframe=Timeframe.parse("1m"))
    scheme = SimpleNamespace(p=SimpleNamespace(mult=1.0))
    recorder: Any = SimpleNamespace(
        tracker=tracker,
        _symbol_of={},
        strategy=a_strategy_at(bar_ms - ahead_ms),
        _waits=False,
        _ahead_ms=ahead_ms,
    )
    recorder._on_the_bars_clock = partial(TrackingAnalyzer._on_the_bars_clock, recorder)
    created = SimpleNamespace(price=None, pclose=10.0)
    order = SimpleNamespace(
        data=SimpleNamespace(_name="btc"), comminfo=scheme, created=created, exectype=None
    )

    for signed in (1.0, -1.0):
        bit = SimpleNamespace(
            dt=number_of(bar_ms + late_ms), price=10.0, closed=0, closedcomm=0, openedcomm=0
        )
        bit.opened = bit.size = signed
        TrackingAnalyzer._record(recorder, order, bit)

    (trip,) = tracker.round_trips
    assert (trip.opened_ms, trip.closed_ms) == (bar_ms + shown_late_ms,) * 2
    assert [fill.time_ms for fill in tracker.fills] == [bar_ms + late_ms] * 2


def number_of(time_ms: int) -> float:
    """Return a time as Backtrader's date number."""
    return time_ms / DAY_MS + 719_163


def a_strategy_at(time_ms: int) -> Any:
    class Strategy:
        lines = SimpleNamespace(datetime=[number_of(time_ms)])

        def __len__(self) -> int:
            return 1

    return Strategy()
