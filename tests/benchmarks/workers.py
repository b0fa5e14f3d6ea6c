"""How much of two cores a sweep's workers make use of, once they are at work: one table.

    python tests/benchmarks/workers.py
    python tests/benchmarks/workers.py --tasks 60 --bars 50000 --rounds 3

The work is that of `sweep.py`, handed to one worker and to two, in turns. Told are the throughput
by the clock, which a neighbour on the machine spoils, and the two things it is made of, which it
hardly does: which share of its time a worker is at a task rather than between two, and how much
processor time a task takes beside a second worker, compared with alone. Their product is the
efficiency. The first task of each worker, which imports the strategy, is left out.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

HERE = Path(__file__).parent
sys.path.append(str(HERE / "engines"))

from measure import Work, bars_file  # noqa: E402 - after the path
from sweep_realtrade import BOT, STRATEGY  # noqa: E402 - after the path
from timed_job import TimedJob  # noqa: E402 - after the path

from realtrade.engine.sweep.crew import LocalCrew  # noqa: E402 - after the path
from realtrade.engine.sweep.splits import Span  # noqa: E402 - after the path
from realtrade.engine.sweep.sweep import read_bank  # noqa: E402 - after the path
from realtrade.engine.sweep.trial import Task  # noqa: E402 - after the path
from realtrade.recipe import Variants  # noqa: E402 - after the path

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Measures = Mapping[str, Any]

_WAIT_S = 0.2


@dataclass(frozen=True, slots=True)
class Shift:
    """What so many workers did in one round."""

    tasks_a_second: float
    busy: float
    """Share of its time that a worker was at a task."""
    cpu_s: float
    """Processor time of a task, the median."""


def main() -> int:
    """Run what the command line asks for and print one table."""
    asked = _arguments()
    folder = Path(mkdtemp(prefix="realtrade-benchmark-"))
    shutil.copy(HERE / "engines" / "sweep_work.py", folder)
    shutil.copy(bars_file(Work(bars=asked.bars, idle=False), asked.cache), folder / "bars.csv")
    (folder / "bench.yaml").write_text(BOT + STRATEGY, encoding="utf-8")
    variants = Variants(folder / "bench.yaml")
    job = TimedJob(variants, read_bank(variants.recipe()))
    shifts: dict[int, list[Shift]] = {1: [], 2: []}
    for number in range(asked.rounds):
        for workers, done in shifts.items():
            done.append(_shift(job, workers, asked.tasks, folder / f"{number}-{workers}"))
    shutil.rmtree(folder)
    sys.stdout.write(_table(shifts))
    return 0


def _shift(job: TimedJob, workers: int, tasks: int, folder: Path) -> Shift:
    """Have one combination run again and again: every task is as long as any other."""
    folder.mkdir()
    found: list[Measures] = []
    with LocalCrew(job, folder, workers=workers) as crew:
        begun = 0
        while len(found) < tasks:
            while begun < tasks and crew.room() > 0:
                crew.submit(Task(begun, ("strategy.params.fast=10",), "train 0", Span()))
                begun += 1
            found += [result.measures for result in crew.results(_WAIT_S)]
    return _measured(found)


def _measured(found: Sequence[Measures]) -> Shift:
    by_worker: dict[int, list[Measures]] = {}
    for one in sorted(found, key=lambda measures: float(measures["begun"])):
        by_worker.setdefault(one["worker"], []).append(one)
    turns = [list(pairwise(one)) for one in by_worker.values()]
    # From the end of a task to the end of the next: the time between them, and the task.
    lengths = [after["ended"] - before["ended"] for one in turns for before, after in one]
    at_work = [after["ended"] - after["begun"] for one in turns for _, after in one]
    return Shift(
        sum(len(one) / sum(b["ended"] - a["ended"] for a, b in one) for one in turns),
        sum(at_work) / sum(lengths),
        median(after["computed"] for one in turns for _, after in one),
    )


def _table(shifts: Mapping[int, Sequence[Shift]]) -> str:
    one, two = (min(shifts[workers], key=lambda shift: shift.cpu_s) for workers in (1, 2))
    fastest = {number: max(each.tasks_a_second for each in shifts[number]) for number in shifts}
    efficiency = two.busy * one.cpu_s / two.cpu_s
    lines = [
        "",
        "| workers | tasks/s | share of the time at a task | CPU ms a task | efficiency |",
        "|---|---|---|---|---|",
        f"| 1 | {fastest[1]:.2f} | {one.busy:.1%} | {one.cpu_s * 1000:.0f} | - |",
        f"| 2 | {fastest[2]:.2f} | {two.busy:.1%} | {two.cpu_s * 1000:.0f} | {efficiency:.1%} |",
        "",
        f"By the clock: {fastest[2] / (2 * fastest[1]):.1%}",
    ]
    return "\n".join(lines) + "\n"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="How well a sweep's workers use two cores.")
    parser.add_argument("--bars", type=int, default=50_000)
    parser.add_argument("--tasks", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--cache",
        type=Path,
        default=Path.home() / ".cache" / "realtrade-benchmarks",
        help="where the bars are kept",
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
