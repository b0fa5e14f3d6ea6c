"""Arithmetic and comparisons between lines, or of a line and a number."""

from __future__ import annotations

import operator
from array import array
from itertools import repeat
from typing import TYPE_CHECKING, Any

import numpy as np

from realtrade.engine.lean.kernels.columns import Column, Unsuitable, column, number, suitable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_UFUNCS: dict[Any, np.ufunc] = {
    operator.add: np.add,
    operator.sub: np.subtract,
    operator.mul: np.multiply,
    operator.truediv: np.divide,
    operator.lt: np.less,
    operator.gt: np.greater,
    operator.le: np.less_equal,
    operator.ge: np.greater_equal,
    operator.eq: np.equal,
    operator.ne: np.not_equal,
    operator.abs: np.absolute,
    operator.neg: np.negative,
}


@suitable
def binary(indicator: Any, start: int, end: int) -> None:
    """`LinesOperation`: two lines, a line and a number, or a number and a line."""
    if indicator.btime:
        raise Unsuitable
    target = column(indicator, start, end)
    left, right = _sides(indicator, start, end)
    operation = indicator.operation
    ufunc = _UFUNCS.get(operation)
    if ufunc is None or (ufunc is np.divide and not np.all(right)):
        # Powers differ in the last bit between numpy and C, and only Python refuses to divide
        # by zero: these run value by value, but without a loop in Python.
        target[:] = _mapped(operation, _values(left), _values(right))
    else:
        target[:] = ufunc(left, right)


@suitable
def unary(indicator: Any, start: int, end: int) -> None:
    """`LineOwnOperation`: an operation on one line."""
    target, source = column(indicator, start, end), column(indicator.a, start, end)
    ufunc = _UFUNCS.get(indicator.operation)
    if ufunc is None:
        target[:] = _mapped(indicator.operation, _values(source))
    else:
        target[:] = ufunc(source)


def _sides(indicator: Any, start: int, end: int) -> tuple[Column | Any, Column | Any]:
    if indicator.bline:
        return column(indicator.a, start, end), column(indicator.b, start, end)
    vectorised = indicator.operation in _UFUNCS
    if not indicator.r:
        return column(indicator.a, start, end), _constant(indicator.b, exact=vectorised)
    return _constant(indicator.a, exact=vectorised), column(indicator.b, start, end)


def _constant(value: Any, *, exact: bool) -> Any:
    """Return a number: for numpy a float that stands for it exactly, for Python as it is."""
    as_float = number(value)
    return as_float if exact else value


def _values(side: Column | Any) -> Iterable[Any]:
    return array("d", side.tobytes()) if isinstance(side, np.ndarray) else repeat(side)


def _mapped(operation: Callable[..., Any], *sides: Iterable[Any]) -> Column:
    return np.frombuffer(array("d", map(operation, *sides)))
