"""Patches laid over a recipe: the chosen environment, then `--set path=value`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from realtrade.recipe.findings import did_you_mean, shown
from realtrade.recipe.merge import merge_recipes, without
from realtrade.recipe.source import Unreadable, check_text
from realtrade.recipe.tree import Entry, Map, Node, Place, Scalar, key_place, plain
from realtrade.recipe.yaml_reader import read_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.recipe.findings import Findings

MAX_ENVIRONMENTS = 20
SET = "--set"
_PATH = re.compile(r"[A-Za-z][A-Za-z0-9_-]*(?:\.[A-Za-z][A-Za-z0-9_-]*){0,11}", re.ASCII)
_MAX_SET = 10_000
_FIXED = ("extends", "environments", "realtrade", "name")
"""What a bot is does not change with where it runs."""


def with_environment(tree: Map, name: str | None, findings: Findings) -> Map:
    """Return `tree` without its environments, the one called `name` laid over it."""
    environments = tree.get("environments")
    bare = without(tree, "environments")
    if name is None:
        return bare
    patch = environments.get(name) if isinstance(environments, Map) else None
    if patch is None:
        known = environments.entries if isinstance(environments, Map) else {}
        message = f"the recipe has no environment '{shown(name)}'"
        place = key_place(tree, ("environments",))
        findings.add("RT308", message, place, loc=("environments",), hint=did_you_mean(name, known))
        return bare
    return merge_recipes(bare, without(patch, *_FIXED)) if isinstance(patch, Map) else bare


def environment_names(tree: Map, findings: Findings) -> list[str]:
    """Return the names of all environments, having checked that each is a patch."""
    environments = tree.get("environments") or Scalar(None, tree.place)
    if not isinstance(environments, Map):
        if plain(environments) is not None:
            _say(findings, "RT203", "expected a mapping of names and patches", environments.place)
        return []
    names: list[str] = []
    for name, entry in environments.entries.items():
        if len(names) == MAX_ENVIRONMENTS:
            message = f"more than {MAX_ENVIRONMENTS} environments"
            _say(findings, "RT106", message, entry.key, name)
            break
        if not isinstance(entry.node, Map):
            _say(findings, "RT203", "expected a mapping", entry.node.place, name)
            continue
        names.append(name)
        for key in _FIXED:
            if key in entry.node.entries:
                place = entry.node.entries[key].key
                message = f"'{key}' cannot differ between environments"
                _say(findings, "RT209", message, place, name, key)
    return names


def with_sets(tree: Map, sets: Sequence[str], findings: Findings, *, called: str = SET) -> Map:
    """Return `tree` with every `path=value` laid over it, later ones above earlier ones.

    Findings call their place what the option is `called`.
    """
    if not sets:
        return tree
    findings.source(called, tuple(f"{called} {text}" for text in sets))
    for number, text in enumerate(sets, 1):
        patch = _patch(text, number, findings, called)
        if patch is not None:
            tree = merge_recipes(tree, patch)
    return tree


def _patch(text: str, number: int, findings: Findings, called: str) -> Map | None:
    path, equals, value = text.partition("=")
    first = len(called) + 2
    place = Place(called, number, first)
    keys = path.split(".")
    if not equals or not _PATH.fullmatch(path) or len(text) > _MAX_SET:
        hint = f"write {called} path=value, such as {called} risk.daily.limit=2%"
        findings.add("RT309", "this is not path=value", place, hint=hint)
        return None
    if keys[0] in _FIXED:
        findings.add("RT309", f"'{keys[0]}' cannot be set from outside", place)
        return None
    node = _value(value, Place(called, number, first + len(path) + 1), findings)
    return None if node is None else _nested(keys, node, place)


def _value(text: str, place: Place, findings: Findings) -> Node | None:
    try:
        check_text(text)
    except Unreadable as error:
        findings.add(error.code, error.message, place)
        return None
    return read_value(text, place, findings)


def _nested(keys: list[str], node: Node, place: Place) -> Map:
    for key in reversed(keys):
        node = Map({key: Entry(place, node)}, place)
    assert isinstance(node, Map)  # noqa: S101 - a path has at least one key
    return node


def _say(findings: Findings, code: str, message: str, place: Place, *loc: str) -> None:
    findings.add(code, message, place, loc=("environments", *loc))
