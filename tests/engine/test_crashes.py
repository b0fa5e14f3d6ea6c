from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.engine.runs import ARTIFACTS, MA_CROSS, MINE, REPLAY, Notes, written

if TYPE_CHECKING:
    from tests.engine.conftest import Bench


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
    assert written(bench) == ARTIFACTS
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
