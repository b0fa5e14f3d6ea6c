"""`vars`: named, typed values; and the pass that fills them into every value of a recipe."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from realtrade.plugins.config import PluginConfig
from realtrade.plugins.values import (
    parse_duration,
    parse_money,
    parse_number,
    parse_percent,
    parse_timeframe,
)
from realtrade.recipe.measures import Measure, Result, percent, span
from realtrade.recipe.templates import TemplateRefused, fill_in, is_template
from realtrade.recipe.translate import report
from realtrade.recipe.tree import Entry, Items, Loc, Map, Node, Scalar, key_place, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from decimal import Decimal

    from realtrade.recipe.findings import Findings

_FIXED: tuple[Loc, ...] = (("realtrade",), ("name",), ("mode",), ("description",))
_RUNTIME = ("notify", "routes", "text")


class VarBlock(PluginConfig):
    """A variable with its type; `fast: 20` is short for one whose type is plain to see."""

    type: Literal["int", "number", "percent", "duration", "timeframe", "money", "text", "bool"]
    """What its values must be."""
    default: Any = None
    """Its value unless an environment or `--set vars.NAME=value` gives another."""
    description: str = ""
    """What it is for."""


def _int(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise PydanticCustomError("realtrade_number", "expected a whole number")


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise PydanticCustomError("realtrade_text", "expected text; quote it")


def _bool(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise PydanticCustomError("realtrade_bool", "expected true or false")


def _money(value: Any) -> str:
    parse_money(value)
    return str(value)


def _timeframe(value: Any) -> str:
    return str(parse_timeframe(value))


_READ: dict[str, Callable[[Any], Result]] = {
    "int": _int,
    "number": parse_number,
    "percent": lambda value: percent(parse_percent(value)),
    "duration": lambda value: span(parse_duration(value)),
    "timeframe": _timeframe,
    "money": _money,
    "text": _text,
    "bool": _bool,
}


def read_variables(tree: Map, findings: Findings) -> dict[str, Result]:
    """Return the variables of a recipe, each read as its type; wrong ones are left out."""
    declared = tree.get("vars")
    if not isinstance(declared, Map):
        if declared is not None:
            message = "expected a mapping of names and values"
            findings.add("RT203", message, declared.place, loc=("vars",))
        return {}
    values: dict[str, Result] = {}
    for name, entry in declared.entries.items():
        value = _variable(tree, name, entry.node, findings)
        if value is None:
            findings.spoil(entry.key)
        else:
            values[name] = value
    return values


def _variable(tree: Map, name: str, node: Node, findings: Findings) -> Result:
    loc: Loc = ("vars", name)
    if isinstance(node, Scalar):
        return _literal(node, loc, findings)
    if not isinstance(node, Map):
        message = "a variable is a value, or a type with a default"
        hint = f"write {name}: 20 or {name}: {{type: int, default: 20}}"
        findings.add("RT505", message, node.place, loc=loc, hint=hint)
        return None
    block = _block(tree, node, loc, findings)
    default = node.get("default")
    if block is None or isinstance(default, Scalar):
        return _typed(block, default, (*loc, "default"), findings)
    hint = f"give a default, or --set vars.{name}=value"
    place = default.place if default else key_place(tree, loc)
    findings.add("RT505", f"the variable '{name}' has no value", place, loc=loc, hint=hint)
    return None


def _block(tree: Map, node: Map, loc: Loc, findings: Findings) -> VarBlock | None:
    bare = {key: plain(one.node) for key, one in node.entries.items()}
    try:
        return VarBlock.model_validate(bare)
    except ValidationError as error:
        report(error, tree, loc, VarBlock, findings)
        return None


def _literal(node: Scalar, loc: Loc, findings: Findings) -> Result:
    if isinstance(node.value, str) and is_template(node.value):
        findings.add("RT505", "a variable cannot be a template", node.place, loc=loc)
        return None
    return node.value


def _typed(block: VarBlock | None, node: Node | None, loc: Loc, findings: Findings) -> Result:
    if block is None or not isinstance(node, Scalar) or _literal(node, loc, findings) is None:
        return None
    try:
        return _READ[block.type](node.value)
    except PydanticCustomError as error:
        findings.add("RT505", error.message(), node.place, loc=loc)
        return None


def filled_in(tree: Map, variables: Mapping[str, Result], findings: Findings) -> Map:
    """Return `tree` with every template filled in, except those filled in while running.

    A value whose template failed keeps its text and is marked as spoilt.
    """
    recipe = {key: _fixed(tree, key) for key in ("name", "mode")}
    broken = {name for name in _names(tree) if name not in variables}
    names = {"vars": {**dict.fromkeys(broken), **variables}, "recipe": recipe}
    return _Filler(names, broken, findings).map(tree, ())


def _fixed(tree: Map, key: str) -> Result:
    node = tree.get(key)
    return node.value if isinstance(node, Scalar) else None


def _names(tree: Map) -> set[str]:
    declared = tree.get("vars")
    return set(declared.entries) if isinstance(declared, Map) else set()


class _Filler:
    def __init__(
        self, names: dict[str, dict[str, Result]], broken: set[str], findings: Findings
    ) -> None:
        self._names = names
        self._broken = broken
        self._findings = findings

    def map(self, tree: Map, loc: Loc) -> Map:
        reference = len(tree.entries) == 1 and next(iter(tree.entries)) in ("env", "file")
        entries = {}
        for key, entry in tree.entries.items():
            here = (*loc, key)
            if here == ("vars",):
                entries[key] = entry
            elif reference and isinstance(entry.node, Scalar):
                self._refuse(entry.node, here, "a secret's reference cannot be a template")
                entries[key] = entry
            else:
                entries[key] = Entry(entry.key, self._node(entry.node, here))
        return Map(entries, tree.place)

    def _node(self, node: Node, loc: Loc) -> Node:
        if isinstance(node, Map):
            return self.map(node, loc)
        if isinstance(node, Items):
            items = [self._node(item, (*loc, index)) for index, item in enumerate(node.items)]
            return Items(tuple(items), node.place)
        if loc in _FIXED:
            return self._refuse(
                node, loc, f"'{loc[0]}' cannot be a template: it is written plainly"
            )
        runtime = (*loc[:2], *loc[3:]) == _RUNTIME
        return node if runtime else self._scalar(node, loc)

    def _scalar(self, node: Scalar, loc: Loc) -> Scalar:
        if not isinstance(node.value, str) or not is_template(node.value):
            return node
        lost = any(re.search(rf"\bvars\.{re.escape(name)}\b", node.value) for name in self._broken)
        try:
            filled = Scalar(fill_in(node.value, self._names), node.place)
        except TemplateRefused as error:
            if not lost or error.code != "RT504":
                self._findings.add(error.code, error.message, node.place, loc=loc, hint=error.hint)
            lost = True
        else:
            node = filled
        if lost:
            self._findings.spoil(node.place)
        return node

    def _refuse(self, node: Scalar, loc: Loc, message: str) -> Scalar:
        if isinstance(node.value, str) and is_template(node.value):
            self._findings.add("RT502", message, node.place, loc=loc)
            self._findings.spoil(node.place)
        return node


def shown_values(variables: Mapping[str, Result]) -> dict[str, int | Decimal | str | bool | None]:
    """Return variables as a recipe would write them."""
    return {
        name: str(value) if isinstance(value, Measure) else value
        for name, value in variables.items()
    }
