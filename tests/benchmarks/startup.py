"""How long the command takes to start, as ratios to what nobody can do without.

    python tests/benchmarks/startup.py [--rounds 15]

Processor time is counted, not the clock's: a neighbour on the machine then matters less. Every
round runs each program once, one after the other, so that what still matters slows all of them
alike; the medians are compared. Exits 1 when a ratio is above its target.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median

ROOT = Path(__file__).parents[2]
COMMAND = str(Path(sys.executable).with_name("realtrade"))
MODEL = "import pydantic\nclass Model(pydantic.BaseModel):\n    name: str\nModel(name='x')"
FULL_EXAMPLE = "tests/data/full-example.yaml"

PROGRAMS = {
    "python": [sys.executable, "-c", "pass"],
    "import click": [sys.executable, "-c", "import click"],
    "one pydantic model": [sys.executable, "-c", MODEL],
    "realtrade --help": [COMMAND, "--help"],
    "realtrade list": [COMMAND, "list"],
    "realtrade validate": [COMMAND, "validate", FULL_EXAMPLE],
}
TARGETS = {
    "realtrade --help": ("import click", 2.5),
    "realtrade list": ("import click", 4.0),
    "realtrade validate": ("one pydantic model", 3.0),
}


def spent_by_children() -> float:
    """Return the processor seconds of all programs that have ended."""
    usage = getrusage(RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measured(rounds: int) -> dict[str, float]:
    """Return the median processor seconds of every program; the cold first round is left out."""
    turns: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for _ in range(rounds + 1):
        for name, command in PROGRAMS.items():
            begun = spent_by_children()
            subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
            turns[name].append(spent_by_children() - begun)
    return {name: median(seconds[1:]) for name, seconds in turns.items()}


def main() -> int:
    """Measure, print a table, and tell whether every target is met."""
    options = argparse.ArgumentParser(description="Start-up time of the command, as ratios.")
    options.add_argument("--rounds", type=int, default=15)
    seconds = measured(options.parse_args().rounds)
    missed = 0
    for name, took in seconds.items():
        told = f"{name:<22}{took * 1000:8.0f} ms"
        if name in TARGETS:
            base, most = TARGETS[name]
            ratio = took / seconds[base]
            missed += ratio > most
            told += f"   {ratio:.2f} x {base}, at most {most}"
        print(told)  # noqa: T201 - this is a program for people
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
