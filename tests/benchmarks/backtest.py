"""The common work on our engine and on its peers: one command, one table.

    python tests/benchmarks/backtest.py                # the whole work, 525,600 bars
    python tests/benchmarks/backtest.py --bars 50000 500000 5000000 --engines realtrade
    python tests/benchmarks/backtest.py --idle

The work: one-minute bars of a seeded random walk; long while SMA(10) of the close is above
SMA(30), flat otherwise; market orders filled at the next open; a fee of 0.1 %. Every engine reads
the same CSV file the way its users do, and is timed from there to its result. Engines take turns,
each in a process of its own; peers are installed into their own virtual environments. When two
engines disagree about the trades or the final equity, no ratio is printed.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from measure import Engine, Work, measure
from table import table

BASELINE = "backtrader"
HERE = Path(__file__).parent / "engines"
ENGINES = {
    engine.name: engine
    for engine in (
        Engine("realtrade", HERE / "realtrade_engine.py"),
        Engine("realtrade-stock-broker", HERE / "realtrade_engine.py", options=("--stock-broker",)),
        Engine("backtrader", HERE / "backtrader_engine.py", options=("--no-observers",)),
        Engine("backtrader-default", HERE / "backtrader_engine.py"),
        Engine(
            "backtrader-next",
            HERE / "backtrader_engine.py",
            options=("--no-observers",),
            packages=("backtrader-next",),
        ),
        Engine("backtesting.py", HERE / "backtesting_engine.py", packages=("backtesting",)),
    )
}


def main() -> int:
    """Run what the command line asks for and print one table a number of bars."""
    asked = _arguments()
    chosen = [ENGINES[name] for name in asked.engines]
    agreed = True
    for bars in asked.bars:
        work = Work(bars=bars, idle=asked.idle)
        results = measure(chosen, work, rounds=asked.rounds, cache=asked.cache)
        text, agrees = table(results, work, baseline=BASELINE)
        sys.stdout.write(text)
        agreed = agreed and agrees
    return 0 if agreed else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The common work, on our engine and its peers.")
    parser.add_argument("--bars", type=int, nargs="+", default=[525_600])
    parser.add_argument("--idle", action="store_true", help="a strategy that never orders")
    parser.add_argument("--rounds", type=int, default=3, help="turns of each engine; best counts")
    parser.add_argument("--engines", nargs="+", default=list(ENGINES), choices=list(ENGINES))
    parser.add_argument(
        "--cache",
        type=Path,
        default=Path.home() / ".cache" / "realtrade-benchmarks",
        help="where the peers' virtual environments and the bars are kept",
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
