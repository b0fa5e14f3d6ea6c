"""The common work written as rules, beside vectorbt: one command, one table.

    python tests/benchmarks/rules.py

The work is that of `backtest.py`. What is timed begins with the bars in memory and ends with closed
trades and the account after every bar: vectorbt's second run in its process, since the first
compiles, and our first. Beside them our own bar-by-bar path on the same recipe. When two engines
disagree about the trades or the final equity, no ratio is printed.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from measure import Engine, Work, measure
from table import table

BASELINE = "vectorbt (warm)"
HERE = Path(__file__).parent / "engines"
ENGINES = (
    Engine("realtrade rules", HERE / "rules_engine.py"),
    Engine("realtrade rules, bar by bar", HERE / "rules_engine.py", options=("--bar-by-bar",)),
    Engine(BASELINE, HERE / "vectorbt_engine.py", packages=("vectorbt",), home="vectorbt"),
)


def main() -> int:
    """Run what the command line asks for and print one table a number of bars."""
    parser = argparse.ArgumentParser(description="The common work as rules, beside vectorbt.")
    parser.add_argument("--bars", type=int, nargs="+", default=[525_600])
    parser.add_argument("--rounds", type=int, default=3, help="turns of each engine; best counts")
    parser.add_argument(
        "--cache",
        type=Path,
        default=Path.home() / ".cache" / "realtrade-benchmarks",
        help="where the peers' virtual environments and the bars are kept",
    )
    asked = parser.parse_args()
    agreed = True
    for bars in asked.bars:
        work = Work(bars=bars, idle=False)
        results = measure(ENGINES, work, rounds=asked.rounds, cache=asked.cache)
        text, agrees = table(results, work, baseline=BASELINE)
        sys.stdout.write(text)
        agreed = agreed and agrees
    return 0 if agreed else 1


if __name__ == "__main__":
    sys.exit(main())
