"""Feed groups: one block with `symbols` stands for a feed per symbol, named `group_BASE`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.recipe.blocks import FeedGroup
from realtrade.recipe.merge import replaced
from realtrade.recipe.tree import Entry, Items, Map, Node, Scalar, plain

if TYPE_CHECKING:
    from realtrade.recipe.plugged import Checker

Groups = dict[str, tuple[str, ...]]


def expanded(checker: Checker) -> Groups:
    """Replace every feed group in the checker's tree by its members; return who they are.

    `alts: {symbols: [ETH/USDT, SOL/USDT]}` becomes `alts_ETH` and `alts_SOL`, and `alts` in
    `strategy.feeds` stands for both. A group that is wrong is left as it is, and told.
    """
    feeds = checker.tree.get("feeds")
    if not isinstance(feeds, Map):
        return {}
    groups: Groups = {}
    entries: dict[str, Entry] = {}
    for name, entry in feeds.entries.items():
        members = _members(name, entry, checker)
        if members is None:
            entries.setdefault(name, entry)
            continue
        groups[name] = tuple(members)
        for member, node in members.items():
            if member in entries or member in feeds.entries:
                message = f"the feed '{member}' of the group '{name}' exists already"
                checker.say(
                    "RT307", message, ("feeds", name), "name one of them otherwise", key=True
                )
            entries.setdefault(member, Entry(entry.key, node))
    if groups:
        tree = replaced(checker.tree, "feeds", Map(entries, feeds.place))
        checker.tree = _with_members(tree, groups)
    return groups


def _members(name: str, entry: Entry, checker: Checker) -> dict[str, Node] | None:
    node = entry.node
    if not isinstance(node, Map) or "symbols" not in node.entries or "type" in node.entries:
        return None
    if checker.core(("feeds", name), FeedGroup) is None:
        return None
    symbols = node.entries["symbols"]
    members: dict[str, Node] = {}
    rest = {key: one for key, one in node.entries.items() if key != "symbols"}
    for symbol in symbols.node.items if isinstance(symbols.node, Items) else ():
        member = f"{name}_{str(plain(symbol)).partition('/')[0]}"
        if member in members:
            message = f"two symbols of '{name}' would both be the feed '{member}'"
            hint = "write them as feeds of their own"
            checker.say("RT307", message, ("feeds", name, "symbols"), hint)
        members[member] = Map({"symbol": Entry(symbols.key, symbol), **rest}, node.place)
    return members


def _with_members(tree: Map, groups: Groups) -> Map:
    strategy = tree.get("strategy")
    named = strategy.get("feeds") if isinstance(strategy, Map) else None
    if not isinstance(strategy, Map) or not isinstance(named, Items):
        return tree
    items: list[Node] = []
    for item in named.items:
        members = groups.get(str(item.value)) if isinstance(item, Scalar) else None
        if members is None:
            items.append(item)
        else:
            items += [Scalar(member, item.place) for member in members]
    feeds = replaced(strategy, "feeds", Items(tuple(items), named.place))
    return replaced(tree, "strategy", feeds)
