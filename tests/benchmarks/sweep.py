"""A hundred combinations on our sweep and on its peers': one command, one table.

    python tests/benchmarks/sweep.py                    # 10 x 10 combinations, 50,000 bars
    python tests/benchmarks/sweep.py --side 4 --bars 20000

The work: one-minute bars of a seeded random walk; long while the fast average of the close is above
the slow one, flat otherwise; market orders filled at the next open; a fee of 0.1 %. Every engine
uses all cores it may, in a process of its own; the whole search is timed, worker processes, reading
and report included: by the clock, and by the processor time of all processes together. Ratios are
made of the latter, which a neighbour on the machine disturbs far less. When two engines disagree
about the best combination's trades or final equity, no ratio is printed.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from measure import Engine, Result, Work, measure

BASELINE = "backtrader optstrategy"
HERE = Path(__file__).parent / "engines"
_TOLERANCE = 1e-9
PARTS = {
    "realtrade": ("sweep_realtrade.py", (), ()),
    "realtrade, one worker": ("sweep_realtrade.py", (), ("--workers=1",)),
    BASELINE: ("sweep_backtrader.py", (), ()),
    "backtesting.py": ("sweep_backtesting.py", ("backtesting",), ()),
}


def main() -> int:
    """Run what the command line asks for and print one table."""
    asked = _arguments()
    engines = [
        Engine(
            name,
            HERE / PARTS[name][0],
            options=(f"--side={asked.side}", *PARTS[name][2]),
            packages=PARTS[name][1],
        )
        for name in asked.engines
    ]
    work = Work(bars=asked.bars, idle=False)
    results = measure(engines, work, rounds=asked.rounds, cache=asked.cache)
    text, agrees = _table(results, work, asked.side**2)
    sys.stdout.write(text)
    return 0 if agrees else 1


def _table(results: list[Result], work: Work, combinations: int) -> tuple[str, bool]:
    first = results[0]
    agrees = all(_same(first, result) for result in results)
    base = next((result.cpu_seconds for result in results if result.engine == BASELINE), None)
    head = (
        "| engine | seconds | combinations/s | CPU seconds | ms a combination | times baseline "
        "| best's trades | best's equity |"
    )
    lines = [
        "",
        f"{combinations} combinations x {work.bars:,} bars",
        "",
        head,
        "|---|---|---|---|---|---|---|---|",
    ]
    for result in results:
        ratio = f"{base / result.cpu_seconds:.1f}" if base is not None and agrees else "-"
        cells = (
            result.engine,
            f"{result.seconds:.2f}",
            f"{combinations / result.seconds:.2f}",
            f"{result.cpu_seconds:.2f}",
            f"{result.cpu_seconds / combinations * 1000:.0f}",
            ratio,
            f"{result.trades:,}",
            f"{result.equity:.4f}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    if not agrees:
        lines.append("\nThe engines disagree about the best: no ratio is worth printing.")
    return "\n".join(lines) + "\n", agrees


def _same(one: Result, other: Result) -> bool:
    close: bool = abs(one.equity - other.equity) <= _TOLERANCE * abs(one.equity)
    return close and bool(one.trades == other.trades)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A parameter search, on our engine and its peers.")
    parser.add_argument("--bars", type=int, default=50_000)
    parser.add_argument("--side", type=int, default=10, help="values of each of two parameters")
    parser.add_argument("--rounds", type=int, default=1, help="turns of each engine; best counts")
    parser.add_argument("--engines", nargs="+", default=list(PARTS), choices=list(PARTS))
    parser.add_argument(
        "--cache",
        type=Path,
        default=Path.home() / ".cache" / "realtrade-benchmarks",
        help="where the peers' virtual environments and the bars are kept",
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
