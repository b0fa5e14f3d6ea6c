"""Reports of live bots, written in a process of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from realtrade.engine.report_process import write_apart
from realtrade.model.order import Side
from realtrade.monitor import PerformanceTracker, Reporter, RunFacts

if TYPE_CHECKING:
    from pathlib import Path

FACTS = RunFacts(name="bot", mode="live", recipe_hash="abc", currency="USDT")
MINUTE_MS = 60_000


@pytest.fixture
def tracker() -> PerformanceTracker:
    """A purchase and its sale, one after a long curve and one after it again."""
    tracker = PerformanceTracker(1_000)
    times = np.arange(500, dtype=np.int64) * MINUTE_MS
    tracker.record_columns(times, np.full(500, 1_000.0), np.linspace(1_000, 1_100, 500))
    for side, price in ((Side.BUY, 100.0), (Side.SELL, 110.0)):
        now_ms = 500 * MINUTE_MS
        tracker.record_fill("BTC/USDT", side, time_ms=now_ms, quantity=1.0, price=price, fee=0.1)
    tracker.record_bar(500 * MINUTE_MS, 1_009.8, 1_009.8)
    return tracker.copy()


def write(tracker: PerformanceTracker, folder: Path, patience_s: float = 60.0) -> None:
    write_apart(folder, tracker, FACTS, recipe_text="name: bot", prices={}, patience_s=patience_s)


def test_writes_the_same_files_as_in_this_process(
    tracker: PerformanceTracker, tmp_path: Path
) -> None:
    write(tracker, tmp_path / "apart")
    Reporter(tmp_path / "here").write(tracker, FACTS, recipe_text="name: bot", prices={})

    names = sorted(file.name for file in (tmp_path / "here").iterdir())
    assert names == ["equity.csv", "report.html", "summary.json", "trades.csv"]
    for name in names:
        assert (tmp_path / "apart" / name).read_bytes() == (tmp_path / "here" / name).read_bytes()


def test_says_why_nothing_can_be_written(tracker: PerformanceTracker, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, where a folder is wanted")

    with pytest.raises(OSError, match="taken"):
        write(tracker, tmp_path / "taken")


def test_an_end_without_words_is_told_too(
    tracker: PerformanceTracker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")

    with pytest.raises(OSError, match="writing the report ended with 1"):
        write(tracker, tmp_path)


def test_does_not_wait_for_ever(tracker: PerformanceTracker, tmp_path: Path) -> None:
    with pytest.raises(TimeoutError, match=r"took longer than 0\.01 s"):
        write(tracker, tmp_path, patience_s=0.01)


def test_files_of_the_working_folder_are_no_modules(
    tracker: PerformanceTracker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pickle.py").write_text("raise SystemExit('taken for the library')")
    monkeypatch.chdir(tmp_path)

    write(tracker, tmp_path / "out")

    assert (tmp_path / "out" / "report.html").exists()
