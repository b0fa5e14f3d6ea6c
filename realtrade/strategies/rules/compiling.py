"""All expressions of a recipe into one plan, with everything wrong in them said at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

from realtrade.plugins.ports.strategy import NamedFeed
from realtrade.strategies.rules.checker import Checker, Kind, SpoiltName, Typed, known_words
from realtrade.strategies.rules.errors import ExpressionError
from realtrade.strategies.rules.parser import parse
from realtrade.strategies.rules.plan import LIMIT, Builder, Plan

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from decimal import Decimal

    from realtrade.strategies.rules.syntax import Expression

    Loc = tuple[str, ...]
    Formula = str | int | Decimal

T = TypeVar("T")


class Wrong(NamedTuple):
    """One error and the setting it is in."""

    loc: Loc
    error: ExpressionError


class Compiled(NamedTuple):
    """What expressions come to."""

    plan: Plan
    wrong: tuple[Wrong, ...]
    """Empty when the plan may be used."""
    feeds: tuple[NamedFeed, ...]


def compile_rules(indicators: Mapping[str, Formula], rules: Mapping[str, str]) -> Compiled:
    """Return the plan of `indicators` by name, in order, and `rules` by key."""
    work = _Work()
    names = list(indicators)
    for number, (name, formula) in enumerate(indicators.items()):
        work.checker.later = names[number:]
        work.indicator(name, formula)
    work.checker.later = ()
    answers: dict[str, int] = {}
    for key, text in rules.items():
        step = work.result((key,), text, work.checker.condition)
        if step is not None:
            answers[key] = step
    plan = Plan(tuple(work.builder.steps), answers)
    return Compiled(plan, tuple(work.wrong), tuple(work.feeds))


class _Work:
    def __init__(self) -> None:
        self.builder = Builder()
        self.checker = Checker(self.builder)
        self.wrong: list[Wrong] = []
        self.feeds: list[NamedFeed] = []

    def indicator(self, name: str, formula: Formula) -> None:
        loc = ("indicators", name)
        taken = known_words().get(name)
        if taken is not None:
            hint = "give the indicator another name"
            self.wrong.append(Wrong(loc, ExpressionError(f"'{name}' is {taken}", 0, hint)))
        elif not isinstance(formula, str) and abs(float(formula)) > LIMIT:
            self.wrong.append(Wrong(loc, ExpressionError("the number is too large", 0)))
            self.checker.spoilt.add(name)
        elif not isinstance(formula, str):
            self.checker.indicators[name] = Typed(Kind.NUMBER, value=float(formula))
        elif (found := self.result(loc, formula, self.checker.check)) is not None:
            self.checker.indicators[name] = found
        else:
            self.checker.spoilt.add(name)

    def result(self, loc: Loc, text: str, check: Callable[[Expression], T]) -> T | None:
        """Return what an expression comes to, or None with what is wrong noted."""
        try:
            found = check(parse(text))
        except SpoiltName:  # it was told where that name is defined
            return None
        except ExpressionError as error:
            self.wrong.append(Wrong(loc, error))
            return None
        self.feeds += [NamedFeed(loc, feed.name, feed.at) for feed in self.checker.feeds]
        return found
