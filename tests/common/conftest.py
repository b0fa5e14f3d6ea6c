from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from realtrade.model.bar import BarColumns
from realtrade.utils.timeframes import Timeframe

SAMPLE = Path(__file__).parents[2] / "recipes/data/coinbase-btc-usd-1h.csv"


@pytest.fixture(scope="session")
def sample_path() -> Path:
    return SAMPLE


@pytest.fixture(scope="session")
def sample() -> BarColumns:
    """The first 2,000 hours of the sample file, read by numpy alone."""
    table = np.genfromtxt(SAMPLE, delimiter=",", skip_header=1, max_rows=2000, dtype=str)
    times = np.array([text.rstrip("Z") for text in table[:, 0]], dtype="datetime64[ms]")
    time_ms = times.astype(np.int64)
    numbers = table[:, 1:].astype(np.float64)
    return BarColumns(time_ms, time_ms + 3_600_000, *numbers.T)


@pytest.fixture
def hour() -> Timeframe:
    return Timeframe.parse("1h")
