"""The base of every plugin's settings."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator


class PluginConfig(BaseModel):
    """Frozen settings of one plugin; unknown keys are refused, inputs never echoed in errors.

    Checking is strict: text is no number and a number no text. Only what YAML cannot write is
    converted: a list becomes a tuple, a word an enum member or a `Path`, a `Decimal` a float,
    where the field asks for one.

    A docstring under a field documents it for `realtrade explain` and the JSON Schema.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        hide_input_in_errors=True,
        populate_by_name=True,
        defer_build=True,  # a start pays for the models it uses, and for no other
    )

    @field_validator("*", mode="before")
    @classmethod
    def _from_yaml(cls, value: Any, info: ValidationInfo) -> Any:
        field = cls.model_fields.get(info.field_name or "")
        return value if field is None else _adapt(value, field.annotation)


def _adapt(value: Any, wanted: Any) -> Any:
    origin, inner = get_origin(wanted), get_args(wanted)
    if origin in (Union, UnionType):
        return _adapt_union(value, inner)
    if isinstance(value, list):
        return _adapt_list(value, origin or wanted, inner)
    if isinstance(value, dict) and origin is dict:
        return {key: _adapt(one, inner[1]) for key, one in value.items()}
    return _adapt_scalar(value, origin or wanted)


def _adapt_union(value: Any, choices: tuple[Any, ...]) -> Any:
    for choice in choices:
        adapted = _adapt(value, choice)
        if adapted is not value:
            return adapted
    return value


def _adapt_list(value: list[Any], wanted: Any, inner: tuple[Any, ...]) -> Any:
    items = [_adapt(one, inner[0]) for one in value] if inner else value
    if isinstance(wanted, type) and issubclass(wanted, (tuple, frozenset)):
        return wanted(items)
    return items if wanted is list else value


def _adapt_scalar(value: Any, wanted: Any) -> Any:
    if not isinstance(wanted, type) or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _adapt_word(value, wanted)
    if isinstance(value, (int, Decimal)) and wanted in (float, Decimal):
        return wanted(value)
    return value


def _adapt_word(value: str, wanted: type) -> Any:
    if issubclass(wanted, Enum):
        return next((member for member in wanted if member.value == value), value)
    return Path(value) if issubclass(wanted, Path) else value
