from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.engine import StageFailed, TradingRunner
from realtrade.engine.observer import Silent
from realtrade.engine.stages import STAGES
from realtrade.plugins import PluginError
from realtrade.plugins.ports import FeedError
from realtrade.recipe import RecipeInvalid, load_recipe
from realtrade.utils.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from realtrade.engine import RunOutcome
    from realtrade.engine.observer import Level
    from tests.engine.conftest import Bench

REPLAY = ("mode=paper", "exchange={type: replay}")
MA_CROSS = "strategy: {type: ma_cross, params: {fast: 5, slow: 20}}\n"
MINE = "strategy: {type: python, class: 'mine:Mine'}\n"
ARTIFACTS = ["equity.csv", "report.html", "summary.json", "trades.csv"]


class Notes(Silent):
    """Writes down what it is told."""

    def __init__(self, on_stage: Callable[[str], object] = str) -> None:
        self.stages: list[str] = []
        self.lines: list[tuple[Level, str]] = []
        self.progressed: list[tuple[int, int | None]] = []
        self.outcomes: list[RunOutcome] = []
        self._on_stage = on_stage

    def stage(self, name: str) -> None:
        self.stages.append(name)
        self._on_stage(name)

    def progress(self, done: int, total: int | None) -> None:
        self.progressed.append((done, total))

    def log(self, level: Level, line: str) -> None:
        self.lines.append((level, line))

    def finished(self, outcome: RunOutcome) -> None:
        self.outcomes.append(outcome)


def _written(bench: Bench, out: str = "out") -> list[str]:
    return sorted(path.name for path in (bench.folder / out).iterdir())


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
    assert _written(bench) == ARTIFACTS
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
    assert ("info", "buy 1.0 BTC/USD filled") in notes.lines


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


# -- strategies that raise -------------------------------------------------------------------------

RAISING = """
    import backtrader as bt

    class Counting(bt.Analyzer):
        def stop(self):
            self.strategy.tell("analyzer stopped\\n")

    class Mine(bt.Strategy):
        params = (("where", ""), ("path", ""))

        def __init__(self):
            self.tell("")
            self._addanalyzer(Counting)
            self.maybe("__init__")

        def tell(self, text):
            with open(self.p.path, "a") as file:
                file.write(text)

        def maybe(self, where):
            if self.p.where == where:
                raise ValueError("no luck")

        def start(self):
            self.maybe("start")

        def next(self):
            if len(self) == 100:
                self.buy(size=1)
            if len(self) == 200:
                self.maybe("next")

        def notify_order(self, order):
            if order.status == order.Completed:
                self.maybe("notify_order")

        def notify_trade(self, trade):
            self.maybe("notify_trade")

        def stop(self):
            self.tell("stopped\\n")
            self.maybe("stop")
"""
STOPPED = "stopped\nanalyzer stopped\n"


@pytest.mark.parametrize("mode", [(), REPLAY], ids=["backtest", "replay"])
@pytest.mark.parametrize(
    ("where", "bars", "stopped"),
    [
        ("__init__", {0}, ""),
        ("start", {0}, STOPPED),
        ("next", {200}, STOPPED),
        # The bar on which the strategy hears of its order and raises may count or not.
        ("notify_order", {100, 101}, STOPPED),
        ("notify_trade", {100, 101}, STOPPED),
        ("stop", {600}, STOPPED),
    ],
)
def test_an_exception_in_a_strategy_stops_the_bot_cleanly(
    bench: Bench, where: str, bars: set[int], stopped: str, mode: tuple[str, ...]
) -> None:
    bench.strategy("mine", RAISING)
    told = bench.folder / "told.txt"
    recipe = bench.recipe(MINE)

    outcome = bench.run(recipe, "out", f"strategy.params={{where: {where}, path: '{told}'}}", *mode)

    assert outcome.ending == "failed"
    assert outcome.crash is not None
    assert outcome.crash.in_strategy
    lines = outcome.crash.text.splitlines()
    assert lines[0] == "Traceback (most recent call last; your code):"
    assert lines[1].startswith("  mine.py, line ")
    assert lines[1].endswith(f"in {where}")
    assert lines[-1] == "ValueError: no luck"
    assert "realtrade" not in outcome.crash.text
    assert told.read_text() == stopped
    assert _written(bench) == ARTIFACTS
    assert outcome.summary["bars"] in bars


def test_an_error_of_ours_keeps_its_whole_traceback(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    from realtrade.common.simulated import SimulatedVenue

    monkeypatch.setattr(SimulatedVenue, "on_bar", None)

    outcome = bench.run(bench.recipe(MA_CROSS))

    assert outcome.crash is not None
    assert not outcome.crash.in_strategy
    assert "realtrade/engine/runner.py" in outcome.crash.text
    assert outcome.ending == "failed"


def test_when_the_artifacts_of_a_crash_cannot_be_written_the_crash_is_still_told(
    bench: Bench,
) -> None:
    bench.strategy("mine", RAISING)
    (bench.folder / "out").write_text("in the way", encoding="utf-8")
    notes = Notes()
    where = f"strategy.params={{where: next, path: '{bench.folder / 'told.txt'}'}}"

    outcome = bench.run(bench.recipe(MINE), "out", where, observer=notes)

    assert outcome.crash is not None
    assert outcome.folder is None
    assert notes.lines[-1][0] == "error"
    assert notes.lines[-1][1].startswith("no artifacts: FileExistsError")


def test_artifacts_of_a_good_run_that_cannot_be_written_are_an_error(bench: Bench) -> None:
    (bench.folder / "out").write_text("in the way", encoding="utf-8")

    with pytest.raises(FileExistsError):
        bench.run(bench.recipe(MA_CROSS))


# -- stopping and pausing --------------------------------------------------------------------------

STOPPING = """
    import backtrader as bt

    class Mine(bt.Strategy):
        params = (("hook", None),)
        stops = 0
        hook = None

        def next(self):
            if len(self) == 50:
                self.buy(size=1)
            if type(self).hook:
                type(self).hook(self)

        def stop(self):
            type(self).stops += 1
"""


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
    assert _written(bench) == ARTIFACTS


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
    assert clock.monotonic_s() - began_s < 10
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
    lines = [line for _, line in notes.lines if "pause" in line or line == "resumed"]
    assert lines[0] == "paused: positions may only be reduced"
    assert lines[-1] == "resumed"


# -- building --------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", [stage.name for stage in STAGES])
def test_a_failing_stage_is_named_and_leaves_nothing_behind(
    bench: Bench, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(parts: Any, stack: Any) -> None:
        raise ValueError("no luck")

    broken = [one if one.name != stage else one._replace(build=failing) for one in STAGES]
    monkeypatch.setattr("realtrade.engine.runner.STAGES", broken)
    runner = bench.runner(bench.recipe(MA_CROSS), "out", *REPLAY)
    before = threading.active_count()

    with pytest.raises(StageFailed) as caught:
        runner.run()

    assert caught.value.stage == stage
    assert threading.active_count() == before
    parts = runner._parts
    if parts.journal is not None:
        with pytest.raises(RuntimeError, match="journal is closed"):
            parts.journal.event(None)  # type: ignore[arg-type]  # it must not even look
    if parts.hub is not None:
        assert parts.hub.over
    assert not (bench.folder / "out").exists()


@pytest.mark.parametrize(
    ("strategy", "path", "message", "hint"),
    [
        (
            "{type: python, class: 'mine:Mien'}",
            "strategy.class",
            "module 'mine' has no class 'Mien'",
            "did you mean 'Mine'?",
        ),
        (
            "{type: python, class: 'mine:Mine', params: {hok: 1}}",
            "strategy.params.hok",
            "Mine has no parameter 'hok'",
            "did you mean 'hook'?",
        ),
    ],
)
def test_a_wrong_class_or_parameter_is_shown_at_its_line(
    bench: Bench, strategy: str, path: str, message: str, hint: str
) -> None:
    bench.strategy("mine", STOPPING)
    recipe = bench.recipe(f"strategy: {strategy}\n")

    with pytest.raises(StageFailed) as caught:
        bench.run(recipe)

    assert caught.value.stage == "strategy"
    cause = caught.value.cause
    assert isinstance(cause, RecipeInvalid)
    (finding,) = cause.diagnostics
    assert (finding.code, finding.path) == ("RT801", path)
    assert (finding.message, finding.hint) == (message, hint)
    assert finding.source == f"strategy: {strategy}"
    assert finding.line == recipe.read_text().splitlines().index(finding.source) + 1
    word = "mine:" if path.endswith("class") else "1}"
    assert finding.source[finding.column - 1 :].lstrip("'").startswith(word)


def test_a_missing_file_fails_in_the_feeds_stage(bench: Bench) -> None:
    recipe = bench.recipe(MA_CROSS)
    (bench.folder / "btc.csv").unlink()

    with pytest.raises(StageFailed, match="btc") as caught:
        bench.run(recipe)

    assert caught.value.stage == "feeds"
    assert isinstance(caught.value.cause, FeedError)


def test_a_mode_that_sends_orders_needs_an_exchange_that_takes_them(bench: Bench) -> None:
    runner = bench.runner(bench.recipe(MA_CROSS), "out", *REPLAY)
    runner._parts.recipe = runner._parts.recipe.model_copy(update={"mode": "testnet"})

    with pytest.raises(StageFailed) as caught:
        runner.run()

    assert caught.value.stage == "broker"
    assert isinstance(caught.value.cause, PluginError)
    assert str(caught.value.cause) == (
        "mode 'testnet' sends orders, and the exchange 'replay' takes none"
    )


def test_a_strategy_s_files_are_found_from_any_working_directory(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.strategy("mine", STOPPING)
    recipe = bench.recipe(MINE)
    monkeypatch.chdir(bench.folder.parent)

    outcome = TradingRunner(load_recipe(recipe.relative_to(bench.folder.parent))).run()

    assert outcome.ending == "completed"
