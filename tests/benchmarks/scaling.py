"""Whether time and memory a bar stay flat from fifty thousand bars to five million.

    python tests/benchmarks/scaling.py
    python tests/benchmarks/scaling.py --bars 50000 500000 --engines realtrade backtesting.py

The work is that of `backtest.py`. Memory is the peak above what a process held after its imports;
what a bar adds is told by the difference to the row before, which leaves out what a run takes
once, such as the pages of a library first touched while reading. Rows of one number of bars must
agree about trades and final equity.
"""

from __future__ import annotations

import argparse
import sys
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from backtest import ENGINES
from measure import Result, Work, measure

if TYPE_CHECKING:
    from collections.abc import Sequence

_HEAD = (
    "| bars | engine | CPU seconds | µs a bar | MB | bytes a bar | bytes each more bar | trades |"
)
_TOLERANCE = 1e-9


def main() -> int:
    """Run what the command line asks for and print one table."""
    asked = _arguments()
    chosen = [ENGINES[name] for name in asked.engines]
    runs = [
        (bars, measure(chosen, Work(bars=bars, idle=False), rounds=asked.rounds, cache=asked.cache))
        for bars in sorted(asked.bars)
    ]
    sys.stdout.write(_table(runs))
    return 0 if all(_agree(results) for _, results in runs) else 1


def _table(runs: Sequence[tuple[int, list[Result]]]) -> str:
    before: dict[str, tuple[int, int]] = {}
    lines = ["", _HEAD, "|" + "---|" * 8]
    for bars, results in runs:
        for one in results:
            fewer, less = before.get(one.engine, (0, 0))
            slope = f"{(one.memory_bytes - less) / (bars - fewer):.0f}" if fewer else "-"
            before[one.engine] = (bars, one.memory_bytes)
            cells = (
                f"{bars:,}",
                one.engine,
                f"{one.seconds:.2f}",
                f"{one.seconds / bars * 1e6:.2f}",
                f"{one.memory_bytes / 2**20:.0f}",
                f"{one.memory_bytes / bars:.0f}",
                slope,
                f"{one.trades:,}",
            )
            lines.append(f"| {' | '.join(cells)} |")
        if not _agree(results):
            lines.append(f"\nThe engines disagree on {bars:,} bars.\n")
    return "\n".join(lines) + "\n"


def _agree(results: Sequence[Result]) -> bool:
    return all(
        one.trades == other.trades
        and abs(one.equity - other.equity) <= _TOLERANCE * abs(other.equity)
        for one, other in pairwise(results)
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Time and memory a bar, by number of bars.")
    parser.add_argument("--bars", type=int, nargs="+", default=[50_000, 500_000, 5_000_000])
    parser.add_argument("--rounds", type=int, default=1, help="turns of each engine; best counts")
    parser.add_argument(
        "--engines", nargs="+", default=["realtrade", "backtesting.py"], choices=list(ENGINES)
    )
    parser.add_argument(
        "--cache",
        type=Path,
        default=Path.home() / ".cache" / "realtrade-benchmarks",
        help="where the peers' virtual environments and the bars are kept",
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
