from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.engine import TradingRunner
from realtrade.engine.stages import STAGES
from realtrade.recipe import load_recipe
from realtrade.utils.clock import SystemClock
from tests.engine.conftest import write_bars
from tests.engine.runs import ARTIFACTS, MA_CROSS, MINE, REPLAY, STOPPING, Notes, written

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.engine.conftest import Bench


# -- running ---------------------------------------------------------------------------------------


def test_tells_its_observer_how_it_goes(bench: Bench) -> None:
    notes = Notes()

    outcome = bench.run(bench.recipe(MA_CROSS), observer=notes)

    assert notes.stages == [*(stage.name for stage in STAGES), "trading"]
    assert notes.progressed[-1] == (600, 600)
    assert notes.outcomes == [outcome]
    assert notes.lines == []


def test_writes_artifacts_that_say_the_least_a_summary_must(bench: Bench) -> None:
    outcome = bench.run(bench.recipe(MA_CROSS, name="btc-trend"))

    assert outcome.ending == "completed"
    assert outcome.folder == bench.folder / "out"
    assert written(bench) == ARTIFACTS
    summary = json.loads((bench.folder / "out" / "summary.json").read_text())
    assert summary == outcome.summary
    for key, value in {
        "name": "btc-trend",
        "mode": "backtest",
        "bars": 600,
        "start_cash": "10000",
        "path": "fast",
    }.items():
        assert summary[key] == value
    assert {"recipe_hash", "trades", "final_equity", "fees_paid", "max_drawdown"} <= set(summary)


def test_two_runs_write_the_same_bytes(bench: Bench) -> None:
    recipe = bench.recipe(MA_CROSS)

    for out in ("one", "two"):
        bench.run(recipe, out, recipe_text="name: bot\n")

    for name in ARTIFACTS:
        one, two = ((bench.folder / out / name).read_bytes() for out in ("one", "two"))
        assert one == two, name
        assert str(bench.folder).encode() not in one


def test_writes_nothing_when_not_asked_to(bench: Bench) -> None:
    outcome = TradingRunner(load_recipe(bench.recipe(MA_CROSS))).run()

    assert outcome.ending == "completed"
    assert outcome.folder is None


def test_live_modes_say_that_the_journal_is_in_memory(bench: Bench) -> None:
    notes = Notes()

    bench.run(bench.recipe(MA_CROSS), "out", *REPLAY, observer=notes)

    level, line = notes.lines[0]
    assert (level, line.startswith("the journal is kept in memory")) == ("warning", True)
    assert any(line.startswith("buy 1.0 BTC/USD filled at ") for _, line in notes.lines)


def test_open_orders_are_cancelled_at_the_end_of_a_paper_run(bench: Bench) -> None:
    bench.strategy(
        "mine",
        """
        import backtrader as bt

        class Mine(bt.Strategy):
            def nextstart(self):
                self.buy(size=1, exectype=bt.Order.Limit, price=self.data.close[0] / 10)
        """,
    )
    recipe = bench.recipe(MINE)

    said: dict[str, list[str]] = {}
    for on_stop in ("cancel_orders", "keep_orders"):
        notes = Notes()
        bench.run(recipe, "out", *REPLAY, f"orders.on_stop={on_stop}", observer=notes)
        said[on_stop] = [line for _, line in notes.lines if "BTC/USD" in line]

    assert said["cancel_orders"] == ["buy 1.0 BTC/USD submitted", "buy 1.0 BTC/USD cancelled"]
    assert said["keep_orders"] == ["buy 1.0 BTC/USD submitted"]


def test_an_order_a_paper_run_had_no_bar_left_for_rests_nowhere(bench: Bench) -> None:
    bench.strategy(
        "mine",
        """
        import backtrader as bt

        class Mine(bt.Strategy):
            def next(self):
                self.buy(size=0.001)
        """,
    )
    notes = Notes()

    bench.run(bench.recipe(MINE), "out", *REPLAY, observer=notes)

    said = [line for _, line in notes.lines if "BTC/USD" in line]
    assert said[-1] == "buy 0.001 BTC/USD submitted"
    assert not [line for _, line in notes.lines if "may rest" in line]


def test_a_position_that_cannot_be_flattened_any_more_is_told(bench: Bench) -> None:
    bench.strategy(
        "mine",
        """
        import backtrader as bt

        class Mine(bt.Strategy):
            def nextstart(self):
                self.buy(size=2)
        """,
    )
    notes = Notes()

    bench.run(bench.recipe(MINE), "out", *REPLAY, "orders.on_stop=flatten", observer=notes)

    told = "2.0 BTC/USD is still held: no bar follows to close it on"
    assert ("warning", told) in notes.lines


# -- stopping and pausing --------------------------------------------------------------------------


def _hooked(bench: Bench, hook: Callable[[Any], None], *sets: str) -> tuple[TradingRunner, Any]:
    """Return a runner whose strategy calls `hook` on every bar, and the strategy's class."""
    import sys

    bench.strategy("mine", STOPPING)
    sys.path.append(str(bench.folder))
    import mine  # type: ignore[import-not-found]  # written just now

    mine.Mine.hook = staticmethod(hook)
    return bench.runner(bench.recipe(MINE), "out", *sets), mine.Mine


@pytest.mark.parametrize("sets", [(), REPLAY], ids=["backtest", "replay"])
def test_stop_ends_the_run_at_the_next_bar(bench: Bench, sets: tuple[str, ...]) -> None:
    def hook(strategy: Any) -> None:
        if len(strategy) == 100:
            runner.stop()

    runner, cls = _hooked(bench, hook, *sets)

    outcome = runner.run()

    assert outcome.ending == "stopped"
    assert outcome.crash is None
    assert outcome.summary["bars"] == 100
    assert cls.stops == 1
    assert written(bench) == ARTIFACTS


@pytest.mark.parametrize("sets", [(), REPLAY], ids=["backtest", "replay"])
def test_an_interrupt_without_the_command_line_stops_as_well(
    bench: Bench, sets: tuple[str, ...]
) -> None:
    def hook(strategy: Any) -> None:
        if len(strategy) == 100:
            raise KeyboardInterrupt

    runner, cls = _hooked(bench, hook, *sets)

    outcome = runner.run()

    assert (outcome.ending, outcome.summary["bars"], cls.stops) == ("stopped", 100, 1)


@pytest.mark.parametrize("stage", [stage.name for stage in STAGES])
def test_stop_while_building_takes_down_what_stands(bench: Bench, stage: str) -> None:
    def on_stage(name: str) -> None:
        if name == stage:
            runner.stop()

    runner = bench.runner(bench.recipe(MA_CROSS), "out", *REPLAY, observer=Notes(on_stage))
    before = threading.active_count()

    outcome = runner.run()

    assert outcome.ending == "stopped"
    assert threading.active_count() == before


def test_stop_from_another_thread_ends_a_slow_replay_at_once(bench: Bench) -> None:
    runner = bench.runner(
        bench.recipe(MA_CROSS), "out", "mode=paper", "exchange={type: replay, speed: 1}"
    )
    clock = SystemClock()
    began_s = clock.monotonic_s()
    timer = threading.Timer(0.5, runner.stop)
    timer.start()

    outcome = runner.run()

    assert outcome.ending == "stopped"
    assert outcome.summary["bars"] == 1
    assert clock.monotonic_s() - began_s < 60, "the next bar is far away"
    timer.join()


def test_while_paused_positions_may_only_be_reduced(bench: Bench) -> None:
    def hook(strategy: Any) -> None:
        bar = len(strategy)
        if bar == 60:
            runner.pause()
        if bar == 61:
            orders["more"] = strategy.buy(size=1)
            orders["flip"] = strategy.sell(size=2)
            orders["less"] = strategy.sell(size=0.5)
        if bar == 70:
            runner.resume()
        if bar == 71:
            orders["again"] = strategy.buy(size=1)

    orders: dict[str, Any] = {}
    notes = Notes()
    runner, _ = _hooked(bench, hook, "feeds.btc.market=swap", *REPLAY)
    runner._parts.observer = runner._observer = notes

    outcome = runner.run()

    assert outcome.crash is None
    statuses = {name: order.getstatusname() for name, order in orders.items()}
    assert statuses == {
        "more": "Rejected",
        "flip": "Rejected",
        "less": "Completed",
        "again": "Completed",
    }
    assert orders["more"].info.reason == "trading is paused: BTC/USD may only be reduced"
    lines = [line for _, line in notes.lines if "pause" in line or "resumed" in line]
    assert lines[0] == "paused by the caller: positions may only be reduced"
    assert lines[-1] == "resumed by the caller"


def test_too_few_bars_for_an_indicator_are_told_and_nothing_is_traded(bench: Bench) -> None:
    write_bars(bench.folder / "btc.csv", 15, seed=1)

    outcome = bench.run(bench.recipe(MA_CROSS))

    summary = json.loads((bench.folder / "out" / "summary.json").read_text())
    assert (outcome.ending, outcome.crash) == ("completed", None)
    assert (summary["trades"], summary["bars"]) == (0, 15)
    assert summary["path_reason"] == "SMA needs 20 bars, and there are 15"
