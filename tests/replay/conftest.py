from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from realtrade.model.bar import BarColumns
from realtrade.utils.timeframes import Timeframe

Bars = Callable[..., BarColumns]


@pytest.fixture
def bars() -> Bars:
    """Make bars of a random walk at given open times."""
    return _bars


def _bars(*opens_ms: int, timeframe: str = "1h", seed: int = 7) -> BarColumns:
    random = np.random.default_rng(seed)
    count = len(opens_ms)
    close = 100 * np.exp(np.cumsum(random.normal(0, 0.01, count)))
    first = close * (1 + random.normal(0, 0.002, count))
    high = np.maximum(first, close) * (1 + random.uniform(0, 0.004, count))
    low = np.minimum(first, close) * (1 - random.uniform(0, 0.004, count))
    length = Timeframe.parse(timeframe)
    return BarColumns(
        np.array(opens_ms, dtype=np.int64),
        np.array([length.close_ms(at) for at in opens_ms], dtype=np.int64),
        first,
        high,
        low,
        close,
        random.uniform(0, 9, count),
    )
