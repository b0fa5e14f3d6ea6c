"""Steps that remember earlier bars, one bar at a time.

Each is pushed defined values only. Where a value is undefined it is told to `forget`, and begins
anew with the next: a window never spans a gap.
"""

from __future__ import annotations

from collections import deque
from math import fsum, nan
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from realtrade.strategies.rules.plan import Step


class Memory(Protocol):
    """What a step knows of earlier bars."""

    def push(self, *values: float) -> float:
        """Take in a bar's values; return the result, undefined (not a number) for too few bars."""
        ...

    def forget(self) -> None:
        """Begin anew."""
        ...


class Window:
    """The last `period` values, and what `measure` makes of them."""

    def __init__(self, step: Step, measure: Callable[[deque[float]], float]) -> None:
        self._period = step.period
        self._values: deque[float] = deque(maxlen=self._period)
        self._measure = measure

    def push(self, *values: float) -> float:
        """Take in a value."""
        self._values.append(values[0])
        return self._measure(self._values) if len(self._values) == self._period else nan

    def forget(self) -> None:
        """Begin anew."""
        self._values.clear()


class Smooth:
    """Exponential average: the plain average first, then `last * (1 - factor) + value * factor`."""

    def __init__(self, step: Step) -> None:
        self._period = step.period
        self._factor = step.numbers[1]
        self._kept = 1.0 - self._factor
        self._first: list[float] = []
        self._last = nan

    def push(self, *values: float) -> float:
        """Take in a value."""
        if self._last == self._last:
            self._last = self._last * self._kept + values[0] * self._factor
            return self._last
        self._first.append(values[0])
        if len(self._first) == self._period:
            self._last = fsum(self._first) / self._period
            self._first.clear()
        return self._last

    def forget(self) -> None:
        """Begin anew."""
        self._first.clear()
        self._last = nan


class Crossing:
    """Tells when one value passes another; days on which they are equal are passed over."""

    def __init__(self, way: float) -> None:
        self._way = way
        self._before = 0.0

    def push(self, *values: float) -> float:
        """Take in both values; 1.0 on the bar that brings the crossing."""
        distance = (values[0] - values[1]) * self._way
        crossed = distance > 0.0 > self._before
        self._before = distance or self._before
        return float(crossed)

    def forget(self) -> None:
        """Begin anew."""
        self._before = 0.0


def mean(values: deque[float]) -> float:
    """Return the exactly rounded sum divided by the length."""
    return fsum(values) / len(values)


def spread(values: deque[float]) -> float:
    """Return the mean distance from the mean."""
    middle = mean(values)
    return fsum([abs(value - middle) for value in values]) / len(values)


def weigher(step: Step) -> Callable[[deque[float]], float]:
    """Return what averages with weights 1, 2, … from the oldest to the newest value."""
    period = step.period
    weights = [float(weight) for weight in range(1, period + 1)]
    scale = weight_scale(period)
    return lambda values: scale * fsum(map(float.__mul__, weights, values))


def weight_scale(period: int) -> float:
    """Return one over the sum of the weights, as Backtrader rounds it."""
    return 2.0 / (period * (period + 1.0))


MEMORIES: Mapping[str, Callable[[Step], Memory]] = MappingProxyType(
    {
        "mean": lambda step: Window(step, mean),
        "spread": lambda step: Window(step, spread),
        "weighted": lambda step: Window(step, weigher(step)),
        "highest": lambda step: Window(step, max),
        "lowest": lambda step: Window(step, min),
        "smooth": Smooth,
        "crossover": lambda step: Crossing(1.0),
        "crossunder": lambda step: Crossing(-1.0),
    }
)
"""What makes the memory of a step, by its name."""
