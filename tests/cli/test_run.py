from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
QUICKSTART = ROOT / "recipes" / "quickstart.yaml"
MAIN = [sys.executable, "-c", "from realtrade.cli import main; main()", "run"]
SPAN = ["--set", "backtest.from=2018-01-01", "--set", "backtest.to=2018-03-01"]
REPLAY = ["--set", "mode=paper", "--set", "paper={cash: 10000 USD}"]
ARTIFACTS = ["equity.csv", "report.html", "summary.json", "trades.csv"]


def _run(cwd: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*MAIN, *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )


def _mine(folder: Path, body: str) -> Path:
    """Write a strategy and a recipe for it over the quickstart's data."""
    source = f"import backtrader as bt\n\nclass Mine(bt.Strategy):\n{textwrap.indent(body, '    ')}"
    (folder / "mine.py").write_text(source, encoding="utf-8")
    data = ROOT / "recipes" / "data" / "coinbase-btc-usd-1h.csv"
    recipe = folder / "mine.yaml"
    recipe.write_text(
        textwrap.dedent(f"""\
            realtrade: v1
            name: mine
            mode: backtest
            feeds: {{btc: {{type: file, path: {data}, symbol: BTC/USD, timeframe: 1h}}}}
            strategy: {{type: python, class: "mine:Mine"}}
            """),
        encoding="utf-8",
    )
    return recipe


def test_a_backtest_prints_its_summary_and_writes_its_artifacts(tmp_path: Path) -> None:
    done = _run(tmp_path, QUICKSTART, *SPAN)

    assert done.returncode == 0, done.stderr
    # A machine that takes its time is told how far it is.
    assert [line for line in done.stderr.splitlines() if " bars (" not in line] == []
    assert re.search(r"^Final equity +[0-9,.]+ USD$", done.stdout, re.MULTILINE)
    assert done.stdout.endswith("report: runs/quickstart/report.html\n")
    folder = tmp_path / "runs" / "quickstart"
    assert sorted(path.name for path in folder.iterdir()) == ARTIFACTS
    assert json.loads((folder / "summary.json").read_text())["bars"] == 59 * 24
    assert "percent_equity" in (folder / "report.html").read_text()


def test_out_names_another_folder(tmp_path: Path) -> None:
    done = _run(tmp_path, QUICKSTART, *SPAN, "--out", tmp_path / "elsewhere")

    assert done.returncode == 0
    assert (tmp_path / "elsewhere" / "summary.json").exists()
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(("quiet", "expected"), [([], True), (["--quiet"], False)])
def test_a_paper_run_logs_its_orders_unless_quiet(
    tmp_path: Path, quiet: list[str], expected: bool
) -> None:
    replay = ["--set", "exchange={type: replay}"]

    done = _run(tmp_path, QUICKSTART, *SPAN, *REPLAY, *replay, *quiet)

    assert done.returncode == 0, done.stderr
    assert "the journal is kept in memory" in done.stderr
    assert ("BTC/USD filled" in done.stderr) is expected


def test_a_strategy_that_raises_ends_with_its_own_lines_and_what_was_done(tmp_path: Path) -> None:
    body = "def next(self):\n    if len(self) == 500:\n        self.buy(sise=1); 1 / 0\n"

    done = _run(tmp_path, _mine(tmp_path, body))

    assert done.returncode == 1
    lines = done.stderr.splitlines()
    told = lines[lines.index("Traceback (most recent call last; your code):") :]
    assert told[1] == "  mine.py, line 6, in next"
    assert told[-1] == "ZeroDivisionError: division by zero"
    assert all(" of 20,111 bars (" in line for line in lines[: -len(told)])  # progress, when slow
    assert "realtrade" not in done.stderr
    assert json.loads((tmp_path / "runs/mine/summary.json").read_text())["bars"] == 500
    assert "Final equity" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--set", "strategy.params.fsat=1"], 78, "error[RT201]: unknown key 'fsat'"),
        (["--set", "feeds.btc_1h.path=no.csv"], 78, "--set:1:"),
        (["--env", "nowhere"], 78, "error[RT308]"),
        (["--outt", "x"], 64, "No such option"),
    ],
)
def test_says_what_is_wrong_and_exits_as_the_house_does(
    tmp_path: Path, arguments: list[str], code: int, message: str
) -> None:
    done = _run(tmp_path, QUICKSTART, *arguments)

    assert done.returncode == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "runs").exists()


def test_a_wrong_class_is_shown_at_its_line(tmp_path: Path) -> None:
    recipe = _mine(tmp_path, "pass\n")
    recipe.write_text(recipe.read_text().replace("mine:Mine", "mine:Mein"), encoding="utf-8")

    done = _run(tmp_path, recipe)

    assert done.returncode == 78
    assert done.stderr.startswith("error[RT801]: module 'mine' has no class 'Mein'\n")
    assert "mine.yaml:5:" in done.stderr
    assert "did you mean 'Mine'?" in done.stderr


def _interrupted(cwd: Path, number: signal.Signals, *arguments: str | Path) -> tuple[int, str, str]:
    """Start a run, send it a signal once it trades, and return code, stdout and stderr."""
    process = subprocess.Popen(
        [*MAIN, *map(str, arguments)],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    seen = ""
    while "trading begins" not in seen:
        line = process.stderr.readline()
        assert line, seen
        seen += line
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    return process.returncode, out, seen + err


ANNOUNCING = """\
def next(self):
    if len(self) == 3:
        import sys
        print("trading begins", file=sys.stderr, flush=True)
        self.buy(size=0.1)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_a_replay_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    replay = ["--set", "exchange={type: replay, speed: 36000}"]

    code, out, err = _interrupted(tmp_path, number, _mine(tmp_path, ANNOUNCING), *REPLAY, *replay)

    assert code == 0, err
    assert "Final equity" in out
    assert "Traceback" not in err
    folder = tmp_path / "runs" / "mine"
    assert sorted(path.name for path in folder.iterdir()) == ARTIFACTS
    assert 3 <= json.loads((folder / "summary.json").read_text())["bars"] < 20_000


def test_an_interrupted_backtest_says_that_it_is_a_part(tmp_path: Path) -> None:
    slow = ANNOUNCING + "    import time\n    time.sleep(0.01)\n"

    code, out, err = _interrupted(tmp_path, signal.SIGINT, _mine(tmp_path, slow))

    assert code == 130
    assert "stopped before the last bar: the result is a part" in err
    assert "Final equity" in out


def test_a_terminal_gets_a_bar(tmp_path: Path) -> None:
    def read(fd: int) -> Any:
        try:
            return os.read(fd, 65_536)
        except OSError:  # how Linux says that the other end is closed
            return b""

    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*MAIN, str(QUICKSTART), *SPAN],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},  # noqa: TID251 - a child's environment
    )
    os.close(theirs)
    seen = b""
    while chunk := read(ours):
        seen += chunk
    os.close(ours)

    assert process.wait(30) == 0
    assert b"bars" in seen
    assert "━".encode() in seen
