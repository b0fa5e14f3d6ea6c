"""A recipe file read once; a recipe is made of it for each environment and set of values."""

from __future__ import annotations

import copy
import json
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from realtrade.recipe.blocks import Origin, Recipe
from realtrade.recipe.crossrefs import cross_check
from realtrade.recipe.extends import Layers
from realtrade.recipe.findings import Findings
from realtrade.recipe.merge import without, without_nulls
from realtrade.recipe.nulls import Nulls, nulls_in
from realtrade.recipe.overlays import SET, environment_names, with_environment, with_sets
from realtrade.recipe.parts import read_parts, read_recipe
from realtrade.recipe.plugged import Checker
from realtrade.recipe.sensitive import sensitive_literals
from realtrade.recipe.tree import Map, plain
from realtrade.recipe.variables import filled_in, read_variables, shown_values

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from realtrade.plugins.registry import Registry
    from realtrade.recipe.measures import Result

PARAM = "--param"
"""What findings call the place of a value that a sweep tries."""


class Draft:
    """A recipe's file, read once, and what was found wrong with it so far."""

    def __init__(self, path: Path, sets: Sequence[str]) -> None:
        self.findings = Findings()
        self.environments: list[str] = []
        self._path = path
        self._sets = sets
        self._params: Sequence[str] = ()
        self._nulls: Nulls = {}
        layers = Layers(path, self.findings).read()
        self._merged = layers
        if layers is not None:
            self.findings.hide(sensitive_literals(layers))
            self.environments = environment_names(layers, self.findings)

    def with_params(self, params: Sequence[str]) -> Draft:
        """Return a draft of its own with every `path=value` of `params` laid over all else."""
        other = copy.copy(self)
        other.findings = self.findings.copy()
        other._params = params  # noqa: SLF001 - a copy of itself
        return other

    def at_home(self) -> Draft:
        """Return a draft whose recipes know their folder whatever the current one is."""
        other = self.with_params(self._params)
        other._path = self._path.absolute()  # noqa: SLF001 - a copy of itself
        return other

    def make(self, env: str | None) -> tuple[Map, dict[str, Result]] | None:
        """Return the effective tree and its variables; findings say what is wrong with them."""
        if self._merged is None:
            return None
        tree = with_environment(self._merged, env, self.findings)
        tree = with_sets(tree, self._sets, self.findings, called=SET)
        tree = with_sets(tree, self._params, self.findings, called=PARAM)
        self._nulls = dict(nulls_in(tree))
        tree = without_nulls(tree)
        self.findings.hide(sensitive_literals(tree))
        variables = read_variables(tree, self.findings)
        return filled_in(tree, variables, self.findings), variables

    def check(self, env: str | None, registry: Registry) -> Recipe | None:
        """Return the recipe for one environment, or None and findings."""
        made = self.make(env)
        if made is None:
            return None
        tree, variables = made
        checker = Checker(tree, registry, self.findings, self._nulls)
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
