"""Every table of speed, and one table of them all: half an hour on two quiet cores.

    python tests/benchmarks/everything.py
    python tests/benchmarks/everything.py --only sweep workers
    python tests/benchmarks/everything.py --quick     # small sizes: does all of it work?

Each is a command of its own, which says what it measures; ours and its peers run in turns, each in
a process and an environment of its own. A table whose engines disagree about trades or money has no
ratios, here as there, and makes this end with an error.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent


class Part(NamedTuple):
    """One table: what makes it, and what makes it quickly."""

    script: str
    options: tuple[str, ...] = ()
    quick: tuple[str, ...] = ()


_SHORT = ("--rounds", "1", "--bars", "20000")
_SEARCH = ("--side", "3", "--bars", "10000")
TABLES = {
    "common work": Part("backtest.py", ("--rounds", "1"), _SHORT),
    "idle": Part("backtest.py", ("--rounds", "1", "--idle"), _SHORT),
    "scaling": Part("scaling.py", quick=("--bars", "10000", "20000")),
    "sweep": Part("sweep.py", quick=_SEARCH),
    "sweep of rules": Part("sweep.py", ("--kind", "rules"), _SEARCH),
    "workers": Part("workers.py", quick=("--tasks", "6", *_SHORT)),
    "rules": Part("rules.py", quick=_SHORT),
}
RATIO = "times baseline"


def main() -> int:
    """Run what is asked for; tables come as they are done, then the one of all."""
    parser = argparse.ArgumentParser(description="Every table of speed.")
    parser.add_argument("--only", nargs="+", choices=list(TABLES), default=list(TABLES))
    parser.add_argument("--quick", action="store_true", help="with few bars: its ratios say little")
    asked = parser.parse_args()
    failed = False
    rows: list[str] = []
    for name in asked.only:
        part = TABLES[name]
        sys.stdout.write(f"\n## {name}\n")
        sys.stdout.flush()
        options = (*part.options, *(part.quick if asked.quick else ()))
        command = [sys.executable, str(HERE / part.script), *options]
        done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)
        sys.stdout.write(done.stdout)
        failed |= done.returncode != 0
        rows += summed_up(name, done.stdout, failed=done.returncode != 0)
    sys.stdout.write("\n## all\n\n" + "\n".join([*_HEAD, *rows]) + "\n")
    return 1 if failed else 0


_HEAD = (f"| table | row | {RATIO} | figures |", "|---|---|---|---|")


def summed_up(name: str, text: str, *, failed: bool) -> Iterator[str]:
    """Yield a row of the common table for each row of a table; no ratio of what has failed."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    head: list[str] = []
    for line in lines:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not head:
            head = cells
        elif not line.startswith("|---"):
            told = dict(zip(head, cells, strict=True))
            ratio = "-" if failed else told.pop(RATIO, "-")
            first = told.pop("engine", "") or told.pop("workers", "")
            told.pop(RATIO, None)
            figures = ", ".join(f"{key} {value}" for key, value in told.items() if value != "-")
            yield f"| {name} | {first} | {ratio} | {figures} |"
    if not lines:
        yield f"| {name} | failed | - | no table |"


if __name__ == "__main__":
    sys.exit(main())
