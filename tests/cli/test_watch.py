from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from realtrade.cli.watch import BarWatch, LineWatch, QuietWatch, progress_line, watching
from realtrade.engine.outcome import RunOutcome
from realtrade.utils.clock import ManualClock

if TYPE_CHECKING:
    from realtrade.engine.observer import Level


@pytest.mark.parametrize(
    ("done", "total", "elapsed_s", "line"),
    [
        (500, 2000, 2.0, "500 of 2,000 bars (25%), 250 a second, 6 s left"),
        (
            1_500_000,
            3_000_000,
            3.0,
            "1,500,000 of 3,000,000 bars (50%), 500,000 a second, 3 s left",
        ),
    ],
)
def test_progress_in_a_line(done: int, total: int, elapsed_s: float, line: str) -> None:
    assert progress_line(done, total, elapsed_s) == line


def test_progress_is_said_every_three_seconds_once_there_is_any() -> None:
    said: list[str] = []
    clock = ManualClock()
    watch = LineWatch(lambda level, line: said.append(line), clock)

    for done, total in [(0, 100), (0, 100), (20, 100), (30, 100), (40, None), (80, 100)]:
        clock.sleep(2)
        watch.progress(done, total)

    assert said == [
        "20 of 100 bars (20%), 5 a second, 16 s left",
        "80 of 100 bars (80%), 8 a second, 2 s left",
    ]


def test_quiet_says_warnings_and_errors_only() -> None:
    said: list[tuple[Level, str]] = []
    watch = QuietWatch(lambda level, line: said.append((level, line)))

    watch.stage("feeds")
    watch.progress(1, 2)
    watch.log("info", "one")
    watch.log("warning", "two")
    watch.log("error", "three")
    watch.finished(RunOutcome(ending="completed"))

    assert said == [("warning", "two"), ("error", "three")]


def test_a_backtest_s_lines_go_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    with watching(quiet=False, live=False) as watch:
        watch.log("info", "one")
        watch.log("warning", "two")

    assert capsys.readouterr() == ("", "one\nwarning: two\n")


def test_a_live_run_s_lines_go_to_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with (
        caplog.at_level(logging.INFO, "realtrade"),
        watching(quiet=False, live=True) as watch,
    ):
        watch.log("info", "one")
        watch.log("error", "two")

    assert caplog.record_tuples == [
        ("realtrade.run", logging.INFO, "one"),
        ("realtrade.run", logging.ERROR, "two"),
    ]


def test_a_terminal_s_bar_shows_stage_and_progress(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)

    with watching(quiet=False, live=False) as watch:
        assert isinstance(watch, BarWatch)
        watch.stage("trading")
        watch.progress(50, 200)
        (task,) = watch._progress.tasks
        watch.log("info", "a line")

    assert (task.description, task.completed, task.total) == ("trading", 50, 200)
    assert "a line\n" in capsys.readouterr().err
