"""Turn what pydantic says into findings at places, in words a trader understands."""

from __future__ import annotations

import difflib
from enum import Enum
from types import UnionType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

from pydantic import BaseModel

from realtrade.recipe.findings import did_you_mean, shown
from realtrade.recipe.sensitive import literals_under
from realtrade.recipe.symbols import symbol_hint
from realtrade.recipe.tree import Loc, Map, Node, Place, Scalar, find, key_place, value_place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from realtrade.recipe.findings import Findings

_EXPECTED = {
    "int_type": "expected a whole number",
    "int_from_float": "expected a whole number",
    "bool_type": "expected true or false",
    "string_type": "expected text",
    "float_type": "expected a number",
    "decimal_type": "expected a number",
    "dict_type": "expected a mapping of keys and values",
    "model_type": "expected a mapping of keys and values",
    "model_attributes_type": "expected a mapping of keys and values",
    "tuple_type": "expected a list, such as [a, b]",
    "list_type": "expected a list, such as [a, b]",
    "set_type": "expected a list, such as [a, b]",
    "frozen_set_type": "expected a list, such as [a, b]",
}
_UNITS = ("unit", "percent", "duration", "bars", "money", "rate", "distance", "timeframe")
_SYMBOLS = ("realtrade_symbol",)
_NOT_BOOLEANS = ("yes", "no", "on", "off", "y", "n")


def report(
    error: ValidationError,
    tree: Map,
    prefix: Loc,
    model: type[BaseModel],
    findings: Findings,
    *,
    also: Iterable[str] = (),
) -> None:
    """Add a finding for every error `model` raised on the block at `prefix` of `tree`.

    `also` names keys of that block which the model does not know but somebody else does.
    """
    errors = error.errors(include_url=False, include_input=False)
    for details in errors:
        if not _is_echo(details, errors, find(tree, prefix)):
            _Detail(details, tree, prefix, model, findings).report(tuple(also))


def _is_echo(details: ErrorDetails, errors: list[ErrorDetails], block: Node | None) -> bool:
    """Tell whether an error only repeats another.

    A list is told to be short of its wrong items, and text that may also be a reference is told
    to be no reference.
    """
    loc = details["loc"]
    others = [other["loc"] for other in errors if other is not details]
    if details["type"] == "too_short":
        return any(other[: len(loc)] == loc for other in others)
    if details["type"] == "realtrade_secret_literal" and block is not None:
        written = isinstance(find(block, loc[:-1]), Scalar)
        return written and any(other[:-1] == loc[:-1] for other in others)
    return False


class _Detail:
    def __init__(
        self,
        details: ErrorDetails,
        tree: Map,
        prefix: Loc,
        model: type[BaseModel],
        findings: Findings,
    ) -> None:
        self._kind = details["type"]
        self._message = details["msg"]
        self._context = details.get("ctx", {})
        self._tree = tree
        self._model = model
        self._findings = findings
        self._inner = details["loc"]
        self._loc = _written((*prefix, *self._inner), tree, self._kind)

    def report(self, also: tuple[str, ...]) -> None:
        place = self._place()
        if self._kind == "extra_forbidden":
            known = [*field_names(model_at(self._model, self._inner[:-1])), *also]
            key = str(self._inner[-1])
            self._add("RT201", f"unknown key '{shown(key)}'", place, did_you_mean(key, known))
        elif self._kind == "missing":
            self._add("RT202", f"missing key '{self._inner[-1]}'", place)
        elif self._inner and self._inner[-1] == "[key]":
            self._add("RT206", self._message, place)
        elif not self._findings.is_spoilt(place):
            self._wrong_value(place)

    def _place(self) -> Place:
        if self._kind == "extra_forbidden" or self._inner[-1:] == ("[key]",):
            return key_place(self._tree, self._loc)
        if self._kind == "missing":
            return key_place(self._tree, self._loc[:-1])
        return value_place(self._tree, self._loc)

    def _wrong_value(self, place: Place) -> None:
        name = self._kind.removeprefix("realtrade_")
        if name.startswith("secret_"):
            self._secret(place)
        elif self._kind in _EXPECTED:
            self._add("RT203", _EXPECTED[self._kind], place, self._type_hint())
        elif name in _UNITS and name != self._kind:
            self._add("RT205", self._message, place)
        elif self._kind == "realtrade_expression":
            self._expression(place)
        elif choices := self._choices():
            self._add("RT204", f"expected {_listed(choices)}", place, self._near(choices))
        else:
            message = self._message.removeprefix("Value error, ")
            message = message.replace("Input should be ", "expected ", 1)
            self._add("RT204", message, place, self._choice_hint())

    def _secret(self, place: Place) -> None:
        node = find(self._tree, self._loc)
        if node is not None:
            self._findings.hide(literals_under(node))
        code = "RT601" if self._kind == "realtrade_secret_literal" else "RT603"
        self._add(code, self._message, place, "secrets never stand in a recipe")

    def _expression(self, place: Place) -> None:
        """Point into an expression, where it stands in the file as it was read."""
        node, offset = find(self._tree, self._loc), int(self._context.get("offset", 0))
        if isinstance(node, Scalar) and isinstance(node.value, str):
            place = self._findings.inside(place, node.value, offset)
        self._add("RT207", self._message, place, str(self._context.get("hint", "")))

    def _type_hint(self) -> str:
        node = find(self._tree, self._loc)
        value = node.value if isinstance(node, Scalar) else None
        if self._kind == "string_type" and value is not None:
            return "put it in quotes"
        if self._kind == "bool_type" and str(value).lower() in _NOT_BOOLEANS:
            return "only true and false are truth values"
        if self._kind in ("tuple_type", "list_type") and isinstance(value, str):
            return "write it as a list of one: [ … ]"
        return ""

    def _choice_hint(self) -> str:
        if self._kind in _SYMBOLS:
            return symbol_hint(self._text())
        return self._near(str(self._context.get("expected", "")).split("'")[1::2])

    def _choices(self) -> list[str]:
        """Return what may be written where only an instance of an enumeration is allowed."""
        if self._kind not in ("is_instance_of", "enum"):
            return []
        wanted = annotation_at(self._model, self._inner)
        is_enum = isinstance(wanted, type) and issubclass(wanted, Enum)
        return [str(each.value) for each in wanted] if is_enum else []

    def _text(self) -> str:
        node = find(self._tree, self._loc)
        return node.value[:60] if isinstance(node, Scalar) and isinstance(node.value, str) else ""

    def _near(self, choices: list[str]) -> str:
        near = difflib.get_close_matches(self._text().lower(), choices, n=1)
        return f"did you mean '{near[0]}'?" if near else ""

    def _add(self, code: str, message: str, place: Place, hint: str = "") -> None:
        self._findings.add(code, message, place, loc=self._loc, hint=hint)


def _listed(choices: list[str]) -> str:
    """Return `a, b or c`, quoted."""
    *most, last = [f"'{each}'" for each in choices]
    return f"{', '.join(most)} or {last}" if most else last


def _written(loc: Loc, tree: Map, kind: str) -> Loc:
    """Drop parts of a pydantic loc that name no key: union members and the `[key]` mark."""
    kept: Loc = ()
    last = len(loc) - 1
    for index, part in enumerate(loc):
        absent = index == last and kind in ("missing", "extra_forbidden")
        if absent or find(tree, (*kept, part)) is not None:
            kept = (*kept, part)
    return kept


def field_names(model: type[BaseModel] | None) -> list[str]:
    """Return the keys a model knows, as a recipe writes them."""
    fields = model.model_fields if model else {}
    return [field.alias or name for name, field in fields.items()]


def model_at(model: type[BaseModel] | None, loc: Loc) -> type[BaseModel] | None:
    """Return the model of the block at `loc` inside `model`, if there is one."""
    return _as_model(annotation_at(model, loc))


def annotation_at(model: type[BaseModel] | None, loc: Loc) -> Any:
    """Return the type of what stands at `loc` inside `model`, or None."""
    current: Any = model
    for part in loc:
        current = _step(current, part)
    return current


def _step(annotation: Any, part: str | int) -> Any:
    model = _as_model(annotation)
    if model is not None:
        for name, field in model.model_fields.items():
            if part in (field.alias or name, name):
                return field.annotation
        return annotation  # a union member's name: it leads to no key
    inner = get_args(annotation)
    return inner[-1] if get_origin(annotation) is dict else (inner[0] if inner else None)


def _as_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (Union, UnionType):
        models = [_as_model(choice) for choice in get_args(annotation)]
        return next((model for model in models if model), None)
    return None
