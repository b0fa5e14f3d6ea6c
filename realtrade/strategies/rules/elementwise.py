"""Steps that look at one bar only, in plain floats, given values that are all defined."""

from __future__ import annotations

from math import nan, sqrt
from types import MappingProxyType
from typing import TYPE_CHECKING

from realtrade.strategies.rules.plan import LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Elementwise = Callable[..., float]


def bounded(value: float) -> float:
    """Return `value`, undefined (not a number) when it is out of all bounds."""
    return value if -LIMIT <= value <= LIMIT else nan


def divide(a: float, b: float) -> float:
    """Return the quotient, undefined for a division by zero."""
    return bounded(a / b) if b else nan


def strength(up: float, down: float) -> float:
    """Return Wilder's index: 100 if nothing fell, 50 if nothing moved at all."""
    if down:
        return 100.0 - 100.0 / (1.0 + up / down)
    return 100.0 if up else 50.0


ELEMENTWISE: Mapping[str, Elementwise] = MappingProxyType(
    {
        "add": lambda a, b: bounded(a + b),
        "sub": lambda a, b: bounded(a - b),
        "mul": lambda a, b: bounded(a * b),
        "div": divide,
        "neg": lambda a: -a,
        "abs": abs,
        "sqrt": sqrt,
        "strength": strength,
        "lesser": lambda a, b: min(b, a),
        "greater": lambda a, b: max(b, a),
        "lt": lambda a, b: float(a < b),
        "le": lambda a, b: float(a <= b),
        "gt": lambda a, b: float(a > b),
        "ge": lambda a, b: float(a >= b),
        "eq": lambda a, b: float(a == b),
        "ne": lambda a, b: float(a != b),
        "and": lambda a, b: a * b,
        "or": lambda a, b: max(b, a),
        "not": lambda a: 1.0 - a,
        "choose": lambda a, b, c: b if a else c,
    }
)
"""By the name of the step."""
