"""A plan of rules over whole columns: on each bar what the bar-by-bar form has, bit for bit.

`realtrade.strategies.rules` holds that other form, in `elementwise.py` and `memories.py`.
"""

from __future__ import annotations

from collections import Counter
from math import fsum
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from realtrade.engine.lean.kernels.columns import CHUNK
from realtrade.engine.lean.kernels.exact import row_sums, window_sums
from realtrade.engine.lean.kernels.extremes import window_extremes
from realtrade.strategies.rules.memories import weight_scale
from realtrade.strategies.rules.plan import LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from numpy.typing import NDArray

    from realtrade.engine.vectorised.shared import Shelf
    from realtrade.model.bar import BarColumns
    from realtrade.strategies.rules.plan import Plan, Step

    Floats = NDArray[np.float64]
    Bits = NDArray[np.bool_]
    OnBars = Callable[..., Floats]
    OnRun = Callable[..., Floats]

_MOST_CELLS = 1 << 18
"""Values of sliding windows at a time: they stay in the processor's cache."""


def answers(plan: Plan, bars: BarColumns, shelf: Shelf | None = None) -> dict[str, Bits]:
    """Return on which bars each rule holds; undefined is no.

    The plan must need no other feed. What is known on `shelf` is not worked out again.
    """
    values = calculate(plan, bars, set(plan.answers.values()), shelf)
    return {key: values[index] == 1.0 for key, index in plan.answers.items()}


def calculate(
    plan: Plan, bars: BarColumns, wanted: Collection[int], shelf: Shelf | None = None
) -> dict[int, Floats]:
    """Return what the `wanted` steps come to on every bar; not a number where undefined.

    Other columns are let go as soon as no step needs them any more. Those with a memory are kept on
    `shelf`, where there is one: they are most of the work.
    """
    numbers = shelf.numbers(plan) if shelf is not None else []
    values = _known(plan, wanted, shelf, numbers)
    needed = _uses(plan, wanted, values)
    for index, step in enumerate(plan.steps):
        if not needed[index]:
            continue
        if index not in values:
            with np.errstate(all="ignore"):  # what overflows or divides by zero is undefined then
                values[index] = _column(step, [values[one] for one in step.inputs], bars)
            if shelf is not None and step.op in _ON_RUNS:
                shelf.keep(numbers[index], values[index])
            needed.subtract(step.inputs)
            for one in set(step.inputs):
                if not needed[one]:
                    del values[one]
    return values


def _known(
    plan: Plan, wanted: Collection[int], shelf: Shelf | None, numbers: list[int]
) -> dict[int, Floats]:
    """Return those columns on `shelf` that make others unnecessary."""
    known: dict[int, Floats] = {}
    asked = set(wanted)
    for index in reversed(range(len(plan.steps))):
        if index not in asked:
            continue
        found = shelf.find(numbers[index]) if shelf is not None else None
        if found is None:
            asked.update(plan.steps[index].inputs)
        else:
            known[index] = found
    return known


def _uses(plan: Plan, wanted: Collection[int], known: Collection[int]) -> Counter[int]:
    """Return how many steps that must be calculated, and wants, there are for each step."""
    uses = Counter(wanted)
    for index in reversed(range(len(plan.steps))):
        if uses[index] and index not in known:
            uses.update(plan.steps[index].inputs)
    return uses


def _column(step: Step, inputs: list[Floats], bars: BarColumns) -> Floats:
    if step.op in _ON_BARS:
        return _on_bars(_ON_BARS[step.op], inputs)
    if step.op in _ON_RUNS:
        return _on_runs(_ON_RUNS[step.op], step, inputs)
    if step.op == "shift":
        return _shifted(inputs[0], step.period)
    if step.op == "number":
        column = np.full(len(bars), step.numbers[0])
    else:
        column = getattr(bars, step.field)
    return column


def _shifted(values: Floats, bars: int) -> Floats:
    moved = np.full(len(values), np.nan)
    if bars < len(values):
        moved[bars:] = values[: len(values) - bars]
    return moved


def _on_bars(work: OnBars, inputs: list[Floats]) -> Floats:
    result = work(*inputs)
    for values in inputs:
        result[np.isnan(values)] = np.nan
    return result


def _on_runs(work: OnRun, step: Step, inputs: list[Floats]) -> Floats:
    """Apply `work` to every stretch of bars on which all inputs are defined."""
    result = np.full(len(inputs[0]), np.nan)
    for start, stop in _runs(inputs):
        result[start:stop] = work(step, *(values[start:stop] for values in inputs))
    return result


def _runs(inputs: list[Floats]) -> Iterator[tuple[int, int]]:
    defined = ~np.isnan(inputs[0])
    for values in inputs[1:]:
        defined &= ~np.isnan(values)
    edges = np.flatnonzero(np.diff(defined, prepend=False, append=False))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


# -- one bar at a time ----------------------------------------------------------------------------


def _bounded(values: Floats) -> Floats:
    values[~(np.abs(values) <= LIMIT)] = np.nan
    return values


def _divide(a: Floats, b: Floats) -> Floats:
    return _bounded(np.where(b == 0.0, np.nan, a / b))


def _strength(up: Floats, down: Floats) -> Floats:
    index: Floats = 100.0 - 100.0 / (1.0 + up / down)
    index[down == 0.0] = 50.0
    index[(down == 0.0) & (up != 0.0)] = 100.0
    return index


def _greater(a: Floats, b: Floats) -> Floats:
    greater: Floats = np.where(a > b, a, b)
    return greater


def _lesser(a: Floats, b: Floats) -> Floats:
    lesser: Floats = np.where(a < b, a, b)
    return lesser


def _choose(condition: Floats, a: Floats, b: Floats) -> Floats:
    chosen: Floats = np.where(condition != 0.0, a, b)
    return chosen


_ON_BARS: Mapping[str, OnBars] = MappingProxyType(
    {
        "add": lambda a, b: _bounded(a + b),
        "sub": lambda a, b: _bounded(a - b),
        "mul": lambda a, b: _bounded(a * b),
        "div": _divide,
        "neg": lambda a: -a,
        "abs": np.abs,
        "sqrt": np.sqrt,
        "strength": _strength,
        "lesser": _lesser,
        "greater": _greater,
        "lt": lambda a, b: (a < b).astype(float),
        "le": lambda a, b: (a <= b).astype(float),
        "gt": lambda a, b: (a > b).astype(float),
        "ge": lambda a, b: (a >= b).astype(float),
        "eq": lambda a, b: (a == b).astype(float),
        "ne": lambda a, b: (a != b).astype(float),
        "and": lambda a, b: a * b,
        "or": _greater,
        "not": lambda a: 1.0 - a,
        "choose": _choose,
    }
)

# -- with memory ----------------------------------------------------------------------------------


def _windowed(measure: Callable[[Floats, int], Floats]) -> OnRun:
    """Return what measures every window of a run; before the first full one nothing is defined."""

    def work(step: Step, values: Floats) -> Floats:
        period, result = step.period, np.full(len(values), np.nan)
        if period <= len(values):
            result[period - 1 :] = measure(values, period)
        return result

    return work


def _means(values: Floats, period: int) -> Floats:
    return window_sums(values, period) / period


def _by_rows(values: Floats, period: int, measure: Callable[[Floats], Floats]) -> Floats:
    """Return `measure` of windows as columns of a table, a part of them at a time."""
    windows = sliding_window_view(values, period)
    result = np.empty(len(windows))
    size = max(1, _MOST_CELLS // period)
    for first in range(0, len(windows), size):
        result[first : first + size] = measure(windows[first : first + size].T)
    return result


def _weighted(values: Floats, period: int) -> Floats:
    weights = np.arange(1.0, period + 1.0)[:, None]
    return weight_scale(period) * _by_rows(values, period, lambda rows: row_sums(rows * weights))


def _spreads(values: Floats, period: int) -> Floats:
    def measure(rows: Floats) -> Floats:
        middles = row_sums(rows) / period
        return row_sums(np.abs(rows - middles)) / period

    return _by_rows(values, period, measure)


def _smooth(step: Step, values: Floats) -> Floats:
    period, factor = step.period, step.numbers[1]
    result = np.full(len(values), np.nan)
    if period > len(values):
        return result
    kept, last = 1.0 - factor, fsum(values[:period].tolist()) / period
    result[period - 1] = last
    for first in range(period, len(values), CHUNK):
        smoothed = []
        for value in (values[first : first + CHUNK] * factor).tolist():
            last = last * kept + value
            smoothed.append(last)
        result[first : first + CHUNK] = smoothed
    return result


def _crossing(way: float) -> OnRun:
    def work(step: Step, a: Floats, b: Floats) -> Floats:
        distance = (a - b) * way
        known = np.where(distance != 0.0, np.arange(len(distance)), -1)
        last = np.maximum.accumulate(known)
        before = np.where(last >= 0, distance[last], 0.0)
        crossed = np.zeros(len(distance))
        crossed[1:] = (distance[1:] > 0.0) & (before[:-1] < 0.0)
        return crossed

    return work


_ON_RUNS: Mapping[str, OnRun] = MappingProxyType(
    {
        "mean": _windowed(_means),
        "spread": _windowed(_spreads),
        "weighted": _windowed(_weighted),
        "highest": _windowed(lambda values, n: window_extremes(values, n, np.maximum, max)),
        "lowest": _windowed(lambda values, n: window_extremes(values, n, np.minimum, min)),
        "smooth": _smooth,
        "crossover": _crossing(1.0),
        "crossunder": _crossing(-1.0),
    }
)
