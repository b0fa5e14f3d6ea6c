"""Lines as numpy columns: views for reading and writing in place, nothing copied."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float64]
Kernel = Callable[[Any, int, int], bool]

_EXACT_INT = 2**53
CHUNK = 1 << 15
"""Bars per pass: temporaries stay in the processor's cache and never grow with the history."""


class Unsuitable(Exception):
    """An operand is nothing a kernel can read as Backtrader would."""


def column(source: Any, start: int, end: int) -> Column:
    """Return bars `start` to `end` (excluded) of a line as a view.

    Raises:
        Unsuitable: the line is no array of doubles or does not reach from `start` to `end`.
    """
    values = source.array
    if type(values) is not array or not 0 <= start <= end <= len(values):
        raise Unsuitable
    return np.frombuffer(values)[start:end]


def operand(source: Any, start: int, end: int) -> Column | float:
    """Return a line as `column` does, or the number Backtrader wrapped to look like a line."""
    wrapped = getattr(source, "wrapped", source)
    return number(wrapped) if wrapped is not source else column(source, start, end)


def number(value: Any) -> float:
    """Return a plain number as the float Backtrader's arithmetic would use.

    Raises:
        Unsuitable: it is no `int` or `float`, or an integer too large to be exact.
    """
    plain = type(value) in {int, float, bool}
    if not plain or (type(value) is int and abs(value) > _EXACT_INT):
        raise Unsuitable
    return float(value)


def suitable(kernel: Callable[[Any, int, int], None]) -> Kernel:
    """Make a kernel answer `False` when an operand is `Unsuitable`, else `True`."""

    def guarded(indicator: Any, start: int, end: int) -> bool:
        try:
            with np.errstate(all="ignore"):  # Python floats overflow to infinity in silence
                kernel(indicator, start, end)
        except Unsuitable:
            return False
        return True

    return guarded
