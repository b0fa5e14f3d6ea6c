"""Lay one tree over another. Maps merge, everything else replaces, places come along."""

from __future__ import annotations

from realtrade.recipe.tree import Entry, Items, Map, Node, Scalar


def merge(below: Node, above: Node) -> Node:
    """Return `above` laid over `below`; a null stays, for `without_nulls` to act on at the end."""
    if not (isinstance(below, Map) and isinstance(above, Map)):
        return above
    entries = dict(below.entries)
    for key, entry in above.entries.items():
        under = entries.get(key)
        entries[key] = Entry(entry.key, merge(under.node, entry.node)) if under else entry
    return Map(entries, above.place)


def merge_recipes(below: Map, above: Map) -> Map:
    """Merge two recipes or patches. A bare value over a declared variable is its new default."""
    merged = merge(below, _defaults(below, above))
    return merged if isinstance(merged, Map) else above


def without_nulls(tree: Map) -> Map:
    """Drop keys whose value is null: what they would have replaced is the default again."""
    kept = {
        key: Entry(entry.key, _without_nulls(entry.node))
        for key, entry in tree.entries.items()
        if not (isinstance(entry.node, Scalar) and entry.node.value is None)
    }
    return Map(kept, tree.place)


def _without_nulls(node: Node) -> Node:
    if isinstance(node, Map):
        return without_nulls(node)
    if isinstance(node, Items):
        return Items(tuple(_without_nulls(item) for item in node.items), node.place)
    return node


def without(tree: Map, *keys: str) -> Map:
    """Return `tree` without these keys."""
    kept = {key: entry for key, entry in tree.entries.items() if key not in keys}
    return Map(kept, tree.place)


def replaced(tree: Map, key: str, node: Node) -> Map:
    """Return `tree` with another node under a key it has."""
    entry = Entry(tree.entries[key].key, node)
    return Map({**tree.entries, key: entry}, tree.place)


def _defaults(below: Map, above: Map) -> Map:
    declared, given = below.get("vars"), above.get("vars")
    if not (isinstance(declared, Map) and isinstance(given, Map)):
        return above
    entries = dict(given.entries)
    for name, entry in given.entries.items():
        under = declared.get(name)
        if isinstance(entry.node, Scalar) and isinstance(under, Map) and "type" in under.entries:
            default = {"default": entry}
            entries[name] = Entry(entry.key, Map(default, entry.node.place))
    return replaced(above, "vars", Map(entries, given.place))
