"""An expression as a tree, before anything is known about its names."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written, such as `0.05`."""

    value: float
    at: int


@dataclass(frozen=True, slots=True)
class Name:
    """A name: `close`, an indicator, a feed."""

    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Member:
    """A column of another feed: `btc_1d.close`."""

    owner: str
    field: str
    at: int
    field_at: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function and what it is given: `sma(close, 10)`."""

    name: str
    arguments: tuple[Expression, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Unary:
    """`-x` or `not x`."""

    operator: str
    operand: Expression
    at: int


@dataclass(frozen=True, slots=True)
class Binary:
    """Two sides and what stands between them."""

    operator: str
    left: Expression
    right: Expression
    at: int
    """Place of the operator."""


@dataclass(frozen=True, slots=True)
class Shift:
    """What something was some bars ago: `close[1]`."""

    operand: Expression
    bars: Expression
    at: int
    """Place of the bracket."""


Expression = Number | Name | Member | Call | Unary | Binary | Shift


def start_of(expression: Expression) -> int:
    """Return the place an expression begins at."""
    while isinstance(expression, Binary | Shift):
        expression = expression.left if isinstance(expression, Binary) else expression.operand
    return expression.at
