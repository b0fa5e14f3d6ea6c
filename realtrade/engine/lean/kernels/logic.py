"""Choices and comparisons between lines: `And`, `If`, `Max`, safe divisions, non-zero difference.

A missing value counts as true in Python and compares false with everything; numpy agrees as long
as truth is spelled `!= 0` and every comparison keeps its direction.
"""

from __future__ import annotations

from functools import reduce
from math import fsum
from typing import TYPE_CHECKING, Any

import numpy as np

from realtrade.engine.lean.kernels.columns import Column, Unsuitable, column, operand, suitable

if TYPE_CHECKING:
    from collections.abc import Callable

_AT_LEAST = 2


@suitable
def both(indicator: Any, start: int, end: int) -> None:
    """`And`: true where every argument is."""
    _folded(indicator, (start, end), np.logical_and)


@suitable
def either(indicator: Any, start: int, end: int) -> None:
    """`Or`: true where any argument is."""
    _folded(indicator, (start, end), np.logical_or)


@suitable
def largest(indicator: Any, start: int, end: int) -> None:
    """`Max`: the first of the largest arguments."""
    sides = _arguments(indicator, start, end)
    column(indicator, start, end)[:] = reduce(lambda a, b: np.where(b > a, b, a), sides)


@suitable
def smallest(indicator: Any, start: int, end: int) -> None:
    """`Min`: the first of the smallest arguments."""
    sides = _arguments(indicator, start, end)
    column(indicator, start, end)[:] = reduce(lambda a, b: np.where(b < a, b, a), sides)


@suitable
def summed(indicator: Any, start: int, end: int) -> None:
    """`Sum`: the exactly rounded sum of the arguments."""
    sides = [np.broadcast_to(x, end - start) for x in _arguments(indicator, start, end)]
    column(indicator, start, end)[:] = [fsum(x) for x in zip(*sides, strict=True)]


@suitable
def chosen(indicator: Any, start: int, end: int) -> None:
    """`If`: one argument where the condition is true, else the other."""
    condition = operand(indicator.cond, start, end)
    left, right = (operand(side, start, end) for side in (indicator.a, indicator.b))
    column(indicator, start, end)[:] = np.where(np.not_equal(condition, 0.0), left, right)


@suitable
def compared(indicator: Any, start: int, end: int) -> None:
    """`Cmp`: 1, 0 or -1."""
    left, right = (operand(side, start, end) for side in (indicator.a, indicator.b))
    above, below = np.greater(left, right), np.less(left, right)
    column(indicator, start, end)[:] = np.subtract(above, below, dtype=np.float64)


@suitable
def compared_choice(indicator: Any, start: int, end: int) -> None:
    """`CmpEx`: one of three arguments for below, equal and above."""
    left, right, below, equal, above = _arguments(indicator, start, end)
    column(indicator, start, end)[:] = np.where(
        np.less(left, right), below, np.where(np.greater(left, right), above, equal)
    )


@suitable
def safe_ratio(indicator: Any, start: int, end: int) -> None:
    """`DivByZero`: a ratio, or a set value where the denominator is zero."""
    above, below = (column(side, start, end) for side in (indicator.a, indicator.b))
    column(indicator, start, end)[:] = np.where(below != 0.0, above / below, indicator.zero)


@suitable
def safe_ratio_of_zeros(indicator: Any, start: int, end: int) -> None:
    """`DivZeroByZero`: a ratio, with set values for zero by zero and for anything else by zero."""
    above, below = (column(side, start, end) for side in (indicator.a, indicator.b))
    by_zero = np.where(above == 0.0, indicator.dual, indicator.single)
    column(indicator, start, end)[:] = np.where(below == 0.0, by_zero, above / below)


@suitable
def nonzero_difference(indicator: Any, start: int, end: int) -> None:
    """`NonZeroDifference`: the difference of two lines, the last one before where it is zero."""
    left, right = (column(side, start, end) for side in (indicator.data0, indicator.data1))
    difference = left - right
    kept = np.where(difference != 0.0, np.arange(end - start), 0)
    column(indicator.lines[0], start, end)[:] = difference[np.maximum.accumulate(kept)]


def _folded(indicator: Any, bars: tuple[int, int], operation: Callable[[Any, Any], Any]) -> None:
    sides = _arguments(indicator, *bars)
    column(indicator, *bars)[:] = reduce(operation, (np.not_equal(side, 0.0) for side in sides))


def _arguments(indicator: Any, start: int, end: int) -> list[Column | float]:
    if len(indicator.args) < _AT_LEAST:  # one argument is passed through as it is, by Python
        raise Unsuitable
    return [operand(argument, start, end) for argument in indicator.args]
