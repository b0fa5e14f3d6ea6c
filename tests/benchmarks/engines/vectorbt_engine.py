"""vectorbt, with signals shifted to the next bar and filled at its open."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import vectorbt as vbt
from turn import CASH, FAST, FEE, SLOW
from warm_turn import Answer, take_loaded


def prepare(bars: Path) -> Answer:
    """Read the bars and return what runs over them."""
    frame = pd.read_csv(bars)
    frame.index = pd.to_datetime(frame.pop("time"), unit="s")
    opens, closes = frame["open"], frame["close"]

    def answer() -> tuple[int, float]:
        fast, slow = (vbt.MA.run(closes, length).ma for length in (FAST, SLOW))
        entries = (fast > slow).vbt.signals.fshift(1)
        exits = (fast <= slow).vbt.signals.fshift(1)
        portfolio = vbt.Portfolio.from_signals(
            closes, entries, exits, price=opens, size=1.0, fees=FEE, init_cash=CASH, freq="1min"
        )
        return int(portfolio.trades.closed.count()), float(portfolio.value().iloc[-1])

    return answer


if __name__ == "__main__":
    take_loaded(prepare, Path(sys.argv[1]), turns=2)
