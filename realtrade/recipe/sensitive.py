"""Guess what may be a secret, so that no message and no source line shows it.

Fields that plugins declare as `SecretRef` are known for certain; this is the net below them, for
recipes that cannot be parsed, misspelt plugins and secrets pasted in the wrong place.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pydantic_core import PydanticCustomError

from realtrade.plugins.secret import parse_secret_ref
from realtrade.recipe.tree import Entry, Items, Loc, Map, Node, Place, Scalar, leaves, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAMES = r"(?:secret|token|passw|passphrase|passwd|pwd|api_?-?key|private_?-?key|credential|auth)"
_NAME = re.compile(rf"{_NAMES}|^(?:key|pass|url|webhook)$", re.IGNORECASE)
_IN_LINE = re.compile(
    rf"""(?:{_NAMES}\w*|\b(?:key|pass|url|webhook))['"]?\s*:\s*(?!\s*\{{\s*(?:env|file)\s*:)""",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[A-Za-z0-9+=_-]{20,}", re.ASCII)
_CREDENTIALS = re.compile(r"://[^/\s:@]*:[^/\s@]+@")
_NAMED: tuple[tuple[str, ...], ...] = (
    ("feeds",),
    ("risk",),
    ("notify", "channels"),
    ("notify", "routes"),
    ("schedule", "blackout"),
)
"""Blocks in which the next key is a name its author chose."""
_REFERENCE_KEYS = ("env", "file")
_MIN_LITERAL = 4
BLOT = "***"
_STORAGE: Loc = ("storage", "url")


def hides(text: str) -> bool:
    """Tell whether a literal is long enough to be scrubbed from messages without ruining them."""
    return len(text) >= _MIN_LITERAL


def has_credentials(text: str) -> bool:
    """Tell whether `text` is a URL with a password in it."""
    return _CREDENTIALS.search(text) is not None


def looks_sensitive(line: str) -> bool:
    """Tell whether a line may hold a secret: a telling name, a URL's password, a long token."""
    return (
        _IN_LINE.search(line) is not None
        or has_credentials(line)
        or any(_is_token(found[0]) for found in _TOKEN.finditer(line))
    )


def _is_token(word: str) -> bool:
    return any(c.isdigit() for c in word) and any(c.isalpha() for c in word)


def _sensitive_at(loc: Loc) -> bool:
    names = [part for part in loc if isinstance(part, str)]
    if names[:1] == ["environments"]:
        names = names[2:]
    chosen = next((len(way) for way in _NAMED if tuple(names[: len(way)]) == way), -1)
    said = names[chosen + 1 :]  # a feed may be called `token` without being one
    if names[:2] == ["notify", "channels"] and said and said != ["type"]:
        return not (len(said) > 1 and said[-1] in _REFERENCE_KEYS)
    if len(said) > 1 and said[-1] in _REFERENCE_KEYS and _NAME.search(said[-2]):
        return False
    return any(_NAME.search(name) for name in said)


def sensitive_literals(root: Node) -> Iterator[tuple[str, Place]]:
    """Yield every text that may be a secret written in clear, with its place."""
    for loc, scalar in leaves(root):
        value = scalar.value
        if value is None or isinstance(value, bool):
            continue
        text = str(value)
        if has_credentials(text) or (_sensitive_at(loc) and loc != _STORAGE):
            yield text, scalar.place


def literals_under(node: Node) -> Iterator[tuple[str, Place]]:
    """Yield every text and key under a node that was meant to be a secret reference."""
    for _, scalar in leaves(node):
        if scalar.value is not None:
            yield str(scalar.value), scalar.place
    if isinstance(node, Map):
        for key, entry in node.entries.items():
            if key not in _REFERENCE_KEYS:
                yield key, entry.key
            if not isinstance(entry.node, Scalar):
                yield from literals_under(entry.node)


def blotted(root: Map) -> Map:
    """Return `root` with `***` for whatever may be a secret in clear; references stay."""
    result = _blotted(root, ())
    return result if isinstance(result, Map) else root


def _blotted(node: Node, loc: Loc) -> Node:
    if loc != _STORAGE and _sensitive_at(loc):
        return node if _is_reference(node) else Scalar(BLOT, node.place)
    if isinstance(node, Scalar):
        return Scalar(BLOT, node.place) if has_credentials(str(node.value)) else node
    if isinstance(node, Items):
        items = [_blotted(item, (*loc, index)) for index, item in enumerate(node.items)]
        return Items(tuple(items), node.place)
    entries = {
        key: Entry(entry.key, _blotted(entry.node, (*loc, key)))
        for key, entry in node.entries.items()
    }
    return Map(entries, node.place)


def _is_reference(node: Node) -> bool:
    try:
        parse_secret_ref(plain(node))
    except PydanticCustomError:
        return False
    return True
