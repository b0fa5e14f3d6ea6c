"""From a tree to steps: names are looked up and kinds must fit, before anything runs."""

from __future__ import annotations

import difflib
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from realtrade.strategies.rules.errors import ExpressionError
from realtrade.strategies.rules.functions import FUNCTIONS, MAX_PERIOD, MOST_VALUES, Given, Takes
from realtrade.strategies.rules.plan import FIELDS, LIMIT, MAIN, Builder
from realtrade.strategies.rules.syntax import (
    Binary,
    Call,
    Expression,
    Member,
    Name,
    Number,
    Shift,
    Unary,
    start_of,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from realtrade.strategies.rules.functions import Function, Parameter

_ARITHMETIC = {"+": "add", "-": "sub", "*": "mul", "/": "div"}
_COMPARISON = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne"}


class Kind(StrEnum):
    """What an expression comes to."""

    NUMBER = "a number that never changes"
    SERIES = "a series"
    CONDITION = "a condition"


class Typed(NamedTuple):
    """What a part of an expression comes to."""

    kind: Kind
    step: int = -1
    """Its step; -1 for a number."""
    value: float = 0.0
    """Of a number."""


class FeedNamed(NamedTuple):
    """A feed that an expression names."""

    name: str
    at: int


class SpoiltName(ExpressionError):
    """An expression names an indicator that is wrong itself."""


class Checker:
    """Checks one expression after another; they share steps."""

    def __init__(self, builder: Builder) -> None:
        self._builder = builder
        self.indicators: dict[str, Typed] = {}
        """What may be named so far."""
        self.spoilt: set[str] = set()
        """Indicators that are wrong; nobody else is blamed for it."""
        self.later: Collection[str] = ()
        """Indicators that stand below."""
        self.feeds: list[FeedNamed] = []
        """Feeds named by the expression checked last."""

    def check(self, tree: Expression) -> Typed:
        """Return what `tree` comes to.

        Raises:
            ExpressionError: a name is not known, kinds do not fit, a period is out of bounds.
        """
        self.feeds = []
        return self._typed(tree)

    def condition(self, tree: Expression) -> int:
        """Return the step of a tree that must be a condition."""
        found = self.check(tree)
        if found.kind is not Kind.CONDITION:
            message = f"a rule must be a condition, not {found.kind}"
            hint = "compare it, such as rsi(close) < 30, or use crossover(a, b)"
            raise ExpressionError(message, start_of(tree), hint)
        return found.step

    def _typed(self, tree: Expression) -> Typed:  # noqa: PLR0911 - one line for each kind of tree
        match tree:
            case Number():
                return Typed(Kind.NUMBER, value=tree.value)
            case Name():
                return self._name(tree)
            case Member():
                return self._member(tree)
            case Call():
                return self._call(tree)
            case Unary():
                return self._unary(tree)
            case Binary():
                return self._binary(tree)
            case Shift():
                return self._shift(tree)

    # -- names ----------------------------------------------------------------------------------

    def _name(self, name: Name) -> Typed:
        if name.text in self.indicators:
            return self.indicators[name.text]
        if name.text in self.spoilt:
            message = f"'{name.text}' is wrong itself"
            raise SpoiltName(message, name.at)
        if name.text in FIELDS:
            return Typed(Kind.SERIES, self._builder.field(MAIN, name.text))
        if name.text in self.later:
            message = f"'{name.text}' is not known yet"
            hint = "an indicator may use those above it, never itself or one below"
            raise ExpressionError(message, name.at, hint)
        if name.text in FUNCTIONS:
            message = f"'{name.text}' is a function"
            raise ExpressionError(message, name.at, f"write {FUNCTIONS[name.text].usage}")
        raise _unknown("name", name.text, name.at, {*self.indicators, *FIELDS, *FUNCTIONS})

    def _member(self, member: Member) -> Typed:
        if member.owner in {*self.indicators, *FIELDS, *FUNCTIONS, *self.later}:
            message = f"'{member.owner}' is not a feed and has no members"
            raise ExpressionError(message, member.at, "write btc_1d.close for a feed btc_1d")
        if member.field not in FIELDS:
            raise _unknown("column", member.field, member.field_at, FIELDS)
        self.feeds.append(FeedNamed(member.owner, member.at))
        return Typed(Kind.SERIES, self._builder.field(member.owner, member.field))

    # -- operators ------------------------------------------------------------------------------

    def _unary(self, tree: Unary) -> Typed:
        operand = self._typed(tree.operand)
        if tree.operator == "not":
            step = self._needs_condition(operand, tree.operand, "not")
            return Typed(Kind.CONDITION, self._builder.op("not", step))
        self._refuse_condition(operand, tree.operand, "-")
        if operand.kind is Kind.NUMBER:
            return operand._replace(value=-operand.value)
        return Typed(Kind.SERIES, self._builder.op("neg", operand.step))

    def _binary(self, tree: Binary) -> Typed:
        left, right = self._typed(tree.left), self._typed(tree.right)
        if tree.operator in ("and", "or"):
            steps = [
                self._needs_condition(side, where, tree.operator)
                for side, where in ((left, tree.left), (right, tree.right))
            ]
            return Typed(Kind.CONDITION, self._builder.op(tree.operator, *steps))
        self._refuse_condition(left, tree.left, tree.operator)
        self._refuse_condition(right, tree.right, tree.operator)
        if left.kind is right.kind is Kind.NUMBER:
            return self._of_numbers(tree, left.value, right.value)
        steps = [self._as_step(left), self._as_step(right)]
        if tree.operator in _COMPARISON:
            return Typed(Kind.CONDITION, self._builder.op(_COMPARISON[tree.operator], *steps))
        return Typed(Kind.SERIES, self._builder.op(_ARITHMETIC[tree.operator], *steps))

    def _of_numbers(self, tree: Binary, left: float, right: float) -> Typed:
        if tree.operator in _COMPARISON:
            message = "both sides are numbers that never change"
            raise ExpressionError(message, tree.at, "compare something that moves, such as close")
        if tree.operator == "/" and not right:
            raise ExpressionError("division by zero", tree.at)
        results = {
            "+": lambda: left + right,
            "-": lambda: left - right,
            "*": lambda: left * right,
            "/": lambda: left / right,
        }
        value = results[tree.operator]()
        if not abs(value) <= LIMIT:
            raise ExpressionError("the number is too large", tree.at)
        return Typed(Kind.NUMBER, value=value)

    def _shift(self, tree: Shift) -> Typed:
        operand = self._typed(tree.operand)
        if operand.kind is Kind.NUMBER:
            message = "a number that never changes has no past"
            raise ExpressionError(message, tree.at, "write close[1] for the bar before")
        bars = self._whole(tree.bars, "the bars to look back", least=0)
        if not bars:
            return operand
        return operand._replace(step=self._builder.op("shift", operand.step, numbers=(bars,)))

    # -- calls ----------------------------------------------------------------------------------

    def _call(self, call: Call) -> Typed:
        function = FUNCTIONS.get(call.name)
        if function is None:
            if call.name in {*self.indicators, *FIELDS, *self.later}:
                message = f"'{call.name}' is not a function"
                raise ExpressionError(message, call.at, f"write {call.name} without ( )")
            raise _unknown("function", call.name, call.at, FUNCTIONS)
        given = self._given(function, call)
        kind = Kind.CONDITION if function.condition else Kind.SERIES
        return Typed(kind, function.make(self._builder, given))

    def _given(self, function: Function, call: Call) -> Given:
        arguments, feed = call.arguments, MAIN
        if function.bars and arguments and isinstance(first := arguments[0], Name):
            self._is_feed(first, function)
            self.feeds.append(FeedNamed(first.text, first.at))
            arguments, feed = arguments[1:], first.text
        if function.variadic:
            return Given(feed, self._several(function, call), ())
        self._right_number(function, call, arguments)
        series: list[int] = []
        numbers: list[float] = []
        for parameter, argument in zip(function.parameters, arguments, strict=False):
            if parameter.takes is Takes.SERIES:
                series.append(self._series(argument, function))
            else:
                numbers.append(self._setting(parameter, argument))
        missing = function.parameters[len(arguments) :]
        numbers += [left.default for left in missing if left.default is not None]
        self._some_move(function, call, series)
        return Given(feed, tuple(series), tuple(numbers))

    def _is_feed(self, name: Name, function: Function) -> None:
        if name.text in {*self.indicators, *FIELDS, *FUNCTIONS, *self.later}:
            message = f"'{function.name}' looks at whole bars and takes no series"
            raise ExpressionError(message, name.at, f"write {function.usage}")

    def _right_number(
        self, function: Function, call: Call, arguments: tuple[Expression, ...]
    ) -> None:
        needed = sum(parameter.default is None for parameter in function.parameters)
        if len(arguments) > len(function.parameters):
            extra = arguments[len(function.parameters)]
            message = f"'{function.name}' is given too much"
            raise ExpressionError(message, start_of(extra), f"write {function.usage}")
        if len(arguments) < needed:
            message = f"'{function.name}' is given too little"
            raise ExpressionError(message, call.at, f"write {function.usage}")

    def _several(self, function: Function, call: Call) -> tuple[int, ...]:
        count, least = len(call.arguments), 2
        if not least <= count <= MOST_VALUES:
            message = f"'{function.name}' takes {least} to {MOST_VALUES} values, not {count}"
            raise ExpressionError(message, call.at, f"write {function.usage}")
        steps = tuple(self._series(one, function) for one in call.arguments)
        self._some_move(function, call, steps)
        return steps

    def _some_move(self, function: Function, call: Call, steps: Collection[int]) -> None:
        """Refuse a function of numbers only: it never changes."""
        clocks = [self._builder.steps[step].clock for step in steps]
        if clocks and all(clock is None for clock in clocks):
            message = f"'{function.name}' is given only numbers that never change"
            raise ExpressionError(message, call.at, "give it a series, such as close")

    def _series(self, tree: Expression, function: Function) -> int:
        found = self._typed(tree)
        if found.kind is Kind.CONDITION:
            message = f"'{function.name}' takes a series, not a condition"
            raise ExpressionError(message, start_of(tree), f"write {function.usage}")
        return self._as_step(found)

    def _setting(self, parameter: Parameter, tree: Expression) -> float:
        if parameter.takes is Takes.PERIOD:
            return self._whole(tree, f"'{parameter.name}'", least=1)
        value = self._constant(tree, f"'{parameter.name}'")
        if not 0 < value <= MAX_PERIOD:
            message = f"'{parameter.name}' must be more than 0 and at most {MAX_PERIOD}"
            raise ExpressionError(message, start_of(tree))
        return value

    def _whole(self, tree: Expression, what: str, *, least: int) -> float:
        value = self._constant(tree, what)
        if value != int(value) or not least <= value <= MAX_PERIOD:
            message = f"{what} must be a whole number from {least} to {MAX_PERIOD}"
            hint = f"it is {value:.15g}"
            raise ExpressionError(message, start_of(tree), hint)
        return value

    def _constant(self, tree: Expression, what: str) -> float:
        found = self._typed(tree)
        if found.kind is not Kind.NUMBER:
            message = f"{what} must be a number that never changes, not {found.kind}"
            raise ExpressionError(message, start_of(tree))
        return found.value

    # -- kinds ----------------------------------------------------------------------------------

    def _as_step(self, found: Typed) -> int:
        return self._builder.number(found.value) if found.kind is Kind.NUMBER else found.step

    def _refuse_condition(self, found: Typed, tree: Expression, operator: str) -> None:
        if found.kind is Kind.CONDITION:
            message = f"'{operator}' takes numbers and series, not a condition"
            raise ExpressionError(message, start_of(tree), "join conditions with and, or, not")

    def _needs_condition(self, found: Typed, tree: Expression, operator: str) -> int:
        if found.kind is not Kind.CONDITION:
            message = f"'{operator}' joins conditions, not {found.kind}"
            hint = "compare it, such as close > 100"
            raise ExpressionError(message, start_of(tree), hint)
        return found.step


def _unknown(what: str, word: str, at: int, known: Collection[str]) -> ExpressionError:
    near = difflib.get_close_matches(word, sorted(known), n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"there is {', '.join(sorted(known))}"
    return ExpressionError(f"unknown {what} '{word}'", at, hint)


def known_words() -> Mapping[str, str]:
    """Return every word an indicator may not be named, and what it is."""
    words = dict.fromkeys(FIELDS, "a column of the bars")
    words |= dict.fromkeys(FUNCTIONS, "a function")
    return words | dict.fromkeys(("and", "or", "not"), "a word of the language")
