"""From words to a tree, by binding power (Pratt, "Top Down Operator Precedence", 1973)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.strategies.rules.errors import ExpressionError
from realtrade.strategies.rules.syntax import (
    Binary,
    Call,
    Expression,
    Member,
    Name,
    Number,
    Shift,
    Unary,
)
from realtrade.strategies.rules.tokens import Token, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DEPTH = 32
"""Parentheses, calls and signs within one another."""
MAX_NODES = 200
"""Names, numbers and operators of one expression."""
COMPARISONS = frozenset({"<", "<=", ">", ">=", "==", "!="})
KEYWORDS = frozenset({"and", "or", "not"})

_POWERS = {"or": 1, "and": 2, **dict.fromkeys(COMPARISONS, 4), "+": 5, "-": 5, "*": 6, "/": 6}
_NOT, _COMPARE, _MINUS = 3, 4, 7


def parse(text: str) -> Expression:
    """Return the tree of an expression.

    Raises:
        ExpressionError: it is none, or is longer, deeper or larger than allowed.
    """
    return _Parser(tokens(text)).whole()


class _Parser:
    def __init__(self, words: list[Token]) -> None:
        self._words: Iterator[Token] = iter(words)
        self._word = next(self._words)
        self._depth = 0
        self._nodes = 0

    def whole(self) -> Expression:
        if self._word.kind == "end":
            raise ExpressionError("the expression is empty", 0)
        tree = self._expression(0)
        if self._word.kind != "end":
            raise self._unexpected("an operator or the end")
        return tree

    def _next(self) -> Token:
        word = self._word
        if word.kind != "end":
            self._word = next(self._words)
        return word

    def _sign(self, *signs: str) -> bool:
        return self._word.kind == "sign" and self._word.text in signs

    def _expect(self, sign: str, opened: Token) -> None:
        if not self._sign(sign):
            if self._word.kind == "end":
                message = f"'{opened.text}' is never closed"
                raise ExpressionError(message, opened.at, f"add '{sign}'")
            wanted = f"'{sign}'"
            raise self._unexpected(wanted)
        self._next()

    def _unexpected(self, wanted: str) -> ExpressionError:
        word = self._word
        if word.kind == "end":
            return ExpressionError(f"the expression ends where {wanted} is expected", word.at)
        message = f"{wanted} is expected, not '{word.text[:40]}'"
        hint = "write functions like sma(close, 10)" if word.kind == "number" else ""
        return ExpressionError(message, word.at, hint)

    def _counted(self, node: Expression) -> Expression:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            message = f"the expression has more than {MAX_NODES} parts"
            raise ExpressionError(message, node.at, "name parts of it under indicators")
        return node

    def _expression(self, power: int) -> Expression:
        """Parse as far as operators bind tighter than `power`."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            message = f"the expression is nested deeper than {MAX_DEPTH} levels"
            raise ExpressionError(message, self._word.at, "name parts of it under indicators")
        left = self._operand()
        while (bound := _POWERS.get(self._operator(), 0)) > power:
            operator = self._next()
            right = self._expression(bound)
            left = self._counted(Binary(operator.text, left, right, operator.at))
            if bound == _COMPARE and self._operator() in COMPARISONS:
                hint = "write a < b and b < c"
                raise ExpressionError("comparisons cannot be chained", self._word.at, hint)
        self._depth -= 1
        return left

    def _operator(self) -> str:
        word = self._word
        return word.text if word.kind == "sign" or word.text in ("and", "or") else ""

    def _operand(self) -> Expression:
        word = self._word
        if word.kind == "name" and word.text == "not":
            self._next()
            return self._counted(Unary("not", self._expression(_NOT), word.at))
        if self._sign("-"):
            self._next()
            return self._counted(Unary("-", self._expression(_MINUS), word.at))
        return self._shifted(self._atom())

    def _atom(self) -> Expression:
        word = self._word
        if word.kind == "number":
            self._next()
            return self._counted(Number(float(word.text), word.at))
        if word.kind == "name" and word.text not in KEYWORDS:
            self._next()
            return self._counted(self._named(word))
        if self._sign("("):
            self._next()
            inner = self._expression(0)
            self._expect(")", word)
            return inner
        raise self._unexpected("a name, a number or '('")

    def _named(self, name: Token) -> Expression:
        if self._sign("."):
            self._next()
            field = self._word
            if field.kind != "name":
                raise self._unexpected("a column such as close")
            self._next()
            return Member(name.text, field.text, name.at, field.at)
        if self._sign("("):
            return Call(name.text, self._arguments(self._next()), name.at)
        return Name(name.text, name.at)

    def _arguments(self, opened: Token) -> tuple[Expression, ...]:
        arguments: list[Expression] = []
        while not self._sign(")"):
            arguments.append(self._expression(0))
            if not self._sign(","):
                break
            self._next()
        self._expect(")", opened)
        return tuple(arguments)

    def _shifted(self, operand: Expression) -> Expression:
        while self._sign("["):
            opened = self._next()
            bars = self._expression(0)
            self._expect("]", opened)
            operand = self._counted(Shift(operand, bars, opened.at))
        if self._sign("."):
            message = "only a feed has members"
            hint = "write macd_signal(close) and so on: each line is a function of its own"
            raise ExpressionError(message, self._word.at, hint)
        return operand
