"""`sweep.parquet`: every trial on every part of history, a row each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from realtrade.monitor.artifacts import replacing
from realtrade.monitor.statistics import DEFINITIONS

if TYPE_CHECKING:
    from pathlib import Path

    from realtrade.monitor.sweep_facts import SweepAxis, SweepFacts

_WHOLE = re.compile(r"[+-]?[0-9]{1,18}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?", re.ASCII)
_COUNTS = frozenset({"bars", "trades", "max_drawdown_length_ms", "longest_drawdown_ms"})


def write_sweep_file(folder: Path, facts: SweepFacts) -> Path:
    """Write `sweep.parquet`: trials by number, their parts of history in order.

    Columns: `trial`, `part` (`train 0`, `test 0`), `state`; one a parameter, named by its path,
    numbers where all its values are plain ones, else text; every measure of the run on that part;
    then of the trial as a whole `objective_0` on, `tested_0` on, `deflated_sharpe`, `stability`,
    `beside`, `front`, `message`.
    """
    rows = [
        (trial, part, measures)
        for trial in sorted(facts.trials, key=lambda one: one.number)
        for part, measures in (trial.measures or {"train 0": {}}).items()
    ]
    trials = [trial for trial, _, _ in rows]
    columns: dict[str, Any] = {
        "trial": pa.array([trial.number for trial in trials], pa.int64()),
        "part": pa.array([part for _, part, _ in rows], pa.string()),
        "state": pa.array([trial.state for trial in trials], pa.string()),
    }
    for place, axis in enumerate(facts.axes):
        columns[axis.path] = _parameter(axis, [trial.values[place] for trial in trials])
    for key in DEFINITIONS:
        kind = pa.int64() if key in _COUNTS else pa.float64()
        columns[key] = pa.array([measures.get(key) for _, _, measures in rows], kind)
    for place in range(len(facts.objectives)):
        found = [trial.objectives[place] for trial in trials]
        judged = [trial.tested[place] if trial.tested else None for trial in trials]
        columns[f"objective_{place}"] = pa.array(found, pa.float64())
        columns[f"tested_{place}"] = pa.array(judged, pa.float64())
    for key in ("deflated_sharpe", "stability", "beside"):
        columns[key] = pa.array([getattr(trial, key) for trial in trials], pa.float64())
    columns["front"] = pa.array([trial.front for trial in trials], pa.bool_())
    columns["message"] = pa.array([trial.message for trial in trials], pa.string())
    with replacing(folder / "sweep.parquet") as file:
        pq.write_table(pa.table(columns), file)
    return folder / "sweep.parquet"


def _parameter(axis: SweepAxis, values: list[str]) -> Any:
    if all(_WHOLE.fullmatch(value) for value in axis.values):
        return pa.array([int(value) for value in values], pa.int64())
    if all(_DECIMAL.fullmatch(value) for value in axis.values):
        return pa.array([float(value) for value in values], pa.float64())
    return pa.array(values, pa.string())
