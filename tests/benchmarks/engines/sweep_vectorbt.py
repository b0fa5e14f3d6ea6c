"""vectorbt's own search: every combination a column, all columns in one pass."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pandas as pd
import vectorbt as vbt
from sweep_values import search, values
from turn import CASH, FEE, Outcome, asked

if TYPE_CHECKING:
    from pathlib import Path


def work(bars: Path) -> Outcome:
    """Search over the bars of a file."""
    frame = pd.read_csv(bars)
    frame.index = pd.to_datetime(frame.pop("time"), unit="s")
    pairs = list(product(*values()))
    fast, slow = (
        vbt.MA.run(frame["close"], window=[pair[side] for pair in pairs], short_name=name)
        for side, name in enumerate(("fast", "slow"))
    )
    above = fast.ma.to_numpy() > slow.ma.to_numpy()
    below = fast.ma.to_numpy() <= slow.ma.to_numpy()
    columns = pd.MultiIndex.from_tuples(pairs, names=["fast", "slow"])
    signals = [
        pd.DataFrame(one, index=frame.index, columns=columns).vbt.signals.fshift(1)
        for one in (above, below)
    ]
    portfolio = vbt.Portfolio.from_signals(
        frame["close"], *signals, price=frame["open"], size=1.0, fees=FEE, init_cash=CASH,
        freq="1min",
    )  # fmt: skip
    best = portfolio.final_value().idxmax()
    return int(portfolio.trades.closed.count()[best]), float(portfolio.final_value()[best])


if __name__ == "__main__":
    search(work, warm=asked("--warm"))
