"""Write a recipe's tree as YAML that reads back as the same values."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING

from realtrade.recipe.scalars import NotANumber, resolve
from realtrade.recipe.tree import Items, Map, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from realtrade.recipe.tree import Node, Place, Value

_PLAIN = re.compile(r"[A-Za-z0-9_./+%*-](?:[A-Za-z0-9_./+%* -]|:(?! |$))*", re.ASCII)
"""Texts that are themselves without quotes, anywhere in a block; narrower than YAML on purpose."""
_NOT_FIRST = ("*", "%", "- ", "---", "...")


def yaml_lines(node: Node, *, origin: bool = False) -> Iterator[str]:
    """Yield the lines of `node`; with `origin`, every value followed by where it was written."""
    lines = list(_lines(node, ""))
    width = max((len(text) for text, _ in lines), default=0)
    for text, place in lines:
        written = f"{place.file}:{place.line}:{place.column}" if place else ""
        yield f"{text:<{width}}  # {written}" if origin and place else text


def _lines(node: Node, indent: str) -> Iterator[tuple[str, Place | None]]:
    if isinstance(node, Map):
        for key, entry in node.entries.items():
            yield from _under(f"{indent}{_text(key)}:", entry.node, f"{indent}  ")
    elif isinstance(node, Items):
        for item in node.items:
            yield from _under(f"{indent}-", item, f"{indent}  ")


def _under(head: str, node: Node, indent: str) -> Iterator[tuple[str, Place | None]]:
    if isinstance(node, Scalar):
        yield f"{head} {_scalar(node.value)}", node.place
    elif not (node.entries if isinstance(node, Map) else node.items):
        yield f"{head} {'{}' if isinstance(node, Map) else '[]'}", node.place
    else:
        yield head, None
        yield from _lines(node, indent)


def _scalar(value: Value) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _text(text: str) -> str:
    plain = _PLAIN.fullmatch(text) and not text.startswith(_NOT_FIRST) and not text.endswith(" ")
    return text if plain and _reads_as_itself(text) else json.dumps(text, ensure_ascii=False)


def _reads_as_itself(text: str) -> bool:
    try:
        return resolve(text) == text
    except NotANumber:
        return False
