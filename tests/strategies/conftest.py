"""Real bars, and a plain Cerebro that writes down which side a strategy is on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import backtrader as bt
import numpy as np
import pandas as pd
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

DATA = Path(__file__).parents[2] / "recipes" / "data"
PLENTY = 1e9


def _bars(name: str) -> pd.DataFrame:
    frame = pd.read_csv(DATA / name, parse_dates=["time"], index_col="time")
    return frame.tz_localize(None).astype(float)


@pytest.fixture(scope="session")
def hours() -> pd.DataFrame:
    """2,500 hourly bars of BTC: a rise, a mania and a crash."""
    return _bars("coinbase-btc-usd-1h.csv").iloc[2500:5000]


@pytest.fixture(scope="session")
def days() -> dict[str, pd.DataFrame]:
    """788 daily bars of three symbols."""
    return {name: _bars(f"made-up-{name}-usd-1d.csv") for name in ("btc", "eth", "ltc")}


@dataclass
class Stood:
    """What became of a strategy in a plain Cerebro."""

    sides: NDArray[np.int8]
    """Side held on each feed (columns) as `next` is called on each bar (rows); before: 0."""
    fills: list[tuple[int, float]]
    """Bar, counted from 1, and size of each fill."""
    strategy: Any


def _stand(
    cls: Any, *frames: pd.DataFrame, stake: float = 1.0, once: bool = True, **params: Any
) -> Stood:
    class Noted(cls):
        def next(self) -> None:
            sizes = [self.getposition(data).size for data in self.datas]
            sides[len(self) - 1] = np.sign(sizes)
            super().next()

        def notify_order(self, order: Any) -> None:
            super().notify_order(order)
            assert order.status not in {order.Margin, order.Rejected}
            if order.status == order.Completed:
                fills.append((len(self), order.executed.size))

    sides = np.zeros((len(frames[0]), len(frames)), dtype=np.int8)
    fills: list[tuple[int, float]] = []
    cerebro = bt.Cerebro(stdstats=False, runonce=once)
    for number, frame in enumerate(frames):
        minutes = round((frame.index[1] - frame.index[0]).total_seconds() / 60)
        feed = bt.feeds.PandasData(
            dataname=frame, timeframe=bt.TimeFrame.Minutes, compression=minutes
        )
        cerebro.adddata(feed, name=f"feed{number}")
    cerebro.broker.setcash(PLENTY)
    cerebro.addsizer(bt.sizers.FixedSize, stake=stake)
    cerebro.addstrategy(Noted, **params)
    (strategy,) = cerebro.run()
    return Stood(sides, fills, strategy)


@pytest.fixture(scope="session")
def stand() -> Callable[..., Stood]:
    """Run `(cls, *frames, **params)` in a plain Cerebro with plenty of cash."""
    return _stand
