"""From a file to a checked recipe: read, extend, patch, fill in, check, cross-check."""

from __future__ import annotations

import json
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from realtrade.plugins.registry import Registry
from realtrade.recipe.blocks import Origin, Recipe
from realtrade.recipe.crossrefs import cross_check
from realtrade.recipe.diagnostic import Diagnostic, RecipeInvalid
from realtrade.recipe.extends import Layers
from realtrade.recipe.findings import Findings
from realtrade.recipe.merge import without, without_nulls
from realtrade.recipe.overlays import environment_names, with_environment, with_sets
from realtrade.recipe.parts import read_parts, read_recipe
from realtrade.recipe.plugged import Checker
from realtrade.recipe.sensitive import blotted, sensitive_literals
from realtrade.recipe.tree import Map, plain
from realtrade.recipe.variables import filled_in, read_variables, shown_values

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

    from realtrade.recipe.measures import Result


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
    draft = _Draft(Path(path), sets)
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
    draft = _Draft(Path(path), sets)
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
    draft = _Draft(Path(path), sets)
    made = draft.make(env)
    if made is None or draft.findings.broken:
        raise RecipeInvalid(draft.findings.sorted())
    return blotted(without(made[0], "vars", "extends", "environments"))


class _Draft:
    """A recipe's file, read once, and what was found wrong with it so far."""

    def __init__(self, path: Path, sets: Sequence[str]) -> None:
        self.findings = Findings()
        self.environments: list[str] = []
        self._path = path
        self._sets = sets
        layers = Layers(path, self.findings).read()
        self._merged = layers
        if layers is not None:
            self.findings.hide(sensitive_literals(layers))
            self.environments = environment_names(layers, self.findings)

    def make(self, env: str | None) -> tuple[Map, dict[str, Result]] | None:
        """Return the effective tree and its variables; findings say what is wrong with them."""
        if self._merged is None:
            return None
        tree = with_environment(self._merged, env, self.findings)
        tree = without_nulls(with_sets(tree, self._sets, self.findings))
        self.findings.hide(sensitive_literals(tree))
        variables = read_variables(tree, self.findings)
        return filled_in(tree, variables, self.findings), variables

    def check(self, env: str | None, registry: Registry) -> Recipe | None:
        """Return the recipe for one environment, or None and findings."""
        made = self.make(env)
        if made is None:
            return None
        tree, variables = made
        checker = Checker(tree, registry, self.findings)
        parts = read_parts(checker, shown_values(variables))
        cross_check(checker, parts, str(self._path))
        recipe = read_recipe(checker, parts)
        if recipe is None:
            return None
        return recipe.bind(Origin(self._path, checker.tree, _hash(checker.tree), env))


def _hash(tree: Map) -> str:
    """Hash what a recipe says, whatever files and environments said it."""
    said = plain(without(tree, "vars", "description"))
    text = json.dumps(said, sort_keys=True, default=_as_text, ensure_ascii=False)
    return sha256(text.encode()).hexdigest()[:16]


def _as_text(value: Any) -> str:
    return f"decimal {value.normalize()}" if isinstance(value, Decimal) else repr(value)
