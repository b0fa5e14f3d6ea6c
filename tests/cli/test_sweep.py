from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.cli.sweep_table import number
from realtrade.cli.sweep_watch import LineWatch, progress_line
from realtrade.monitor.summary import NOTHING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
QUICKSTART = ROOT / "recipes" / "quickstart.yaml"
SPAN = ["--set", "backtest.from=2017-07-01", "--set", "backtest.to=2017-10-01"]
PARAMS = ["--param", "strategy.params.fast=5..20:5", "--param", "strategy.params.slow=15,30,60"]
PAUSE = Event()
COMMAND = [sys.executable, "-c", "from realtrade.cli import main; main()", "sweep"]


def command(*arguments: object, cwd: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, str(QUICKSTART), *SPAN, *map(str, arguments)],
        cwd=cwd,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Any]:
    """Start sweeps, and see that none outlives the test."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: object) -> subprocess.Popen[str]:
        started.append(command(*arguments, cwd=tmp_path))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def results(folder: Path) -> int:
    """Count what a sweep that may be running has kept."""
    path = folder / "study.db"
    if not path.exists():
        return 0
    with sqlite3.connect(path) as database:
        try:
            count: int = database.execute("select count(*) from sweep_results").fetchone()[0]
        except sqlite3.OperationalError:  # not there yet
            count = 0
    database.close()
    return count


def wait_for(folder: Path, count: int) -> None:
    for _ in range(3000):
        if results(folder) >= count:
            return
        PAUSE.wait(0.02)
    raise AssertionError("nothing was kept")


def children(group: int) -> list[int]:
    """Return the living processes of a process group."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, process_group = path.read_text().rpartition(")")[2].split()[:3]
        except (OSError, ValueError):
            continue
        if int(process_group) == group and state != "Z":
            found.append(int(path.parent.name))
    return found


@pytest.mark.timeout(120)
def test_it_is_killed_and_goes_on_with_the_same_result(running: Any, tmp_path: Path) -> None:
    killed = running(*PARAMS, "--out", "killed", "--workers", 1)
    wait_for(tmp_path / "killed", 2)
    killed.kill()
    killed.wait()
    kept = results(tmp_path / "killed")
    assert kept < 12

    again = running(*PARAMS, "--out", "killed")
    whole = running(*PARAMS, "--out", "whole")
    (table, told), (same, _) = again.communicate(), whole.communicate()

    assert (again.returncode, whole.returncode) == (0, 0), told
    assert f"12 backtests on {os.cpu_count()} workers, " in told
    assert f"{kept} of them done before" in told or results(tmp_path / "killed") == 12
    assert table.replace("killed", "whole") == same
    files = [(tmp_path / name / "sweep.parquet").read_bytes() for name in ("killed", "whole")]
    assert files[0] == files[1]
    for _ in range(200):
        if children(killed.pid):
            PAUSE.wait(0.05)
    assert children(killed.pid) == [], "its workers ended with it"


@pytest.mark.timeout(120)
def test_ctrl_c_keeps_everything_and_shows_the_table_so_far(running: Any, tmp_path: Path) -> None:
    process = running(*PARAMS, "--out", "part", "--workers", 1)
    wait_for(tmp_path / "part", 2)
    process.send_signal(signal.SIGINT)
    table, told = process.communicate()

    assert process.returncode == 130, told
    assert "the same command goes on where this one ended" in told
    assert "Traceback" not in told
    assert table.splitlines()[0].split()[:4] == ["trial", "fast", "slow", "sharpe"]
    assert "of 12 trials done" in table
    assert 2 <= results(tmp_path / "part") < 12
    assert (tmp_path / "part" / "sweep.html").exists()


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("split", "told"),
    [
        ("train=86d,test=2d", "warning: 2 of 2 parts out of sample closed no trade"),
        ("train=60d,test=15d", ""),
    ],
)
def test_parts_too_short_for_their_indicators_are_told(
    realtrade: Any, tmp_path: Path, split: str, told: str
) -> None:
    params = ["--param", "strategy.params.slow=60", "--split", f"walk-forward:{split}"]

    done = realtrade("sweep", QUICKSTART, *SPAN, *params, "--out", tmp_path)

    assert done.exit_code == 0, done.stderr
    trades = [row.split()[-1] for row in done.stdout.split("\n\n")[1].splitlines()]
    assert trades[0] == "trades"
    assert ("0" in trades) is bool(told)
    assert told in done.stdout
    assert ("closed no trade" in done.stdout) is bool(told)


@pytest.mark.timeout(120)
def test_a_sweep_prints_its_table_and_tells_what_it_left_out(
    realtrade: Any, tmp_path: Path
) -> None:
    params = ["--param", "strategy.params.fast=10,30", "--param", "strategy.params.slow=20,60"]
    done = realtrade(
        "sweep", QUICKSTART, *SPAN, *params, "--out", tmp_path, "--top", 2, "--holdout", "40%",
        "--objective", "total_return", "--objective", "min:max_drawdown",
    )  # fmt: skip

    assert done.exit_code == 0, done.stderr
    head, *rows = done.stdout.split("\n\n")[0].splitlines()
    assert head.split("  ")[0] == "trial"
    for word in ("fast", "slow", "total_return", "max_drawdown", "out of sample", "stability"):
        assert word in head
    assert len(rows) >= 2
    assert rows[0].rstrip().endswith("yes")
    assert "3 of 4 trials done" in done.stdout
    assert "1 refused by the recipe: trial 2, fast (30) must be less than slow (20)" in done.stdout
    assert done.stdout.endswith(f"report: {tmp_path / 'sweep.html'}\n")
    assert done.stderr.splitlines()[0].startswith("4 backtests on ")


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--param", "strategy.params.fast"], 64, "is not path=values"),
        (["--param", "mode=live"], 64, "a sweep is a backtest"),
        (["--param", "strategy.params.fst=1"], 78, "did you mean 'fast'?"),
        (["--param", "strategy.params.fast=x"], 78, "expected a whole number"),
        (["--param", "strategy.params.fast=1", "--objective", "sharp"], 64, "mean 'sharpe'?"),
        (["--param", "strategy.params.fast=1", "--split", "k-fold"], 64, "write --split walk"),
        (["--param", "strategy.params.fast=1", "--prune"], 64, "--sampler tpe"),
        (["--param", "feeds.btc_1h.path=a.csv"], 78, "a.csv"),
        (["--param", "strategy.params.fast=1", "--storage", "nonsense://"], 69, "cannot be used"),
        ([], 64, "--param"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(
    realtrade: Any, tmp_path: Path, arguments: list[str], code: int, told: str
) -> None:
    done = realtrade("sweep", QUICKSTART, "--out", tmp_path, *arguments)

    assert done.exit_code == code, done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


class HandClock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def monotonic_s(self) -> float:
        return self.now_s


def test_progress_has_rate_time_left_and_the_best(capsys: pytest.CaptureFixture[str]) -> None:
    clock: Any = HandClock()
    watch = LineWatch(clock)
    watch.begin(10, 100, 4)
    clock.now_s += 2
    watch.progress(20, 100, "sharpe 1.5 at fast=5")
    clock.now_s += 2
    watch.progress(30, 100, "sharpe 1.5 at fast=5")
    clock.now_s += 30
    watch.progress(10, 100, "")

    assert capsys.readouterr().err.splitlines() == [
        "100 backtests on 4 workers, 10 of them done before",
        "30 of 100 backtests (30%), 5.00 a second, 14 s left; best sharpe 1.5 at fast=5",
    ]
    assert progress_line(1, 2, 0.5, "") == "1 of 2 backtests (50%), 0.50 a second, 2 s left"


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, NOTHING), (1.23456, "1.2346"), (1234.5, "1,234.50"), (-0.5, "-0.5000")],
)
def test_numbers_are_short(value: float | None, text: str) -> None:
    assert number(value) == text
