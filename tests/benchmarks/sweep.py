"""A hundred combinations on our sweep and on its peers': one command, one table.

    python tests/benchmarks/sweep.py                    # 10 x 10 combinations, 50,000 bars
    python tests/benchmarks/sweep.py --kind rules       # the same search as rules, beside vectorbt
    python tests/benchmarks/sweep.py --side 4 --bars 20000

The work: one-minute bars of a seeded random walk; long while the fast average of the close is above
the slow one, flat otherwise; market orders filled at the next open; a fee of 0.1 %. Every engine
uses all cores it may, in a process of its own; the whole search is timed, worker processes, reading
and report included: by the clock, and by the processor time of all processes together. Ratios are
made of the latter, for each combination, which a neighbour on the machine disturbs far less.

Backtrader's own search is so slow that it gets 5 x 5 combinations; so do we, once more, to compare
what was found. When two engines disagree about the best combination's trades or final equity on the
same combinations, no ratio is printed.
"""

from __future__ import annotations

import argparse
import sys
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from measure import Engine, Result, Work, measure

HERE = Path(__file__).parent / "engines"
_TOLERANCE = 1e-9
_FEW = 5
_HEAD = (
    "| engine | combinations | seconds | combinations/s | CPU seconds | CPU ms a combination "
    "| times baseline | best's trades | best's equity |"
)


class Part(NamedTuple):
    """One engine's search."""

    script: str
    packages: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    few: bool = False
    """With 5 x 5 combinations, whatever the others have."""
    baseline: bool = False


KINDS = {
    "strategy": {
        "realtrade": Part("sweep_realtrade.py"),
        "backtesting.py": Part("sweep_backtesting.py", ("backtesting",)),
        "realtrade, few": Part("sweep_realtrade.py", few=True),
        "backtrader optstrategy": Part("sweep_backtrader.py", few=True, baseline=True),
    },
    "rules": {
        "realtrade rules": Part("sweep_realtrade.py", options=("--rules",)),
        "vectorbt": Part("sweep_vectorbt.py", ("vectorbt",), baseline=True),
        "vectorbt, second run": Part("sweep_vectorbt.py", ("vectorbt",), ("--warm",)),
    },
}
PARTS = {name: part for parts in KINDS.values() for name, part in parts.items()}


def main() -> int:
    """Run what the command line asks for and print one table."""
    asked = _arguments()
    names = asked.engines or list(KINDS[asked.kind])
    sides = {name: _FEW if PARTS[name].few else asked.side for name in names}
    engines = [_engine(name, sides[name]) for name in names]
    work = Work(bars=asked.bars, idle=False)
    results = measure(
        engines, work, rounds=asked.rounds, cache=asked.cache, key=lambda turn: turn.cpu_seconds
    )
    text, agrees = _table(results, work, {name: side**2 for name, side in sides.items()})
    sys.stdout.write(text)
    return 0 if agrees else 1


def _engine(name: str, side: int) -> Engine:
    part = PARTS[name]
    home = part.packages[0] if part.packages else ""
    options = (f"--side={side}", *part.options)
    return Engine(name, HERE / part.script, options=options, packages=part.packages, home=home)


def _table(results: list[Result], work: Work, sizes: dict[str, int]) -> tuple[str, bool]:
    agrees = _agree(results, sizes)
    base = next(
        (one.cpu_seconds / sizes[one.engine] for one in results if PARTS[one.engine].baseline), None
    )
    lines = ["", f"Searches over {work.bars:,} bars", "", _HEAD, "|" + "---|" * 9]
    for one in results:
        size = sizes[one.engine]
        each = one.cpu_seconds / size
        cells = (
            one.engine,
            str(size),
            f"{one.seconds:.2f}",
            f"{size / one.seconds:.2f}",
            f"{one.cpu_seconds:.2f}",
            f"{each * 1000:.0f}",
            f"{base / each:.1f}" if base is not None and agrees else "-",
            f"{one.trades:,}",
            f"{one.equity:.4f}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    if not agrees:
        lines.append("\nThe engines disagree about the best: no ratio is worth printing.")
    return "\n".join(lines) + "\n", agrees


def _agree(results: list[Result], sizes: dict[str, int]) -> bool:
    """Tell whether all searches of the same combinations found the same."""

    def size(one: Result) -> int:
        return sizes[one.engine]

    for _, group in groupby(sorted(results, key=size), key=size):
        first, *others = group
        if not all(_same(first, other) for other in others):
            return False
    return True


def _same(one: Result, other: Result) -> bool:
    close: bool = abs(one.equity - other.equity) <= _TOLERANCE * abs(one.equity)
    return close and bool(one.trades == other.trades)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A parameter search, on our engine and its peers.")
    parser.add_argument("--kind", choices=list(KINDS), default="strategy")
    parser.add_argument("--bars", type=int, default=50_000)
    parser.add_argument("--side", type=int, default=10, help="values of each of two parameters")
    parser.add_argument("--rounds", type=int, default=1, help="turns of each engine; best counts")
    parser.add_argument("--engines", nargs="+", choices=list(PARTS))
    parser.add_argument(
        "--cache",
        type=Path,
        default=Path.home() / ".cache" / "realtrade-benchmarks",
        help="where the peers' virtual environments and the bars are kept",
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
