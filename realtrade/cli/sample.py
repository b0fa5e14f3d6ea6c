"""Made-up market data, so that a new recipe has something to run on: the same bytes every time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

_START = datetime(2024, 1, 1, tzinfo=UTC)
_BARS = 3000
_SWING = 240
"""Bars between two changes of the trend, so that a trend follower has something to do."""


def sample_csv() -> str:
    """Return 3,000 hourly bars as `time,open,high,low,close,volume`, open time in UTC."""
    source = Random(7)  # noqa: S311 - prices of no market, no secret
    rows = ["time,open,high,low,close,volume"]
    close, drift = 40_000.0, 0.0
    for index in range(_BARS):
        if index % _SWING == 0:
            drift = source.choice((-0.0012, -0.0004, 0.0006, 0.0015))
        opened, close = close, close * (1 + drift + _noise(source) * 0.004)
        high = max(opened, close) * (1 + source.random() * 0.002)
        low = min(opened, close) * (1 - source.random() * 0.002)
        time = (_START + timedelta(hours=index)).strftime("%Y-%m-%dT%H:%M:%SZ")
        volume = 50 + source.random() * 200
        rows.append(f"{time},{opened:.2f},{high:.2f},{low:.2f},{close:.2f},{volume:.2f}")
    return "\n".join(rows) + "\n"


def _noise(source: Random) -> float:
    """Return something bell-shaped in -1.5 to 1.5, from the one method that never changes."""
    return source.random() + source.random() + source.random() - 1.5
