"""Linearly weighted averages (WMA, and HMA made of them) in constant time, whatever the period.

Backtrader rounds every product of a value and its weight before it adds them, and all weights
change with every bar: short windows do just that, here and live. From `LONG` bars on, the products
are not rounded: the weighted sum is kept as a whole number of tiny units, exactly, and rounded once
when it is read. Each of Backtrader's roundings is at most 2**-53 of a product, so both differ by at
most 2**-52 of the average size of the values, and no bar adds to what the bars before it left.

Before a run (`linear`) and bar by bar (`LinearWindow`) the result is the same to the last bit, or a
bot could see a crossing that its backtest has not seen. A window with a value that is no such
number of units (missing, infinite, absurdly small) is averaged as Backtrader does, in both.
"""

from __future__ import annotations

from collections import deque
from math import frexp, fsum
from operator import mul
from typing import TYPE_CHECKING, Any

import numpy as np

from realtrade.engine.lean.kernels.exact import SMALLEST, UNITS, split, units

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from realtrade.engine.lean.kernels.columns import Column

LONG = 64
"""Periods from which on a sum is kept: Backtrader's look at fewer values costs as much."""
_CHUNK = 1024
"""Windows per pass: the fewer, the further apart values may be and still be added exactly."""
_UNITS_TO, _LARGEST = SMALLEST + 2 * 53, 700
"""Powers of two between which the largest value lies where all that split are whole units."""


def is_linear(indicator: Any) -> bool:
    """Tell whether a `WeightedAverage` is long, and weighs its values 1, 2, 3 and so on."""
    period, coef = indicator.p.period, indicator.p.coef
    plain = type(period) is int and type(coef) is float and period >= LONG
    return plain and tuple(indicator.p.weights) == tuple(range(1, period + 1))


class LinearWindow:
    """The newest `period` values, and their sum with weights 1, 2, 3 … from the oldest on."""

    def __init__(self, period: int) -> None:
        self._period = period
        self.forget()

    def forget(self) -> None:
        """Be empty."""
        self._parts: deque[int] = deque()
        self._sum = self._weighted = 0

    def take(self, value: float) -> bool:
        """Take in the next value; False, having changed nothing, where it does not fit."""
        part = units(value)
        if part is None:
            return False
        parts = self._parts
        if len(parts) == self._period:
            self._weighted -= self._sum
            self._sum -= parts.popleft()
        parts.append(part)
        self._sum += part
        self._weighted += part * len(parts)
        return True

    def total(self) -> float:
        """Return the weighted sum, exactly rounded."""
        return self._weighted / UNITS


def window_average(values: Sequence[float], coef: float, weights: Sequence[float]) -> float:
    """Return the average of one window, looking at all of it."""
    window = LinearWindow(len(values))
    if all(map(window.take, values)):
        return coef * window.total()
    return coef * fsum(map(mul, values, weights))


def linear(indicator: Any, source: Column) -> Column:
    """Return the average of each window of the values of `source`, oldest window first."""
    period, coef = indicator.p.period, indicator.p.coef
    averages = np.empty(len(source) - period + 1)
    size = max(_CHUNK, period)
    for first in range(0, len(averages), size):
        part = source[first : first + size + period - 1]
        sums = _exact_sums(part, period)
        averages[first : first + size] = (
            list(_one_by_one(part.tolist(), coef, indicator.p.weights))
            if sums is None
            else coef * sums
        )
    return averages


def _exact_sums(values: Column, period: int) -> Column | None:
    """Return the weighted sum of each window, from running sums; None where these may round."""
    terms = len(values) ** 2
    parts = split(values, terms=terms)
    if parts is None or not _UNITS_TO <= frexp(float(np.abs(values).max()))[1] <= _LARGEST:
        return None
    big, small = (_weighted_differences(part, period) for part in parts)
    return big + small


def _weighted_differences(values: Column, period: int) -> Column:
    """Return for each window the sum of its values by place, less what the place begins with."""
    places = np.arange(1.0, len(values) + 1.0)
    plain, placed = (_differences(each, period) for each in (values, values * places))
    sums: Column = placed - plain * (places[: len(plain)] - 1.0) + 0.0
    return sums


def _differences(values: Column, period: int) -> Column:
    running = np.cumsum(values)
    sums = running[period - 1 :].copy()
    sums[1:] -= running[:-period]
    return sums


def _one_by_one(values: list[float], coef: float, weights: Sequence[float]) -> Iterator[float]:
    period = len(weights)
    window, fits = LinearWindow(period), 0
    for stop, value in enumerate(values, 1):
        if window.take(value):
            fits += 1
        else:
            window.forget()
            fits = 0
        if stop >= period:
            exact = fits >= period
            yield coef * (
                window.total() if exact else fsum(map(mul, values[stop - period : stop], weights))
            )
