"""What a sweep looks for: a measure of the run, or arithmetic over several.

`sharpe`, `min:max_drawdown`, `total_return - 2 * max_drawdown`. Expressions are parsed by Python's
own parser, never run by it: names of measures, numbers, `+ - * /`, `min`, `max` and `abs`.
"""

from __future__ import annotations

import ast
import math
import operator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from realtrade.engine.sweep.errors import SweepRefused
from realtrade.monitor.statistics import DEFINITIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_SMALLER_IS_BETTER = frozenset(
    {"fees_paid", "longest_drawdown_ms", "max_drawdown", "max_drawdown_length_ms", "volatility"}
)
_LONGEST = 300
_SIGNS: dict[type[ast.AST], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_FUNCTIONS: dict[str, Callable[..., float]] = {"abs": abs, "max": max, "min": min}


@dataclass(frozen=True, slots=True)
class Objective:
    """One thing to be made large or small."""

    text: str
    """As written, without the direction."""
    smaller: bool
    """True when less is better."""
    tree: ast.expr

    @classmethod
    def parse(cls, text: str) -> Objective:
        """Return the objective written `[max:|min:]expression`.

        A measure alone has a direction of its own; an expression is made large.

        Raises:
            SweepRefused: it is no expression, or names what is no measure.
        """
        word, colon, rest = text.partition(":")
        directed = bool(colon) and word.strip() in ("max", "min")
        body = (rest if directed else text).strip()
        tree = _parsed(body)
        smaller = word.strip() == "min" if directed else body in _SMALLER_IS_BETTER
        return cls(body, smaller, tree)

    @property
    def described(self) -> str:
        """Direction and expression: what makes two objectives the same."""
        return f"{'min' if self.smaller else 'max'}:{self.text}"

    def value(self, measures: Mapping[str, Any]) -> float | None:
        """Return the objective of one run; None where a measure does not exist."""
        try:
            value = _value(self.tree, measures)
        except (_Missing, ArithmeticError):
            return None
        return value if math.isfinite(value) else None

    def rank(self, value: float | None) -> float:
        """Return what sorts the best first: smaller is better, and no value comes last."""
        if value is None:
            return math.inf
        return value if self.smaller else -value


def pareto(objectives: Sequence[Objective], points: Sequence[Sequence[float | None]]) -> list[int]:
    """Return which of `points` no other beats: as good in every objective and better in one."""
    ranks = [
        [objective.rank(value) for objective, value in zip(objectives, point, strict=True)]
        for point in points
    ]
    whole = [index for index, rank in enumerate(ranks) if math.inf not in rank]
    return [index for index in whole if not any(_beats(ranks[o], ranks[index]) for o in whole)]


def _beats(one: Sequence[float], other: Sequence[float]) -> bool:
    pairs = list(zip(one, other, strict=True))
    return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)


class _Missing(Exception):
    """A measure does not exist for a run, such as a Sharpe ratio without trades."""


def _parsed(text: str) -> ast.expr:
    if len(text) > _LONGEST:
        msg = f"an objective may have at most {_LONGEST} characters"
        raise SweepRefused(msg)
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise _refused(text, "it is no expression") from None
    _check(tree, text)
    return tree


def _check(node: ast.expr, text: str) -> None:
    if isinstance(node, ast.Name):
        if node.id not in DEFINITIONS:
            near = get_close_matches(node.id, DEFINITIONS, n=1)
            known = f"did you mean '{near[0]}'?" if near else f"known: {', '.join(DEFINITIONS)}"
            msg = f"objective '{text}': '{node.id}' is no measure of a run"
            raise SweepRefused(msg, hint=known)
        return
    for part in _parts(node, text):
        _check(part, text)


def _parts(node: ast.expr, text: str) -> list[ast.expr]:
    """Return what an allowed node is made of."""
    match node:
        case ast.Constant(value=int() | float()) if not isinstance(node.value, bool):
            return []
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
            return [operand]
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _SIGNS:
            return [left, right]
        case ast.Call(func=ast.Name(id=name), args=[_, *_], keywords=[]) if name in _FUNCTIONS:
            if (name == "abs") == (len(node.args) == 1):
                return node.args
    raise _refused(text, "it may hold measures, numbers, + - * /, min, max and abs")


def _refused(text: str, why: str) -> SweepRefused:
    msg = f"objective '{text}': {why}"
    return SweepRefused(msg, hint="such as sharpe, min:max_drawdown or total_return - max_drawdown")


def _value(node: ast.expr, measures: Mapping[str, Any]) -> float:
    if isinstance(node, ast.Name):
        return _measure(node.id, measures)
    if isinstance(node, ast.Constant):
        return float(ast.literal_eval(node))
    return _worked_out(node, [_value(part, measures) for part in _parts(node, "")])


def _worked_out(node: ast.expr, parts: Sequence[float]) -> float:
    match node:
        case ast.BinOp(op=sign):
            return _SIGNS[type(sign)](*parts)
        case ast.Call(func=ast.Name(id=name)):
            return float(_FUNCTIONS[name](*parts))
        case ast.UnaryOp(op=ast.USub()):
            return -parts[0]
        case _:
            return parts[0]


def _measure(name: str, measures: Mapping[str, Any]) -> float:
    found = measures.get(name)
    if found is None:
        raise _Missing(name)
    return float(found)
