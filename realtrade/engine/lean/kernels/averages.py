"""Averages and sums over windows, and the smoothings that remember their last value."""

from __future__ import annotations

from math import fsum
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from realtrade.engine.lean.kernels.columns import CHUNK, Unsuitable, column, number, suitable
from realtrade.engine.lean.kernels.exact import row_sums, window_sums
from realtrade.engine.lean.kernels.weighted import is_linear, linear


@suitable
def average(indicator: Any, start: int, end: int) -> None:
    """`Average`: the exactly rounded window sum over the period."""
    period, source, target = _window(indicator, start, end)
    for first, last in _chunks(0, end - start):
        target[first:last] = window_sums(source[first : last + period - 1], period) / period


@suitable
def total(indicator: Any, start: int, end: int) -> None:
    """`SumN`: the exactly rounded window sum."""
    period, source, target = _window(indicator, start, end)
    for first, last in _chunks(0, end - start):
        target[first:last] = window_sums(source[first : last + period - 1], period)


@suitable
def weighted(indicator: Any, start: int, end: int) -> None:
    """`WeightedAverage`: the exactly rounded sum of rounded products, times a coefficient.

    In long windows with linear weights, the products are not rounded: see `weighted`.
    """
    period, source, target = _window(indicator, start, end)
    if is_linear(indicator):
        target[:] = linear(indicator, source)
        return
    weights = np.array([number(weight) for weight in indicator.p.weights])
    if len(weights) != period:
        raise Unsuitable
    coef = number(indicator.p.coef)
    for first, last in _chunks(0, end - start, max(64, CHUNK // period)):
        windows = sliding_window_view(source[first : last + period - 1], period)
        target[first:last] = coef * row_sums(windows.T * weights[:, None])


@suitable
def exponential(indicator: Any, start: int, end: int) -> None:
    """`ExponentialSmoothing`: seeded with the average, then each value from the one before."""
    period, source, target = _window(indicator, start, end)
    alpha, alpha1 = number(indicator.alpha), number(indicator.alpha1)
    target[0] = last = fsum(source[:period].tolist()) / period
    for first, stop in _chunks(1, end - start):
        values = []
        for value in (source[first + period - 1 : stop + period - 1] * alpha).tolist():
            last = last * alpha1 + value
            values.append(last)
        target[first:stop] = values


@suitable
def dynamic(indicator: Any, start: int, end: int) -> None:
    """`ExponentialSmoothingDynamic`: the same with a factor for every bar."""
    period, source, target = _window(indicator, start, end)
    alpha = column(indicator.alpha, start, end)
    alpha1 = column(indicator.alpha1, start, end)
    target[0] = last = fsum(source[:period].tolist()) / period
    for first, stop in _chunks(1, end - start):
        fresh = source[first + period - 1 : stop + period - 1] * alpha[first:stop]
        values = []
        for kept, value in zip(alpha1[first:stop].tolist(), fresh.tolist(), strict=True):
            last = last * kept + value
            values.append(last)
        target[first:stop] = values


@suitable
def accumulated(indicator: Any, start: int, end: int) -> None:
    """`Accum`: the running sum from a seed."""
    source = column(indicator.data, start, end)
    target = column(indicator.lines[0], start, end)
    target[:] = np.cumsum(np.concatenate(([number(indicator.p.seed)], source)))[1:]


def _window(indicator: Any, start: int, end: int) -> tuple[int, Any, Any]:
    """Return the period, the source from the first window on, and the target from `start` on."""
    period = indicator.p.period
    if type(period) is not int or period < 1:
        raise Unsuitable
    source = column(indicator.data, start - period + 1, end)
    return period, source, column(indicator.lines[0], start, end)


def _chunks(start: int, end: int, size: int = CHUNK) -> list[tuple[int, int]]:
    return [(first, min(first + size, end)) for first in range(start, end, size)]
