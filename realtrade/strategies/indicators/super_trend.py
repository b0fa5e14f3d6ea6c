"""A stop line that follows the trend and changes sides when it is crossed."""

from __future__ import annotations

from math import fsum
from typing import Any

from realtrade.strategies.indicators.stepping import SteppingIndicator, true_range


class SuperTrend(SteppingIndicator):
    """SuperTrend: the middle of the bar, `factor` average true ranges away, never moving back.

    `trend` is 1 while the close stays above the line and -1 while it stays below. The average
    true range is Wilder's, as TA-Lib has it; the first trend is the close's side of the middle.

    Source: Olivier Seban; the recursion is the one of TradingView's `ta.supertrend`.
    """

    lines: Any = ("supertrend", "trend")
    params = (("period", 10), ("factor", 3.0))

    def __init__(self, *_data: Any, **_params: Any) -> None:
        self._close: float | None = None
        self._ranges: list[float] = []
        self._range = 0.0
        self._upper = self._lower = 0.0
        self._trend = 0
        self.addminperiod(self.p.period + 1)

    def step(self, high: float, low: float, close: float) -> tuple[float, ...] | None:
        """Return the line and the trend."""
        before, self._close = self._close, close
        if before is None or not self._average(true_range(high, low, before)):
            return None
        middle, away = (high + low) / 2.0, self.p.factor * self._range
        self._bands(middle, away, before)
        self._turn(middle, close)
        return (self._lower if self._trend > 0 else self._upper), float(self._trend)

    def _average(self, true: float) -> bool:
        """Take in a true range; tell whether there are enough."""
        period: int = self.p.period
        if len(self._ranges) < period:
            self._ranges.append(true)
            self._range = fsum(self._ranges) / period
            return len(self._ranges) == period
        self._range = (self._range * (period - 1) + true) / period
        return True

    def _bands(self, middle: float, away: float, before: float) -> None:
        upper, lower = middle + away, middle - away
        if self._trend and before <= self._upper:
            upper = min(upper, self._upper)
        if self._trend and before >= self._lower:
            lower = max(lower, self._lower)
        self._upper, self._lower = upper, lower

    def _turn(self, middle: float, close: float) -> None:
        if not self._trend:
            self._trend = 1 if close >= middle else -1
        elif self._trend > 0 and close < self._lower:
            self._trend = -1
        elif self._trend < 0 and close > self._upper:
            self._trend = 1
