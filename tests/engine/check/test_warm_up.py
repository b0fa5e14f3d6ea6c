from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.engine.check import RecipeCheck
from realtrade.engine.check.outcome import WarmUp
from realtrade.recipe import load_recipe
from tests.engine.check.conftest import WARM_UP
from tests.engine.conftest import START, write_bars

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from realtrade.plugins import Registry
    from tests.engine.check.conftest import Checked
    from tests.engine.conftest import Bench

FIRST_MS = int(START.timestamp() * 1000)
HOUR_MS = 3_600_000

CROSSING = """
params = (("average", "EMA"), ("live", 0), ("until", 1e9))

def __init__(self):
    average = getattr(bt.ind, self.p.average)
    fast, slow = average(period=10), average(period=40)
    self.cross = bt.ind.CrossOver(fast, slow)

def next(self):
    hour = round((self.data.datetime[0] - 719163) * 24) - 473352
    if self.cross[0] and self.p.live <= hour <= self.p.until:
        PLACED.append((hour, self.cross[0]))
        self.buy(size=0.01) if self.cross[0] > 0 else self.sell(size=0.01)
"""


@pytest.fixture
def crossing(strategy: Callable[..., Path], bench: Bench) -> Path:
    write_bars(bench.folder / "btc.csv", 2000, seed=3)
    return strategy(CROSSING, before="PLACED = []\n")


def _warm_up(outcome: Any) -> WarmUp:
    assert isinstance(outcome.warm_up, WarmUp)
    return outcome.warm_up


def test_a_simple_average_is_settled_as_soon_as_it_is_there(
    crossing: Path, checked: Checked
) -> None:
    outcome = checked(crossing, "strategy.params={average: SMA}", parts=WARM_UP, cuts=10)

    found = _warm_up(outcome)
    assert found.recommended == {"btc": 41}
    assert [trial.history_bars for trial in found.trials] == [41, 82, 164, 328]
    assert all(trial.agreeing == trial.starts == 5 for trial in found.trials)
    assert found.signals >= 5
    assert outcome.clean


def test_an_exponential_average_needs_more_than_its_period(
    crossing: Path, checked: Checked
) -> None:
    found = _warm_up(checked(crossing, parts=WARM_UP, cuts=20))

    assert found.recommended is not None
    assert 41 < found.recommended["btc"] <= 328
    assert found.trials[0].agreeing < found.trials[0].starts
    assert found.trials[-1].agreeing == found.trials[-1].starts
    assert found.settles


def _placed(bench: Bench, recipe: Path, history_from: int, live: int, until: int) -> list[Any]:
    """Run the recipe itself, from a bar on; the strategy holds its own orders back till live."""
    begin = datetime.fromtimestamp(START.timestamp() + history_from * 3600, UTC)
    placed = sys.modules["mine"].PLACED
    placed.clear()
    bench.run(
        recipe,
        "out",
        f"strategy.params={{live: {live}, until: {until}}}",
        f"backtest.from={begin:%Y-%m-%dT%H:%M:%SZ}",
    )
    return list(placed)


def test_the_recommendation_holds_when_starts_are_run_in_full(
    crossing: Path, checked: Checked, bench: Bench
) -> None:
    """By `realtrade run` with other first bars: none of the check's own machinery."""
    found = _warm_up(checked(crossing, parts=WARM_UP, cuts=20))
    assert found.recommended is not None
    enough = found.recommended["btc"]
    short = found.trials[0]
    assert short.time_ms is not None
    hour = (short.time_ms - FIRST_MS) // HOUR_MS

    # The start it tells of lies at most three bars and two signals before the difference.
    live = next(
        start
        for start in range(hour, hour - 400, -1)
        if _placed(bench, crossing, start - short.history_bars, start, hour)
        != _placed(bench, crossing, 0, start, hour)
    )
    span = live, hour
    assert _placed(bench, crossing, live - enough, *span) == _placed(bench, crossing, 0, *span)


def test_what_counts_bars_from_the_first_never_settles(
    strategy: Callable[..., Path], checked: Checked
) -> None:
    outcome = checked(
        strategy("""
            def next(self):
                if len(self.data) % 24 == 0:
                    self.buy(size=0.01)
        """),
        parts=WARM_UP,
    )

    found = _warm_up(outcome)
    assert found.recommended is None
    assert not found.settles
    assert not outcome.clean
    last = found.trials[-1]
    assert last.agreeing < last.starts
    assert last.time_ms is not None
    parted = last.settled or last.unsettled
    assert [signal.told for signal in parted] == ["bought 0.01 at market"]


def test_positions_and_money_do_not_blur_the_comparison(bench: Bench, checked: Checked) -> None:
    """The whole run is long, short and richer by then; both starts are flat with the same money."""
    recipe = bench.recipe(
        "strategy: {type: ma_cross, params: {fast: 5, slow: 20, direction: both}}\n"
        "sizing: {type: percent_equity, percent: 30%}\n"
    )

    found = _warm_up(checked(recipe, parts=WARM_UP))

    assert found.recommended == {"btc": 21}


def test_history_is_told_for_every_feed_that_brings_bars(
    strategy: Callable[..., Path], checked: Checked
) -> None:
    recipe = strategy(
        """
        def __init__(self):
            self.day = bt.ind.SMA(self.datas[1], period=3)
        def next(self):
            up = self.data.close[0] > self.day[0]
            if up and not self.position:
                self.buy(size=1)
            elif not up and self.position:
                self.close()
        """,
        """\
        feeds:
          btc: {type: file, path: btc.csv, symbol: BTC/USD, timeframe: 1h}
          day: {resample: btc, timeframe: 1d}
          eth: {type: file, path: eth.csv, symbol: ETH/USD, timeframe: 30m}
        strategy: {type: python, class: 'mine:Mine', feeds: [btc, day]}
        """,
    )

    found = _warm_up(checked(recipe, parts=WARM_UP))

    assert found.feed == "eth"
    assert found.recommended is not None
    # Three whole days and, where history begins within one, the rest of that day.
    assert 144 <= found.recommended["eth"] <= 192
    assert found.recommended["btc"] == -(-found.recommended["eth"] // 2)


@pytest.mark.parametrize(("stated", "enough"), [(50, False), (328, True)])
def test_a_recipe_that_states_too_little_history_fails(stated: int, enough: bool) -> None:
    found = WarmUp(feed="btc", starts=3, signals=9, recommended={"btc": 80}, stated=stated)

    assert found.enough is enough
    assert found.settles


def test_exchange_feeds_are_read_as_far_back_as_is_looked(bench: Bench, exchange: Registry) -> None:
    recipe = bench.recipe(
        "exchange: {type: fake}\n"
        "feeds: {btc: {symbol: BTC/USD, timeframe: 1h, history: 12 bars}}\n"
        "strategy: {type: ma_cross, params: {fast: 5, slow: 20}}\n"
        "mode: paper\n"
    )

    outcome = RecipeCheck(load_recipe(recipe, registry=exchange), cuts=4, registry=exchange).run()

    found = _warm_up(outcome)
    assert outcome.bars == 600
    assert outcome.look_ahead is not None
    assert outcome.look_ahead.findings == ()
    assert found.stated == 12
    assert found.recommended == {"btc": 21}
    assert not outcome.clean


def test_history_too_short_to_calculate_anything_is_no_agreement(
    strategy: Callable[..., Path], checked: Checked
) -> None:
    """Bars of the day begin within one, so the least that could do may be a bar short."""
    recipe = strategy(
        """
        def __init__(self):
            self.day = bt.ind.SMA(self.datas[1], period=4)
        def next(self):
            if self.data.datetime.datetime(0).hour == 7:
                self.buy(size=0.01)
        """,
        """\
        feeds:
          btc: {type: file, path: btc.csv, symbol: BTC/USD, timeframe: 1h}
          day: {resample: btc, timeframe: 1d}
        strategy: {type: python, class: 'mine:Mine', feeds: [btc, day]}
        """,
    )

    found = _warm_up(checked(recipe, parts=WARM_UP))

    assert found.trials[0].history_bars == 96
    assert found.recommended is not None
    assert found.recommended["btc"] >= 96
