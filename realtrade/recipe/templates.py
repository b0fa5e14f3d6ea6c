"""`{{ … }}` in values, after parsing. Jinja2 reads the expression; we compute it ourselves.

Jinja's sandbox keeps a template from reaching Python, yet it does not stop `9**9**9` nor
`"x" * 10**9`. So nothing is compiled here: the parsed expression must consist of allowed nodes only
(names, attributes, arithmetic without powers, comparisons, conditions, a few filters), and is then
evaluated by hand with exact numbers and bounds. There are no calls, no loops, no globals.
"""

from __future__ import annotations

import operator
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from realtrade.recipe.measures import (
    Measure,
    Result,
    Uncomputable,
    as_text,
    calculate,
    negated,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from jinja2 import nodes
    from jinja2.sandbox import ImmutableSandboxedEnvironment

Names = "Mapping[str, Mapping[str, Any]]"
MAX_TEMPLATE = 2_000
MAX_NODES = 200
MAX_RESULT = 10_000
MAX_NUMBER = Decimal("1e30")
_MARKS = ("{{", "{%", "{#")
_ALLOWED = frozenset(
    [
        "Template",
        "Output",
        "TemplateData",
        "Name",
        "Getattr",
        "Const",
        "Add",
        "Sub",
        "Mul",
        "Div",
        "FloorDiv",
        "Mod",
        "Neg",
        "Pos",
        "Compare",
        "Operand",
        "And",
        "Or",
        "Not",
        "CondExpr",
        "Filter",
    ]
)
_SIGNS = {"Add": "+", "Sub": "-", "Mul": "*", "Div": "/", "FloorDiv": "//", "Mod": "%"}
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "lteq": operator.le,
    "gt": operator.gt,
    "gteq": operator.ge,
}
_FILTERS = ("abs", "int", "lower", "round", "upper")
_MAX_PLACES = 15


class TemplateRefused(Exception):
    """A template cannot be used; `code` and `hint` go into the finding."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint


def is_template(text: str) -> bool:
    """Tell whether `text` holds a template; Jinja2 is imported only for those that do."""
    return any(mark in text for mark in _MARKS)


def fill_in(
    text: str, names: Mapping[str, Mapping[str, Result]]
) -> str | int | Decimal | bool | None:
    """Return `text` with its expressions computed; one that is the whole text keeps its type.

    Raises:
        TemplateRefused: it is no template we allow, names something unknown, or has no answer.
    """
    parts = _parts(text)
    check_names(parts, {name: set(fields) for name, fields in names.items()})
    try:
        results = [_evaluate(part, names) for part in parts]
    except Uncomputable as error:
        raise TemplateRefused("RT504", str(error)) from None
    if len(results) == 1 and not _is_text(parts[0]):
        only = results[0]
        return str(only) if isinstance(only, Measure) else _bounded(only)
    return str(_bounded("".join(as_text(result) for result in results)))


def check_runtime(text: str, names: Mapping[str, set[str]]) -> None:
    """Check a template that is filled in while running: allowed parts, known names.

    Raises:
        TemplateRefused: it is not, or they are not.
    """
    check_names(_parts(text), names)


def check_names(parts: list[nodes.Expr], names: Mapping[str, set[str]]) -> None:
    """Refuse names and attributes that do not exist.

    Raises:
        TemplateRefused: one does not.
    """
    for part in parts:
        for node in _walk(part):
            if type(node).__name__ == "Getattr":
                _known_attribute(node, names)
        _no_bare_names(part)


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    environment.globals.clear()
    return environment


def _parts(text: str) -> list[nodes.Expr]:
    """Parse `text` and insist on the allowlist."""
    if len(text) > MAX_TEMPLATE:
        message = f"a template may have at most {MAX_TEMPLATE} characters"
        raise TemplateRefused("RT502", message)
    from jinja2 import TemplateSyntaxError, nodes

    try:
        template = _environment().parse(text)
    except TemplateSyntaxError as error:
        raise TemplateRefused("RT501", f"template syntax: {error.message}") from None
    except (RecursionError, ValueError, OverflowError):
        raise TemplateRefused("RT502", "the template is too deep or its numbers too long") from None
    for count, node in enumerate(_walk(template), 1):
        if count > MAX_NODES:
            raise TemplateRefused("RT502", f"a template may have at most {MAX_NODES} parts")
        _check_allowed(node)
    outputs = [node for node in template.body if isinstance(node, nodes.Output)]
    return [part for output in outputs for part in output.nodes]


def _walk(root: nodes.Node) -> Iterator[nodes.Node]:
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(node.iter_child_nodes())


def _check_allowed(node: Any) -> None:
    kind = type(node).__name__
    hint = "templates hold names, numbers, arithmetic, comparisons and a few filters"
    if kind not in _ALLOWED:
        raise TemplateRefused("RT502", f"'{kind}' is not allowed in a template", hint)
    if kind == "Getattr" and node.attr.startswith("_"):
        raise TemplateRefused("RT502", "names that begin with '_' are not allowed in a template")
    if kind == "Operand" and node.op not in _COMPARE:
        raise TemplateRefused("RT502", f"'{node.op}' is not allowed in a template", hint)
    if kind == "Filter":
        _check_filter(node)


def _check_filter(node: Any) -> None:
    if node.name not in _FILTERS:
        raise TemplateRefused(
            "RT502",
            f"the filter '{node.name[:40]}' is not allowed",
            f"known: {', '.join(_FILTERS)}",
        )
    places = [getattr(one, "value", None) for one in node.args]
    fits = not places or (
        node.name == "round"
        and len(places) == 1
        and type(places[0]) is int
        and 0 <= places[0] <= _MAX_PLACES
    )
    if node.kwargs or node.dyn_args or node.dyn_kwargs or not fits or node.node is None:
        raise TemplateRefused("RT502", f"the filter '{node.name}' is not used like that")


def _known_attribute(node: Any, names: Mapping[str, set[str]]) -> None:
    owner = node.node
    if type(owner).__name__ != "Name":
        raise TemplateRefused("RT503", f"'{node.attr[:40]}' is not an attribute of anything here")
    if owner.name not in names:
        _unknown(owner.name, names)
    if node.attr not in names[owner.name]:
        _unknown(node.attr, names[owner.name], f"{owner.name}.")


def _no_bare_names(part: Any) -> None:
    walked: list[Any] = list(_walk(part))
    owners = {id(node.node) for node in walked if type(node).__name__ == "Getattr"}
    for node in walked:
        if type(node).__name__ == "Name" and id(node) not in owners:
            name = str(node.name)[:40]
            raise TemplateRefused("RT503", f"'{name}' is no value", f"did you mean 'vars.{name}'?")


def _unknown(name: str, known: Mapping[str, Any] | set[str], owner: str = "") -> None:
    from realtrade.recipe.findings import did_you_mean

    raise TemplateRefused(
        "RT503", f"'{owner}{name[:40]}' is not known here", did_you_mean(name, set(known))
    )


def _is_text(part: Any) -> bool:
    return type(part).__name__ == "TemplateData"


def _evaluate(node: Any, names: Mapping[str, Mapping[str, Result]]) -> Result:
    kind = type(node).__name__
    if kind in _SIGNS:
        return calculate(_SIGNS[kind], _evaluate(node.left, names), _evaluate(node.right, names))
    return _EVALUATE[kind](node, names)


def _const(node: Any, names: Any) -> Result:
    value = node.value
    return Decimal(repr(value)) if isinstance(value, float) else value


def _compare(node: Any, names: Any) -> Result:
    left = _evaluate(node.expr, names)
    for operand in node.ops:
        right = _evaluate(operand.expr, names)
        if not _holds(operand.op, left, right):
            return False
        left = right
    return True


def _holds(op: str, left: Result, right: Result) -> bool:
    units = [value.unit for value in (left, right) if isinstance(value, Measure)]
    amounts = [value.amount if isinstance(value, Measure) else value for value in (left, right)]
    if len(units) == 1 or len(set(units)) > 1:
        raise Uncomputable("these two cannot be compared: their units differ")
    try:
        return _COMPARE[op](*amounts)
    except TypeError:
        raise Uncomputable("these two cannot be compared") from None


def _filter(node: Any, names: Any) -> Result:
    value = _evaluate(node.node, names)
    if node.name in ("lower", "upper"):
        return as_text(value).lower() if node.name == "lower" else as_text(value).upper()
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        msg = f"'{node.name}' needs a number"
        raise Uncomputable(msg)
    if node.name == "abs":
        return -value if value < 0 else value
    if node.name == "int":
        return int(value)
    places = node.args[0].value if node.args else 0
    return round(Decimal(value), places) if places else int(round(Decimal(value), 0))


def _condition(node: Any, names: Any) -> Result:
    if _evaluate(node.test, names):
        return _evaluate(node.expr1, names)
    if node.expr2 is None:
        raise Uncomputable("a condition needs an 'else'")
    return _evaluate(node.expr2, names)


_EVALUATE: dict[str, Callable[[Any, Any], Result]] = {
    "TemplateData": lambda node, names: str(node.data),
    "Const": _const,
    "Getattr": lambda node, names: names[node.node.name][node.attr],
    "Neg": lambda node, names: negated(_evaluate(node.node, names)),
    "Pos": lambda node, names: negated(negated(_evaluate(node.node, names))),
    "Compare": _compare,
    "And": lambda node, names: _evaluate(node.left, names) and _evaluate(node.right, names),
    "Or": lambda node, names: _evaluate(node.left, names) or _evaluate(node.right, names),
    "Not": lambda node, names: not _evaluate(node.node, names),
    "CondExpr": _condition,
    "Filter": _filter,
}


def _bounded(value: Any) -> Any:
    if isinstance(value, str) and len(value) > MAX_RESULT:
        message = f"the template's text is longer than {MAX_RESULT} characters"
        raise TemplateRefused("RT504", message)
    if isinstance(value, (int, Decimal)) and not -MAX_NUMBER <= value <= MAX_NUMBER:
        raise TemplateRefused("RT504", "the number is past all bounds")
    return value
