"""A recipe as read: every value with the place it was written at."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Value = str | int | Decimal | bool | None
Loc = tuple[str | int, ...]
"""Where in the tree: keys and list indexes from the root."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something was written; lines and columns count from 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value."""

    value: Value
    place: Place


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Node, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Entry:
    """A key's place and what stands under it."""

    key: Place
    node: Node


@dataclass(frozen=True, slots=True)
class Map:
    """A mapping, in the order it was written."""

    entries: dict[str, Entry]
    place: Place

    def get(self, key: str) -> Node | None:
        """Return what stands under `key`, or None."""
        entry = self.entries.get(key)
        return entry.node if entry else None


Node = Scalar | Items | Map


def plain(node: Node) -> Any:
    """Return the bare values: dicts, lists, text, whole numbers, `Decimal`, booleans, None."""
    if isinstance(node, Map):
        return {key: plain(entry.node) for key, entry in node.entries.items()}
    if isinstance(node, Items):
        return [plain(item) for item in node.items]
    return node.value


def leaves(node: Node, loc: Loc = ()) -> Iterator[tuple[Loc, Scalar]]:
    """Yield every scalar with where it is, in order."""
    if isinstance(node, Scalar):
        yield loc, node
    elif isinstance(node, Items):
        for index, item in enumerate(node.items):
            yield from leaves(item, (*loc, index))
    else:
        for key, entry in node.entries.items():
            yield from leaves(entry.node, (*loc, key))


def step(node: Node | None, part: str | int) -> Node | None:
    """Return the child of `node` under a key or an index, or None."""
    if isinstance(node, Map) and isinstance(part, str):
        return node.get(part)
    if isinstance(node, Items) and isinstance(part, int) and part < len(node.items):
        return node.items[part]
    return None


def find(root: Node, loc: Loc) -> Node | None:
    """Return what stands at `loc`, or None."""
    node: Node | None = root
    for part in loc:
        node = step(node, part)
    return node


def key_place(root: Node, loc: Loc) -> Place:
    """Return the place of the deepest key on the way to `loc` that was written; else the root's."""
    place, node = root.place, root
    for part in loc:
        child = step(node, part)
        if child is None:
            break
        place = node.entries[str(part)].key if isinstance(node, Map) else child.place
        node = child
    return place


def value_place(root: Node, loc: Loc) -> Place:
    """Return the place of the value at `loc`; where it was not written, the nearest key above."""
    node = find(root, loc)
    return key_place(root, loc) if node is None else node.place


def place_at(root: Node, loc: Loc) -> Place:
    """Return a value's own place; of a block its key's; of what was not written the key above."""
    return key_place(root, loc) if isinstance(find(root, loc), Map) else value_place(root, loc)


def dotted(loc: Loc) -> str:
    """Write `loc` as people do: `strategy.feeds[1]`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)
    return text.removeprefix(".")


def loc_of(path: str) -> Loc:
    """Return `strategy.feeds[1]` as `("strategy", "feeds", 1)`."""
    parts = path.replace("[", ".[").split(".")
    return tuple(
        int(part[1:-1]) if part.startswith("[") and part[1:-1].isdecimal() else part
        for part in parts
        if part
    )
