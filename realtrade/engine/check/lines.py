"""The lines of a strategy's indicators, and which of them were drawn with the future in hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One line of one indicator after a run."""

    name: str
    """The strategy's attribute where it has one, the class and the line's name."""
    values: NDArray[np.float64]
    """One for each bar of its feed; NaN where it has none."""


def lines_of(strategy: Any) -> tuple[Line, ...]:
    """Return the lines of every indicator the strategy made, in the order they were made."""
    attributes = {id(held): f"self.{name}" for name, held in _attributes(strategy)}
    return tuple(
        Line(_name(attributes.get(id(indicator)), indicator, number), np.array(line.array))
        for indicator in strategy.getindicators()
        for number, line in enumerate(_lines(indicator))
    )


def leaks(whole: Iterable[Line], cut: Iterable[Line]) -> Iterator[tuple[str, int]]:
    """Yield each line that is another without the future, and over how many of its last bars.

    Both are of the same strategy, so they come in the same order.
    """
    for seeing, blind in zip(whole, cut, strict=False):
        length = len(blind.values)
        if seeing.name != blind.name or length > len(seeing.values):
            continue
        alike = np.isclose(
            seeing.values[:length], blind.values, rtol=TOLERANCE, atol=0.0, equal_nan=True
        )
        if not alike.all():
            yield seeing.name, length - int(np.argmin(alike))


def _lines(indicator: Any) -> list[Any]:
    """Return the buffers; an operation such as `data.close(1)` is its own only one."""
    return list(indicator.lines) if hasattr(indicator.lines, "getlinealiases") else [indicator]


def _attributes(strategy: Any) -> Iterator[tuple[str, Any]]:
    """Yield what the strategy calls its own, the insides of lists and dicts by their place."""
    for name, held in vars(strategy).items():
        if name.startswith("_"):
            continue
        yield name, held
        if isinstance(held, dict):
            yield from ((f"{name}[{key!r}]", part) for key, part in held.items())
        elif isinstance(held, list | tuple):
            yield from ((f"{name}[{place}]", part) for place, part in enumerate(held))


def _name(attribute: str | None, indicator: Any, number: int) -> str:
    kind = type(indicator).__name__.lstrip("_")
    aliases: tuple[str, ...] = getattr(indicator.lines, "getlinealiases", tuple)()
    line = f".{aliases[number]}" if len(aliases) > 1 else ""
    return f"{attribute}{line} ({kind})" if attribute else f"{kind}{line}"
