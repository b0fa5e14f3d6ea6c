from __future__ import annotations

import csv
import json
import subprocess
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

import realtrade.monitor
from realtrade.monitor import PerformanceTracker, Reporter, RunFacts

if TYPE_CHECKING:
    from pathlib import Path

FILES = ["equity.csv", "report.html", "summary.json", "trades.csv"]


def test_every_file_is_written_and_no_other(tmp_path: Path, run: Any, facts: RunFacts) -> None:
    written = Reporter(tmp_path / "runs" / "a").write(
        run.tracker, facts, prices={"BTC/USD": run.bars}
    )

    assert sorted(path.name for path in written.files) == FILES
    assert sorted(path.name for path in (tmp_path / "runs" / "a").iterdir()) == FILES
    assert written.statistics == run.tracker.statistics()
    assert written.rows[0].label == "Return"


def test_two_runs_give_the_same_bytes(
    tmp_path: Path, run: Any, run_on_sample: Any, facts: RunFacts
) -> None:
    again = run_on_sample(1_500)
    for name, one in (("a", run), ("b", again)):
        Reporter(tmp_path / name).write(one.tracker, facts, prices={"BTC/USD": one.bars})

    for file in FILES:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_files_agree_with_backtrader(tmp_path: Path, run: Any, facts: RunFacts) -> None:
    Reporter(tmp_path, html=False).write(run.tracker, facts)

    summary = json.loads((tmp_path / "summary.json").read_text())
    with (tmp_path / "equity.csv").open() as file:
        equity = list(csv.DictReader(file))
    with (tmp_path / "trades.csv").open() as file:
        trades = list(csv.DictReader(file))
    assert float(summary["final_equity"]) == run.cerebro.broker.getvalue()
    assert (summary["bars"], summary["trades"]) == (len(equity), len(trades))
    assert equity[-1]["equity"] == summary["final_equity"]
    assert datetime.fromisoformat(equity[0]["time"]).timestamp() * 1000 == run.bars.time_ms[0]
    assert sum(float(trade["pnl"]) for trade in trades) == pytest.approx(
        sum(trade.pnlcomm for trade in run.strategy.closed)
    )
    assert not (tmp_path / "report.html").exists()


def test_a_run_that_cannot_be_measured_leaves_what_was_there(
    tmp_path: Path, facts: RunFacts
) -> None:
    Reporter(tmp_path).write(PerformanceTracker(1), facts)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    tracker = PerformanceTracker(1)
    tracker.record_bar(0, 1, float("nan"))

    with pytest.raises(ValueError, match="equity of bar 0"):
        Reporter(tmp_path).write(tracker, facts)

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_nothing_heavy_is_imported_in_vain(tmp_path: Path) -> None:
    code = (
        "import sys, realtrade.monitor\n"
        "heavy = {'numpy', 'pyarrow', 'jinja2', 'plotly', 'backtrader'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "from pathlib import Path\n"
        "from realtrade.monitor import PerformanceTracker, Reporter, RunFacts\n"
        "tracker = PerformanceTracker(1)\n"
        "tracker.record_bar(0, 1, 1)\n"
        "facts = RunFacts(name='a', mode='backtest', recipe_hash='')\n"
        f"Reporter(Path({str(tmp_path)!r})).write(tracker, facts)\n"
        "assert 'plotly.graph_objects' not in sys.modules\n"
        "assert 'pandas' not in sys.modules\n"
        "assert 'backtrader' not in sys.modules"
    )

    subprocess.run([sys.executable, "-c", code], check=True)


def test_public_names_are_there_and_no_others() -> None:
    for name in realtrade.monitor.__all__:
        assert getattr(realtrade.monitor, name).__name__ == name
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        _ = realtrade.monitor.Nothing
