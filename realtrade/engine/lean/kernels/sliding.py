"""`next` of windows in constant time, whatever the period, for bars that come one by one.

Backtrader looks at the whole window again on every bar. Here a sum is kept as a whole number of
tiny units, exactly, and rounded once when it is read: what `math.fsum` returns. An extreme is the
front of a queue of those values that no later one has beaten. Where a value fits neither (missing,
infinite, absurdly small, a negative zero), Backtrader's own `next` works until it has left the
window.

The weighted averages of `weighted` are the exception: those are not Backtrader's to the last bit.
Over inputs only whose values never change once their bar has passed; see `settles`.
"""

from __future__ import annotations

from collections import deque
from math import copysign, inf
from typing import TYPE_CHECKING, Any

import backtrader as bt
from backtrader.lineiterator import LineIterator

from realtrade.engine.lean.kernels import kernel_of
from realtrade.engine.lean.kernels.exact import UNITS, units
from realtrade.engine.lean.kernels.shifts import lead
from realtrade.engine.lean.kernels.stepping import step as stepped
from realtrade.engine.lean.kernels.weighted import LinearWindow, is_linear, window_average
from realtrade.engine.lean.lines import length_line

if TYPE_CHECKING:
    from collections.abc import Callable

    Call = Callable[[], None]

_LONG = {bt.ind.Average: 10, bt.ind.SumN: 10, bt.ind.Highest: 5, bt.ind.Lowest: 5}
"""Periods from which on this is faster than C's look at the whole window."""
_NONE = -2
"""The bar before the first, less one."""


def is_window(indicator: Any) -> bool:
    """Tell whether `indicator` has a period and exactly a class for which this is faster."""
    if weighs(indicator):
        return True
    period = getattr(getattr(indicator, "p", None), "period", None)
    return type(period) is int and period >= _LONG.get(_kind(indicator), inf)


def weighs(indicator: Any) -> bool:
    """Tell whether `indicator` is a weighted average that does not round its products."""
    return _kind(indicator) is bt.ind.WeightedAverage and is_linear(indicator)


def whole_next(indicator: Any) -> Call:
    """Return a `next` for what `weighs`, which looks at the whole window on every bar."""
    data, target = indicator.data, indicator.lines[0]
    period, coef, weights = indicator.p.period, indicator.p.coef, indicator.p.weights

    def whole() -> None:
        target[0] = window_average(data.get(size=period), coef, weights)

    return whole


def sliding_next(indicator: Any, here: list[int]) -> Call:
    """Return the faster `next` of a window.

    `here` holds the index of the current bar, of the indicator's lines and of its input.
    """
    kind = _kind(indicator)
    if kind is bt.ind.WeightedAverage:
        return SlidingWeighted(indicator, here).next
    if kind in {bt.ind.Highest, bt.ind.Lowest}:
        sign = 1.0 if kind is bt.ind.Highest else -1.0
        return SlidingExtreme(indicator, here, sign=sign).next
    divisor = indicator.p.period if kind is bt.ind.Average else 1
    return SlidingSum(indicator, here, divisor=divisor).next


def _kind(indicator: Any) -> Any:
    kind: Any = type(indicator)
    # `MaxN` is `Highest` under another name, made by Backtrader.
    return kind.__base__ if vars(kind).get("aliased") else kind


def settles(indicator: Any, parts_settle: bool) -> bool:
    """Tell whether `indicator` writes each bar's values on that bar and never again.

    Known of Backtrader's building blocks, and of what is only made of such parts and says nothing
    itself. A user's indicator may paint over its past.
    """
    kernel = kernel_of(indicator)
    if kernel is not None and kernel not in {lead, stepped}:
        return True
    kind: Any = type(indicator)
    words = ("next", "nextstart", "prenext")
    silent = all(getattr(kind, word) is getattr(LineIterator, word) for word in words)
    return silent and parts_settle


class _Sliding:
    """A window that has seen the bar before, or looks at all of its values once more."""

    def __init__(self, indicator: Any, here: list[int]) -> None:
        self._stock: Call = indicator.next
        self._period: int = indicator.p.period
        self._source = length_line(indicator.data)
        self._target = indicator.lines[0]
        self._here = here
        self._last = _NONE
        self._odd_until = 0

    def _refill(self, index: int) -> bool:
        """Take in the window that ends before bar `index`; False where a value does not fit."""
        self._forget()
        values = self._source.array[index - self._period + 1 : index]
        for number, value in enumerate(values):
            if not self._take(value, index - len(values) + number):
                self._odd_until = index - len(values) + number + self._period
                return False
        return True

    def _moves(self, index: int) -> bool:
        """Take in the value of bar `index`; False where Backtrader's own `next` must work."""
        if index < self._odd_until:
            return False
        fits = self._last + 1 == index or self._refill(index)
        self._last = _NONE
        if not fits:
            return False
        if not self._take(self._source.array[index], index):
            self._odd_until = index + self._period
            return False
        self._last = index
        return True

    def _forget(self) -> None:
        raise NotImplementedError

    def _take(self, value: float, index: int) -> bool:
        raise NotImplementedError


class SlidingSum(_Sliding):
    """The exactly rounded sum of a window, divided."""

    def __init__(self, indicator: Any, here: list[int], *, divisor: int) -> None:
        super().__init__(indicator, here)
        self._divisor = divisor
        self._forget()

    def next(self) -> None:
        """Write this bar's value."""
        if self._moves(self._here[0]):
            self._target[0] = self._sum / UNITS / self._divisor
        else:
            self._stock()

    def _forget(self) -> None:
        self._parts: deque[int] = deque()
        self._sum = 0

    def _take(self, value: float, index: int) -> bool:
        part = units(value)
        if part is None:
            return False
        parts = self._parts
        parts.append(part)
        self._sum += part
        if len(parts) > self._period:
            self._sum -= parts.popleft()
        return True


class SlidingWeighted(_Sliding):
    """The exactly rounded sum of a window with weights 1, 2, 3 …, times a coefficient."""

    def __init__(self, indicator: Any, here: list[int]) -> None:
        super().__init__(indicator, here)
        self._coef: float = indicator.p.coef
        self._window = LinearWindow(self._period)

    def next(self) -> None:
        """Write this bar's value."""
        if self._moves(self._here[0]):
            self._target[0] = self._coef * self._window.total()
        else:
            self._stock()

    def _forget(self) -> None:
        self._window.forget()

    def _take(self, value: float, index: int) -> bool:
        return self._window.take(value)


class SlidingExtreme(_Sliding):
    """The highest value of a window, or with `sign` -1 the lowest."""

    def __init__(self, indicator: Any, here: list[int], *, sign: float) -> None:
        super().__init__(indicator, here)
        self._sign = sign
        self._forget()

    def next(self) -> None:
        """Write this bar's value."""
        if self._moves(self._here[0]):
            self._target[0] = self._best[0][0] * self._sign
        else:
            self._stock()

    def _forget(self) -> None:
        self._best: deque[tuple[float, int]] = deque()

    def _take(self, value: float, index: int) -> bool:
        # What is missing, and a negative zero, count by their place among the others.
        if value != value or (not value and copysign(1.0, value) < 0.0):  # noqa: PLR0124 - not a number is not itself
            return False
        best, height = self._best, value * self._sign
        while best and best[-1][0] <= height:
            best.pop()
        best.append((height, index))
        if best[0][1] <= index - self._period:
            best.popleft()
        return True
