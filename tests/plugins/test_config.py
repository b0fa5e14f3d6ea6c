from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from realtrade.plugins import PluginConfig


class Colour(StrEnum):
    RED = "red"


class Config(PluginConfig):
    names: tuple[str, ...] = ()
    colours: tuple[Colour, ...] = ()
    unique: frozenset[int] = frozenset()
    listed: list[int] = []  # noqa: RUF012 - pydantic copies defaults
    colour: Colour | None = None
    path: Path | None = None
    ratio: float = 0.0
    exact: Decimal = Decimal(0)
    flag: bool = False
    by_name: dict[str, tuple[int, ...]] = {}  # noqa: RUF012 - pydantic copies defaults
    anything: Any = None
    pair: tuple[int, str] | None = None


@pytest.mark.parametrize(
    ("key", "written", "value"),
    [
        ("names", ["a", "b"], ("a", "b")),
        ("colours", ["red"], (Colour.RED,)),
        ("unique", [1, 1], frozenset({1})),
        ("listed", [1], [1]),
        ("colour", "red", Colour.RED),
        ("path", "a/b", Path("a/b")),
        ("ratio", Decimal("0.5"), 0.5),
        ("ratio", 2, 2.0),
        ("exact", 2, Decimal(2)),
        ("exact", Decimal("0.10"), Decimal("0.10")),
        ("by_name", {"a": [1, 2]}, {"a": (1, 2)}),
        ("anything", [1, {"a": [2]}], [1, {"a": [2]}]),
        ("anything", Decimal("1.5"), Decimal("1.5")),
    ],
)
def test_takes_what_yaml_can_write(key: str, written: object, value: object) -> None:
    found = getattr(Config.model_validate({key: written}), key)

    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("key", "written"),
    [
        ("names", "a"),
        ("names", [1]),
        ("colours", ["blue"]),
        ("colour", "blue"),
        ("path", 1),
        ("ratio", "0.5"),
        ("ratio", True),
        ("exact", "1"),
        ("exact", True),
        ("flag", "yes"),
        ("flag", 1),
        ("listed", {"a": 1}),
        ("by_name", [1]),
        ("unknown", 1),
    ],
)
def test_is_strict_otherwise(key: str, written: object) -> None:
    with pytest.raises(ValidationError):
        Config.model_validate({key: written})
