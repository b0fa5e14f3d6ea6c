"""Frozen values as JSON-ready ones and back; a Decimal is kept as its text."""

from __future__ import annotations

from dataclasses import asdict, fields
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")


def pack(value: Any) -> Any:
    """Return a dataclass or a mapping as a dict, a Decimal as text, the rest as it is."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return {key: pack(part) for key, part in value.items()}
    return value if value is None or isinstance(value, (bool, int, str)) else pack(asdict(value))


def unpack(cls: type[T], row: Mapping[str, Any]) -> T:
    """Return the dataclass `cls` that `pack` made `row` of.

    Raises:
        KeyError: a field is missing.
        TypeError: a value is of another kind than its field.
        ValueError: a Decimal's text is no finite number.
    """
    return cls(**{field.name: _read(field.type, row[field.name]) for field in fields(cls)})  # type: ignore[arg-type]  # T is one of our dataclasses


def number(text: Any) -> Decimal:
    """Return the finite Decimal behind its text.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(text, str) or not (value := Decimal(text)).is_finite():
        msg = f"{text!r} is no finite number as text"
        raise ValueError(msg)
    return value


_KINDS: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "bool": (bool,),
    "int | None": (int, type(None)),
}


def _read(kind: Any, value: Any) -> Any:
    if kind == "Decimal":
        return number(value)
    if not isinstance(value, _KINDS[kind]) or (kind != "bool" and isinstance(value, bool)):
        msg = f"{value!r} is no {kind}"
        raise TypeError(msg)
    return value
