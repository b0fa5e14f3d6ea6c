"""Check a recipe's tree block by block, so that one wrong block hides nothing in the others."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from realtrade.plugins.config import PluginConfig
from realtrade.plugins.plugin import Kind
from realtrade.recipe.blocks import (
    ExchangeFeed,
    FeedBlock,
    Plugged,
    Recipe,
    ResampledFeed,
    StorageBlock,
)
from realtrade.recipe.groups import Groups, expanded
from realtrade.recipe.nulls import Nulls, report_unknown
from realtrade.recipe.tree import Loc, Map, find, plain

if TYPE_CHECKING:
    from realtrade.recipe.plugged import Checker

_BROKEN = Plugged.model_construct(type="?", config=PluginConfig())
"""Stands where a block is wrong, so that the rest can still be checked."""


@dataclass(slots=True)
class Parts:
    """The blocks of a recipe; None or absent where one is wrong or missing."""

    data: dict[str, Any]
    """The recipe as plain values, every block that could be checked replaced by its model."""
    exchange: Plugged | None = None
    feeds: dict[str, FeedBlock] = field(default_factory=dict)
    channels: set[str] = field(default_factory=set)
    groups: Groups = field(default_factory=dict)


def read_parts(checker: Checker, variables: dict[str, Any]) -> Parts:
    """Check every block of the checker's tree."""
    groups = expanded(checker)
    parts = Parts(plain(checker.tree), groups=groups)
    parts.data["vars"] = variables
    parts.exchange = _one(checker, parts.data, Kind.EXCHANGE, "exchange")
    _one(checker, parts.data, Kind.SIZER, "sizing")
    _each(checker, parts.data, Kind.RISK_RULE, ("risk",))
    parts.channels = _each(checker, parts.data, Kind.NOTIFIER, ("notify", "channels"))
    _storage(checker, parts.data)
    _feeds(checker, parts)
    _strategy(checker, parts.data)
    return parts


def read_recipe(checker: Checker, parts: Parts) -> Recipe | None:
    """Check what is left by the core model, and return the whole recipe when nothing is wrong."""
    whole = Checked(checker, parts.data).recipe()
    return None if checker.findings.broken else whole


@dataclass(slots=True)
class Checked:
    """The core model over blocks that have been checked."""

    checker: Checker
    data: dict[str, Any]

    def recipe(self) -> Recipe | None:
        """Return the recipe, or None with findings."""
        from pydantic import ValidationError

        from realtrade.recipe.translate import report

        also, findings = ("extends", "environments"), self.checker.findings
        report_unknown(_ours(self.checker.nulls), (), Recipe, findings, also=also)
        try:
            return Recipe.model_validate(self.data, by_alias=True, by_name=False)
        except ValidationError as error:
            report(error, self.checker.tree, (), Recipe, findings, also=also)
            return None


_PLUGGED = ("exchange", "feeds", "sizing", "risk", "strategy", "storage", "vars", "environments")


def _ours(nulls: Nulls) -> Nulls:
    """Return the keys without a value that no block of a plugin holds: those are told there."""
    return {
        loc: place
        for loc, place in nulls.items()
        if (loc[0] not in _PLUGGED and loc[:2] != ("notify", "channels")) or len(loc) == 1
    }


def _one(checker: Checker, data: dict[str, Any], kind: Kind, key: str) -> Plugged | None:
    if key not in data:
        return None
    found = checker.plugged(kind, (key,))
    data[key] = found or _BROKEN
    return found


def _each(checker: Checker, data: dict[str, Any], kind: Kind, loc: Loc) -> set[str]:
    """Replace every block of a keyed map by its checked form; return the keys."""
    node = find(checker.tree, loc)
    if not isinstance(node, Map):
        return set()
    for part in loc:
        data = data[str(part)]
    for key in node.entries:
        data[key] = checker.plugged(kind, (*loc, key)) or _BROKEN
    return set(node.entries)


def _storage(checker: Checker, data: dict[str, Any]) -> None:
    node = checker.tree.get("storage")
    if node is None:
        return
    if isinstance(node, Map) and "type" in node.entries:
        data["storage"] = checker.plugged(Kind.STORAGE, ("storage",)) or _BROKEN
    else:
        data["storage"] = checker.core(("storage",), StorageBlock, also=("type",)) or _BROKEN


def _feeds(checker: Checker, parts: Parts) -> None:
    feeds = checker.tree.get("feeds")
    if not isinstance(feeds, Map):
        return
    for name, entry in feeds.entries.items():
        found = _feed(checker, ("feeds", name), entry.node)
        parts.data["feeds"][name] = found or _BROKEN
        if found is not None:
            parts.feeds[name] = found


def _feed(checker: Checker, loc: Loc, node: object) -> FeedBlock | None:
    keys = node.entries if isinstance(node, Map) else {}
    if "type" in keys:
        return checker.plugged(Kind.FEED, loc)
    if "resample" in keys:
        return checker.core(loc, ResampledFeed)
    if "symbols" in keys:
        return None  # a wrong group, told when groups were expanded
    return checker.core(loc, ExchangeFeed, also=("symbols", "resample", "type"))


def _strategy(checker: Checker, data: dict[str, Any]) -> None:
    """Leave `feeds` to the core; the plugin sees the rest."""
    if "strategy" not in data:
        return
    raw = data["strategy"]
    found = checker.plugged(Kind.STRATEGY, ("strategy",), ours=("feeds",)) or _BROKEN
    block = {"type": found.type, "config": found.config}
    if isinstance(raw, dict) and "feeds" in raw:
        block["feeds"] = raw["feeds"]
    data["strategy"] = block
