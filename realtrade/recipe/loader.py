"""From a file to a checked recipe: read, extend, patch, fill in, check, cross-check."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from realtrade.plugins.registry import Registry
from realtrade.recipe.diagnostic import Diagnostic, RecipeInvalid
from realtrade.recipe.draft import Draft
from realtrade.recipe.merge import without
from realtrade.recipe.sensitive import blotted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

    from realtrade.recipe.blocks import Recipe
    from realtrade.recipe.tree import Map


def load_recipe(
    path: str | PathLike[str],
    *,
    env: str | None = None,
    sets: Sequence[str] = (),
    registry: Registry | None = None,
) -> Recipe:
    """Return the recipe in the file `path`, checked and frozen.

    `env` names one of its environments, `sets` are `path=value` texts laid over both.
    Needs no network and no secrets, and imports no user code.

    Raises:
        RecipeInvalid: something is wrong; every finding is in its `diagnostics`.
    """
    draft = Draft(Path(path), sets)
    recipe = draft.check(env, registry or Registry())
    if recipe is None:
        raise RecipeInvalid(draft.findings.sorted())
    return recipe


def check_recipe(
    path: str | PathLike[str],
    *,
    env: str | None = None,
    sets: Sequence[str] = (),
    registry: Registry | None = None,
) -> list[Diagnostic]:
    """Return everything wrong with the recipe in `path`, sorted by place; empty when it is valid.

    Without `env`, every environment the recipe has is checked too.
    """
    draft = Draft(Path(path), sets)
    registry = registry or Registry()
    draft.check(env, registry)
    if env is None:
        for name in draft.environments:
            draft.check(name, registry)
    return list(draft.findings.sorted())


def effective(
    path: str | PathLike[str], *, env: str | None = None, sets: Sequence[str] = ()
) -> Map:
    """Return the recipe's tree after merging and templates, every value with its place.

    Secrets are the references they were written as, literals in their place are blotted out.
    The tree is not checked against the models; `tree.plain` turns it into bare values.

    Raises:
        RecipeInvalid: it cannot be read, merged or filled in.
    """
    draft = Draft(Path(path), sets)
    made = draft.make(env)
    if made is None or draft.findings.broken:
        raise RecipeInvalid(draft.findings.sorted())
    return blotted(without(made[0], "vars", "extends", "environments"))
