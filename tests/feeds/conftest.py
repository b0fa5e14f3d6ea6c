from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from realtrade.feeds import FileFeed, FileFeedConfig
from realtrade.model.bar import BarColumns
from realtrade.utils.timeframes import Timeframe

REPOSITORY = Path(__file__).parents[2]
HEADER = "time,open,high,low,close,volume"

Feeder = Callable[..., FileFeed]
Bars = Callable[..., BarColumns]


@pytest.fixture
def repository() -> Path:
    return REPOSITORY


@pytest.fixture
def feed_of(tmp_path: Path) -> Feeder:
    """Write lines under a header to a file and return its feed."""

    def write(
        *lines: str, header: str = HEADER, name: str = "bars.csv", **settings: Any
    ) -> FileFeed:
        text = "\n".join([header, *lines]) + "\n"
        (tmp_path / name).write_bytes(text.encode())
        given = {"path": name, "symbol": "BTC/USD", "timeframe": "1h", **settings}
        return FileFeed(FileFeedConfig.model_validate(given), folder=tmp_path)

    return write


@pytest.fixture
def bars() -> Bars:
    """Make bars at given open times, with values of no pattern."""
    return _bars


def _bars(*opens_ms: int, timeframe: str = "1h", seed: int = 7) -> BarColumns:
    random = np.random.default_rng(seed)
    time_ms = np.array(opens_ms, dtype=np.int64)
    low, rise, first, last = random.uniform(1, 50, size=(4, len(opens_ms)))
    high = low + rise
    length = Timeframe.parse(timeframe)
    return BarColumns(
        time_ms,
        np.array([length.close_ms(at) for at in opens_ms], dtype=np.int64),
        low + rise * first / 50,
        high,
        low,
        low + rise * last / 50,
        random.uniform(0, 9, size=len(opens_ms)),
    )
