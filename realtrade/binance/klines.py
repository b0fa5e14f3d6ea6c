"""Binance's klines as bars of ours."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from realtrade.model.bar import Bar

if TYPE_CHECKING:
    from realtrade.utils.timeframes import Timeframe

UNCLOSED = '"x":false'
"""In the text of every message of a kline that goes on: most of them, and not worth parsing."""


def bar_of(kline: Any, timeframe: Timeframe, now_ms: int) -> Bar | None:
    """Return the bar of a closed kline; None for one that goes on.

    Raises:
        ValueError: it is no kline, or none that can be.
        KeyError: a field is missing.
        TypeError: a field is something else.
    """
    if kline["x"] is not True:
        return None
    time_ms = kline["t"]
    if not isinstance(time_ms, int) or timeframe.open_ms(time_ms) != time_ms:
        msg = f"a {timeframe} kline opens at {str(time_ms)[:30]}: not on the grid"
        raise ValueError(msg)
    due_ms = timeframe.close_ms(time_ms)
    opened, high, low, close, volume = prices = [float(kline[name]) for name in "ohlcv"]
    bar = Bar(time_ms, due_ms, opened, high, low, close, volume)
    if due_ms > now_ms + timeframe.approximate_ms:
        msg = f"a {timeframe} kline is closed at {due_ms}, and it is {now_ms}"
        raise ValueError(msg)
    sound = 0 < low <= min(opened, close) <= max(opened, close) <= high and volume >= 0
    if not sound or not all(map(math.isfinite, prices)):
        msg = f"the {timeframe} kline of {time_ms} has impossible prices"
        raise ValueError(msg)
    return bar
