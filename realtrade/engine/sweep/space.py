"""What a sweep tries: every parameter's values, as they would be written in the recipe.

`5..50:5` counts from 5 to 50 in steps of 5, `5%..25%:5%` keeps its unit, `1..1000:x10` multiplies,
and `a,b,c` lists. Values stay text until the recipe's loader reads them, so that whatever a recipe
may say can be swept.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from realtrade.engine.sweep.errors import SweepRefused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MOST_VALUES = 100_000
"""Values of one parameter."""
_BOUND = r"([+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?)(\s?[A-Za-z%]{0,10})"
_RANGE = re.compile(rf"{_BOUND}\.\.{_BOUND}(?::(x?){_BOUND})?", re.ASCII)
_NUMBER = re.compile(_BOUND, re.ASCII)
_OPENING, _CLOSING, _QUOTES = "([{", ")]}", "\"'"
_FIXED = ("mode", "name", "realtrade", "extends", "environments")
_HINT = "write --param path=5..50:5, path=5%..25%:5%, path=1..1000:x10 or path=a,b,c"


@dataclass(frozen=True, slots=True)
class Axis:
    """One parameter: where it stands in the recipe, and its values in order."""

    path: str
    values: tuple[str, ...]
    """As they would be written in the recipe, each once."""

    @property
    def numbers(self) -> tuple[float, ...] | None:
        """The values as numbers without their unit; None when they are not all of one unit."""
        found = [_NUMBER.fullmatch(value) for value in self.values]
        units = {match[2].strip() if match else None for match in found}
        if len(units) != 1 or None in units:
            return None
        return tuple(float(match[1]) for match in found if match)

    @property
    def label(self) -> str:
        """The path's last part, or what comes after `params.`."""
        head, _, tail = self.path.rpartition(".params.")
        return tail if head else self.path


class Space:
    """Every combination of the values of some axes, numbered as a counter counts: last first."""

    def __init__(self, axes: Sequence[Axis]) -> None:
        """Take the axes.

        Raises:
            SweepRefused: there is none, or two are of one path.
        """
        paths = [axis.path for axis in axes]
        twice = next((path for path in paths if paths.count(path) > 1), None)
        if not axes:
            raise SweepRefused("a sweep needs at least one parameter", hint=_HINT)
        fixed = next((path for path in paths if path.partition(".")[0] in _FIXED), None)
        if fixed:
            msg = f"'{fixed}' cannot be tried: a sweep is a backtest, of one bot"
            raise SweepRefused(msg, hint="a part of history is chosen with --split or --holdout")
        if twice:
            msg = f"the parameter '{twice}' is named twice"
            raise SweepRefused(msg, hint="list all its values at once: a,b,c")
        self.axes = tuple(axes)

    @classmethod
    def parse(cls, texts: Iterable[str]) -> Space:
        """Return the space of `path=values` texts.

        Raises:
            SweepRefused: a text cannot be understood; says which.
        """
        return cls([axis(text) for text in texts])

    @cached_property
    def size(self) -> int:
        """Number of combinations."""
        return math.prod(len(axis.values) for axis in self.axes)

    def choices(self, number: int) -> tuple[int, ...]:
        """Return which value of each axis combination `number` (from 0) takes."""
        found: list[int] = []
        for one in reversed(self.axes):
            number, index = divmod(number, len(one.values))
            found.append(index)
        return tuple(reversed(found))

    def number(self, choices: Sequence[int]) -> int:
        """Return the number of a combination: the inverse of `choices`."""
        number = 0
        for one, index in zip(self.axes, choices, strict=True):
            number = number * len(one.values) + index
        return number

    def params(self, choices: Sequence[int]) -> tuple[str, ...]:
        """Return a combination as `path=value` texts for the recipe's loader."""
        pairs = zip(self.axes, choices, strict=True)
        return tuple(f"{one.path}={one.values[index]}" for one, index in pairs)

    def values(self, choices: Sequence[int]) -> tuple[str, ...]:
        """Return the values of a combination, in the order of the axes."""
        return tuple(one.values[index] for one, index in zip(self.axes, choices, strict=True))

    def neighbours(self, choices: Sequence[int]) -> Iterator[tuple[int, ...]]:
        """Yield the combinations one step away along one axis of numbers."""
        for place, one in enumerate(self.axes):
            if one.numbers is None:
                continue
            for index in (choices[place] - 1, choices[place] + 1):
                if 0 <= index < len(one.values):
                    yield (*choices[:place], index, *choices[place + 1 :])

    def described(self) -> list[list[str]]:
        """Return paths and values as plain lists: what makes two spaces the same."""
        return [[one.path, *one.values] for one in self.axes]


def axis(text: str) -> Axis:
    """Return the axis written `path=values`.

    Raises:
        SweepRefused: it is not understood.
    """
    path, equals, values = text.partition("=")
    if not equals or not path.strip() or not values.strip():
        msg = f"'{text}' is not path=values"
        raise SweepRefused(msg, hint=_HINT)
    found = _RANGE.fullmatch(values.strip())
    listed = _counted(text, found) if found else [item.strip() for item in _items(values)]
    if "" in listed:
        msg = f"'{text}' has an empty value between its commas"
        raise SweepRefused(msg, hint=_HINT)
    return Axis(path.strip(), tuple(dict.fromkeys(listed)))


def _counted(text: str, found: re.Match[str]) -> list[str]:
    first, unit, last, last_unit, times, step, step_unit = found.groups()
    low, high, by = Decimal(first), Decimal(last), Decimal(step or 1)
    if step is None and "." in first + last:
        _refuse(text, "needs a step: its bounds are no whole numbers")
    if unit != last_unit or (step and step_unit not in (unit, "")) or (times and step_unit):
        _refuse(text, f"mixes units: write {first}{unit}..{last}{unit}:{step or 1}{unit}")
    if low > high:
        _refuse(text, "runs downwards: write the smaller bound first")
    if by <= (1 if times else 0) or (times and low <= 0):
        _refuse(text, "never gets on: steps must be above 0, factors above 1 from above 0")
    values = list(_multiplied(low, high, by) if times else _stepped(low, high, by))
    if len(values) > MOST_VALUES:
        _refuse(text, f"has more than {MOST_VALUES:,} values")
    return [f"{value:f}{unit}" for value in values]


def _stepped(low: Decimal, high: Decimal, by: Decimal) -> Iterator[Decimal]:
    count = min(int((high - low) / by), MOST_VALUES) + 1
    yield from (low + by * index for index in range(count))


def _multiplied(low: Decimal, high: Decimal, by: Decimal) -> Iterator[Decimal]:
    value = low
    for _ in range(MOST_VALUES + 1):
        if value > high:
            return
        yield value
        value *= by


def _refuse(text: str, why: str) -> None:
    msg = f"the range '{text}' {why}"
    raise SweepRefused(msg, hint=_HINT)


def _items(values: str) -> Iterator[str]:
    """Split at commas that stand in no bracket and in no quotes."""
    depth, quote, item = 0, "", ""
    for sign in values:
        if quote:
            quote = "" if sign == quote else quote
        elif sign in _QUOTES:
            quote = sign
        elif sign in _OPENING or sign in _CLOSING:
            depth += 1 if sign in _OPENING else -1
        if sign == "," and not depth and not quote:
            yield item
            item = ""
        else:
            item += sign
    yield item
