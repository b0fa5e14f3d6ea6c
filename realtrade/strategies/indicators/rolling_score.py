"""How unusual a value is among the latest ones."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any

import backtrader as bt
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence


def mean_and_deviation(values: Sequence[float]) -> tuple[float, float]:
    """Return the mean of `values` and their standard deviation, of the whole and not of a sample.

    Differences are added up, not the values: equal values deviate by exactly nothing, and large
    ones lose no digits. Added one after the other, oldest first, as `RollingScore.once` does.
    """
    first, total, squares = values[0], 0.0, 0.0
    for value in values:
        total += value - first
    mean = first + total / len(values)
    for value in values:
        squares += (value - mean) * (value - mean)
    return mean, sqrt(squares / len(values))


def score(values: Sequence[float]) -> float:
    """Return how many standard deviations the last of `values` is above their mean; flat is 0."""
    mean, deviation = mean_and_deviation(values)
    return (values[-1] - mean) / deviation if deviation else 0.0


class RollingScore(bt.Indicator):
    """Mean and standard deviation of the last `period` values, and the z-score of the latest.

    The deviation is that of the whole, not of a sample, as in Bollinger's bands. A flat market
    scores 0.
    """

    lines: Any = ("mean", "deviation", "score")
    params = (("period", 20),)

    def __init__(self, *_data: Any, **_params: Any) -> None:
        self.addminperiod(self.p.period)

    def next(self) -> None:
        """Work out one bar."""
        mean, deviation = mean_and_deviation(self.data.get(size=self.p.period))
        self.lines.mean[0] = mean
        self.lines.deviation[0] = deviation
        self.lines.score[0] = (self.data[0] - mean) / deviation if deviation else 0.0

    def once(self, start: int, end: int) -> None:
        """Work out all bars, lag by lag."""
        source = np.frombuffer(self.data.array)
        end, lags = min(end, len(source)), range(self.p.period - 1, -1, -1)
        if start >= end:
            return
        lagged = [source[start - lag : end - lag] for lag in lags]
        first = lagged[0]
        total, squares = np.zeros(end - start), np.zeros(end - start)
        for values in lagged:
            total += values - first
        mean = first + total / self.p.period
        for values in lagged:
            squares += (values - mean) * (values - mean)
        deviation = np.sqrt(squares / self.p.period)
        distance = lagged[-1] - mean
        flat = deviation == 0.0
        results = (mean, deviation, np.where(flat, 0.0, distance / np.where(flat, 1.0, deviation)))
        for line, values in zip(self.lines, results, strict=True):
            np.frombuffer(line.array)[start:end] = values
