"""An average that is fast in a trend and slow in noise."""

from __future__ import annotations

from typing import Any

import backtrader as bt
import numpy as np


class Kama(bt.Indicator):
    """Kaufman's adaptive moving average; begins at the value before its first.

    The nearer the way of `period` bars is to a straight line, the nearer the smoothing is to that
    of an exponential average of `fast` bars, else to one of `slow`. Values are TA-Lib's.
    Backtrader's own divides by zero where the price stands still; here that is a straight line.

    Source: Perry Kaufman, Smarter Trading (1995).
    """

    lines: Any = ("kama",)
    params = (("period", 10), ("fast", 2), ("slow", 30))

    def __init__(self, *_data: Any, **_params: Any) -> None:
        self._slow = 2.0 / (self.p.slow + 1.0)
        self._span = 2.0 / (self.p.fast + 1.0) - self._slow
        self.addminperiod(self.p.period + 1)

    def _step(self, before: float, value: float, moved: float, walked: float) -> float:
        straight = 1.0 if walked <= abs(moved) or not walked else abs(moved) / walked
        factor: float = straight * self._span + self._slow
        return before + factor * factor * (value - before)

    def nextstart(self) -> None:
        """Begin."""
        self._work_out(self.data[-1])

    def next(self) -> None:
        """Work out one bar."""
        self._work_out(self.lines.kama[-1])

    def _work_out(self, before: float) -> None:
        data, walked = self.data, 0.0
        for lag in range(self.p.period - 1, -1, -1):
            walked += abs(data[-lag] - data[-lag - 1])
        self.lines.kama[0] = self._step(before, data[0], data[0] - data[-self.p.period], walked)

    def oncestart(self, start: int, end: int) -> None:
        """Begin, from the value before."""
        self._run(start, end, self.data.array[start - 1])

    def once(self, start: int, end: int) -> None:
        """Work out all bars: ways by numpy, the average itself one after the other."""
        self._run(start, end, self.lines.kama.array[start - 1])

    def _run(self, start: int, end: int, before: float) -> None:
        source, target = np.frombuffer(self.data.array), self.lines.kama.array
        end, period = min(end, len(source)), self.p.period
        if start >= end:
            return
        steps, walked = np.abs(np.diff(source)), np.zeros(end - start)
        for lag in range(period - 1, -1, -1):
            walked += steps[start - lag - 1 : end - lag - 1]
        moved = source[start:end] - source[start - period : end - period]
        rows = zip(source[start:end].tolist(), moved.tolist(), walked.tolist(), strict=True)
        for index, (value, move, walk) in enumerate(rows, start):
            target[index] = before = self._step(before, value, move, walk)
