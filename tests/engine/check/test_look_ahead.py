from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from realtrade.plugins.ports import FeedError
from tests.engine.check.conftest import LOOK_AHEAD

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.engine.check.conftest import Checked
    from tests.engine.conftest import Bench


def test_says_what_was_decided_with_the_future_and_without(
    strategy: Callable[..., Path], checked: Checked
) -> None:
    outcome = checked(
        strategy("""
            def next(self):
                bar = len(self.data)
                if bar == 300 and self.data.buflen() > 300 and self.data.close[1] > 0:
                    self.buy(size=2)
        """),
        parts=LOOK_AHEAD,
    )

    assert outcome.look_ahead is not None
    (found,) = outcome.look_ahead.findings
    assert found.time_ms == 1704067200000 + 299 * 3_600_000
    assert found.symbol == "BTC/USD"
    assert [signal.told for signal in found.seeing] == ["bought 2 at market"]
    assert found.blind == ()
    assert found.proofs == ("no future",)


def test_another_future_gives_away_what_does_the_same_without_one(
    strategy: Callable[..., Path], checked: Checked
) -> None:
    outcome = checked(
        strategy("""
            def next(self):
                last = len(self.data) == self.data.buflen()
                if len(self.data) % 10 == 0 and (last or self.data.close[1] > self.data.close[0]):
                    self.buy(size=0.01)
        """),
        parts=LOOK_AHEAD,
    )

    assert outcome.look_ahead is not None
    bought = [found for found in outcome.look_ahead.findings if found.seeing]
    assert bought
    assert {found.proofs for found in bought} == {("another future",)}


def test_reading_past_the_last_bar_fails_there_and_is_named(
    strategy: Callable[..., Path], checked: Checked
) -> None:
    outcome = checked(
        strategy("""
            def next(self):
                if len(self.data) % 5 == 0 and self.data.close[1] > self.data.close[0]:
                    self.buy(size=0.01)
        """),
        parts=LOOK_AHEAD,
    )

    assert outcome.look_ahead is not None
    failures = [s for found in outcome.look_ahead.findings for s in found.blind]
    assert any(s.told.startswith("failed with IndexError") for s in failures)
    assert outcome.crash is not None
    assert outcome.crash.in_strategy


HONEST = {
    "a crossing of averages": "strategy: {type: ma_cross, params: {fast: 5, slow: 20}}\n",
    "sized by equity": (
        "strategy: {type: ma_cross, params: {fast: 5, slow: 20}}\n"
        "sizing: {type: percent_equity, percent: 50%}\n"
        "risk: {stop: {type: stop_loss, distance: 2%}}\n"
    ),
    "rules": (
        "strategy: {type: rules, indicators: {fast: 'ema(close, 5)', slow: 'sma(close, 20)'},"
        " entry: 'crossover(fast, slow)', exit: 'crossunder(fast, slow)'}\n"
    ),
    "both": "strategy: {type: ma_cross, params: {fast: 5, slow: 20, direction: both}}\n",
}


@pytest.mark.parametrize("recipe", HONEST.values(), ids=HONEST)
def test_an_honest_strategy_passes(bench: Bench, checked: Checked, recipe: str) -> None:
    outcome = checked(bench.recipe(recipe), parts=LOOK_AHEAD, cuts=10)

    assert outcome.clean, outcome
    assert outcome.signals > 10
    assert outcome.look_ahead is not None
    assert outcome.look_ahead.cuts == 15


def test_longer_bars_resampled_and_other_feeds_are_no_foresight(
    strategy: Callable[..., Path], checked: Checked
) -> None:
    recipe = strategy(
        """
        def __init__(self):
            self.day = bt.ind.SMA(self.datas[1], period=3)
            self.fast = bt.ind.EMA(self.datas[2], period=8)
        def next(self):
            up = self.data.close[0] > self.day[0] and self.fast[0] > self.datas[2].close[-3]
            if up and not self.position:
                self.buy(size=1)
                self.buy(data=self.datas[2], exectype=bt.Order.Limit,
                         price=self.fast[0], size=0.3)
            elif not up and self.position:
                self.close()
                for order in self.broker.get_orders_open():
                    self.cancel(order)
        """,
        """\
        feeds:
          btc: {type: file, path: btc.csv, symbol: BTC/USD, timeframe: 1h}
          day: {resample: btc, timeframe: 1d}
          eth: {type: file, path: eth.csv, symbol: ETH/USD, timeframe: 30m}
        strategy: {type: python, class: 'mine:Mine', feeds: [btc, day, eth]}
        """,
    )

    outcome = checked(recipe, parts=LOOK_AHEAD, cuts=4, bars=800)

    assert outcome.clean, outcome.look_ahead
    assert outcome.signals > 20
    assert outcome.bars == 800


def test_acting_on_where_the_data_end_is_foresight(
    strategy: Callable[..., Path], checked: Checked
) -> None:
    outcome = checked(
        strategy("""
            def next(self):
                if len(self.data) == 100:
                    self.buy(size=1)
                if len(self.data) == self.data.buflen():
                    self.close()
        """),
        parts=LOOK_AHEAD,
    )

    assert outcome.look_ahead is not None
    found = outcome.look_ahead.findings[-1]
    assert found.seeing == ()
    assert [signal.told for signal in found.blind] == ["sold 1 at market"]
    assert found.proofs == ("no future",)


def test_the_same_check_finds_the_same(strategy: Callable[..., Path], checked: Checked) -> None:
    """Other bars chosen by chance show other bars on which it keeps still."""
    recipe = strategy("""
        def next(self):
            last = len(self.data) == self.data.buflen()
            if last or self.data.close[1] > self.data.close[0] * 1.01:
                self.buy(size=0.01)
    """)

    one, two, other = (
        checked(recipe, bars=200, cuts=4, seed=seed, parts=LOOK_AHEAD) for seed in (7, 7, 8)
    )

    assert one == two
    assert one.look_ahead != other.look_ahead


FICKLE = {
    "chance": (
        "import random\n",
        "random.random() < 0.3",
    ),
    "memory of a module": (
        "runs = []\n",
        "runs.append(1) or len(runs) % 5 == 0 and len(runs) % 3 == 0",
    ),
}


@pytest.mark.parametrize(("before", "condition"), FICKLE.values(), ids=FICKLE)
def test_what_changes_from_run_to_run_is_no_foresight(
    strategy: Callable[..., Path], checked: Checked, before: str, condition: str
) -> None:
    body = f"def next(self):\n    if len(self.data) > 1 and ({condition}):\n"
    body += "        self.buy(size=0.01)\n"

    outcome = checked(strategy(body, before=before))

    assert outcome.fickle is not None
    assert outcome.look_ahead is None
    assert not outcome.clean


def test_what_changes_only_rarely_is_not_taken_for_foresight_either(
    strategy: Callable[..., Path], checked: Checked
) -> None:
    """The third run of the process, the first with a cut, decides otherwise."""
    body = """
        def __init__(self):
            runs.append(1)
        def next(self):
            if len(self.data) == (20 if len(runs) == 3 else 30):
                self.buy(size=1)
    """

    outcome = checked(strategy(body, before="runs = []\n"), parts=LOOK_AHEAD)

    assert outcome.fickle is not None
    assert outcome.look_ahead is None


def test_chance_with_a_seed_passes(strategy: Callable[..., Path], checked: Checked) -> None:
    body = """
        def __init__(self):
            self.dice = random.Random(5)
        def next(self):
            if self.dice.random() < 0.1:
                self.buy(size=0.01)
    """

    assert checked(strategy(body, before="import random\n"), parts=LOOK_AHEAD).clean


def test_without_signals_there_is_nothing_to_tell(
    strategy: Callable[..., Path], checked: Checked
) -> None:
    outcome = checked(strategy("pass\n"))

    assert outcome.clean
    assert outcome.signals == 0
    assert outcome.look_ahead is not None
    assert outcome.look_ahead.cuts == 3
    assert outcome.warm_up is not None
    assert outcome.warm_up.trials == ()


def test_a_strategy_that_fails_is_reported_with_its_crash(
    strategy: Callable[..., Path], checked: Checked
) -> None:
    outcome = checked(
        strategy("""
            def next(self):
                self.buy(size=0.01)
                if len(self.data) == 100:
                    raise ValueError("no")
        """)
    )

    assert outcome.crash is not None
    assert outcome.look_ahead is not None
    assert outcome.look_ahead.findings == ()
    assert outcome.warm_up is None
    assert not outcome.clean


def test_too_few_bars_for_the_indicators_are_refused(
    strategy: Callable[..., Path], checked: Checked
) -> None:
    recipe = strategy("def __init__(self):\n    bt.ind.SMA(period=599)\n")

    with pytest.raises(FeedError, match=r"599 bars of feed 'btc', and 400 are looked at"):
        checked(recipe, bars=400)


def test_what_is_done_after_all_bars_is_no_signal(
    strategy: Callable[..., Path], checked: Checked
) -> None:
    outcome = checked(
        strategy("""
            def next(self):
                if len(self.data) % 50 == 0:
                    self.buy(size=0.01)
            def stop(self):
                self.close()
                1 / (self.data.buflen() // 600)
        """),
        parts=LOOK_AHEAD,
    )

    assert outcome.clean, outcome


def test_orders_are_compared_to_the_last_word(
    strategy: Callable[..., Path], checked: Checked
) -> None:
    """Only how long the order is good for tells the two runs apart."""
    outcome = checked(
        strategy(
            """
            def next(self):
                if len(self.data) % 50 == 0:
                    days = 1 if self.data.buflen() > 560 else 2
                    self.buy(size=0.01, exectype=bt.Order.Limit, price=1.0,
                             valid=self.data.datetime.datetime(0) + timedelta(days))
            """,
            before="from datetime import timedelta\n",
        ),
        parts=LOOK_AHEAD,
    )

    assert outcome.look_ahead is not None
    assert outcome.look_ahead.findings[0].proofs == ("no future",)
