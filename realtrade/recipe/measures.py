"""Arithmetic of templates: exact numbers, and numbers that carry `%` or a time unit along."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Context, Decimal, DecimalException, DivisionByZero, InvalidOperation, Overflow
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

_CONTEXT = Context(prec=28, traps=[InvalidOperation, DivisionByZero, Overflow])
_MAX = Decimal("1e30")
_UNITS_MS = (("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000))


@dataclass(frozen=True, slots=True)
class Measure:
    """A percentage in percent, or a span of time in milliseconds."""

    amount: Decimal
    unit: Literal["%", "ms"]

    def __str__(self) -> str:
        """Write it as a recipe would: `1.5%`, `1h30m`."""
        return f"{_tidy(self.amount)}%" if self.unit == "%" else _span(int(self.amount))


Number = int | Decimal
Operand = Number | Measure
Result = Operand | str | bool | None


class Uncomputable(Exception):
    """An operation has no answer; the message says why."""


def percent(fraction: Decimal) -> Measure:
    """Return 0.15 as 15 %."""
    return Measure(_CONTEXT.multiply(fraction, Decimal(100)), "%")


def span(duration: timedelta) -> Measure:
    """Return a span of time."""
    return Measure(Decimal(duration // timedelta(milliseconds=1)), "ms")


def calculate(sign: str, left: Result, right: Result) -> Result:
    """Return `left sign right` for `+ - * / // %`.

    Raises:
        Uncomputable: the two do not go together, a division by zero, or a result past all bounds.
    """
    if sign == "+" and isinstance(left, str) and isinstance(right, str):
        return left + right
    one, other = _operand(left), _operand(right)
    try:
        if isinstance(one, Measure) or isinstance(other, Measure):
            return _with_units(sign, one, other)
        return _numbers(sign, one, other)
    except (DecimalException, ZeroDivisionError):
        msg = f"'{sign}' of these numbers has no answer"
        raise Uncomputable(msg) from None


def negated(value: Result) -> Result:
    """Return `-value`."""
    one = _operand(value)
    return Measure(-one.amount, one.unit) if isinstance(one, Measure) else -one


def as_text(value: Result) -> str:
    """Write a result inside a longer text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return _tidy(value) if isinstance(value, Decimal) else str(value)


def _operand(value: Result) -> Operand:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal, Measure)):
        kind = "text" if isinstance(value, str) else "a truth value"
        msg = f"{kind} cannot be calculated with; a variable may declare its type"
        raise Uncomputable(msg)
    return value


def _numbers(sign: str, left: Number, right: Number) -> Number:
    if isinstance(left, int) and isinstance(right, int):
        return _bounded(_whole(sign, left, right))
    return _bounded(_DECIMAL[sign](Decimal(left), Decimal(right)))


def _whole(sign: str, left: int, right: int) -> Number:
    if sign == "/":
        exact = right != 0 and left % right == 0
        return left // right if exact else _CONTEXT.divide(Decimal(left), Decimal(right))
    return _INTEGER[sign](left, right)


_INTEGER: dict[str, Callable[[int, int], int]] = {
    "+": int.__add__,
    "-": int.__sub__,
    "*": int.__mul__,
    "//": int.__floordiv__,
    "%": int.__mod__,
}
_DECIMAL: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": _CONTEXT.add,
    "-": _CONTEXT.subtract,
    "*": _CONTEXT.multiply,
    "/": _CONTEXT.divide,
    "//": _CONTEXT.divide_int,
    "%": _CONTEXT.remainder,
}


def _with_units(sign: str, left: Operand, right: Operand) -> Operand:
    if isinstance(left, Measure) and isinstance(right, Measure):
        if left.unit == right.unit and sign in "+-":
            return Measure(Decimal(_numbers(sign, left.amount, right.amount)), left.unit)
        if left.unit == right.unit and sign == "/":
            return _numbers(sign, left.amount, right.amount)
    elif isinstance(left, Measure) and isinstance(right, (int, Decimal)) and sign in "*/":
        return Measure(Decimal(_numbers(sign, left.amount, Decimal(right))), left.unit)
    elif isinstance(right, Measure) and isinstance(left, (int, Decimal)) and sign == "*":
        return Measure(Decimal(_numbers(sign, right.amount, Decimal(left))), right.unit)
    msg = f"'{sign}' does not go with these units"
    raise Uncomputable(msg)


def _bounded(value: Number) -> Number:
    if not -_MAX <= value <= _MAX:
        raise Uncomputable("the number is past all bounds")
    return value


def _tidy(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _span(milliseconds: int) -> str:
    text, rest = "", abs(milliseconds)
    for unit, length in _UNITS_MS:
        count, rest = divmod(rest, length)
        text += f"{count}{unit}" if count else ""
    text += f"{rest}ms" if rest else ""
    return ("-" if milliseconds < 0 else "") + (text or "0s")
