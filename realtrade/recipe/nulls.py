"""Keys without a value: they take a value away, so they must be keys there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.recipe.findings import did_you_mean, shown
from realtrade.recipe.translate import field_names, model_at
from realtrade.recipe.tree import Items, Loc, Map, Node, Place, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pydantic import BaseModel

    from realtrade.recipe.findings import Findings

Nulls = dict[Loc, Place]
"""Where a key stands without a value, and where it was written."""


def nulls_in(node: Node, loc: Loc = ()) -> Iterator[tuple[Loc, Place]]:
    """Yield every key of `node` that has no value, with the place of the key."""
    if isinstance(node, Items):
        for index, item in enumerate(node.items):
            yield from nulls_in(item, (*loc, index))
    for key, entry in node.entries.items() if isinstance(node, Map) else ():
        if isinstance(entry.node, Scalar) and entry.node.value is None:
            yield (*loc, key), entry.key
        else:
            yield from nulls_in(entry.node, (*loc, key))


def report_unknown(
    nulls: Mapping[Loc, Place],
    prefix: Loc,
    model: type[BaseModel],
    findings: Findings,
    *,
    also: Iterable[str] = (),
) -> None:
    """Add a finding for every key without a value that `model`, of the block at `prefix`, lacks.

    `also` names keys of that block which the model does not know but somebody else does. Blocks
    below that are no plain model are left to whoever checks them.
    """
    for loc, place in nulls.items():
        inner = loc[len(prefix) :]
        if not inner or loc[: len(prefix)] != prefix:
            continue
        known = _known(model, inner)
        if known is not None:
            _check(loc, place, [*known, *(also if len(inner) == 1 else ())], findings)


def _known(model: type[BaseModel], inner: Loc) -> list[str] | None:
    """Return the keys of the block that holds the last part of `inner`; None if it takes any."""
    block = model_at(model, inner[:-1])
    if block is None or block.model_config.get("extra") != "forbid":
        return None
    reached: type[BaseModel] = model
    for end in range(1, len(inner)):
        below = model_at(reached, inner[end - 1 : end])
        if inner[end - 1] not in field_names(reached) or below is None:
            return None
        reached = below
    return field_names(block)


def _check(loc: Loc, place: Place, known: list[str], findings: Findings) -> None:
    key = str(loc[-1])
    if key in known:
        return
    hint = did_you_mean(key, known)
    if ":" in key:
        hint = f"write a space behind the colon: {shown(key.replace(':', ': ', 1))}"
    findings.add("RT201", f"unknown key '{shown(key)}'", place, loc=loc, hint=hint)
