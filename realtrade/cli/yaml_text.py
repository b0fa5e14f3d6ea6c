"""Write a recipe's tree as YAML that reads back as the same values."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING

from realtrade.recipe.tree import Items, Map, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from realtrade.recipe.tree import Node, Place, Value

_WORDS = re.compile(r"[A-Za-z_./](?:[A-Za-z0-9_./+%*-]| (?![ #])|:(?! |$))*(?<! )", re.ASCII)
_MEASURES = re.compile(
    r"[0-9]+(?:\.[0-9]+)?(?:%| ?bps| ?ticks?| ?bars?|(?:/?[0-9]*(?:ms|[smhdwM]))+| [A-Z][A-Z0-9]+)"
)
"""Texts that any YAML reader takes for the text they are; everything else is quoted."""
_NOT_WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", ".nan", ".inf"}


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
    is_word = _WORDS.fullmatch(text) and text.lower() not in _NOT_WORDS
    plain = (is_word or _MEASURES.fullmatch(text)) and not text.startswith("...")
    return text if plain else json.dumps(text, ensure_ascii=not text.isprintable())
