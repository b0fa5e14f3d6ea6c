"""Many recipes of one file: read once, made anew for every set of values laid over it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from realtrade.plugins.registry import Registry
from realtrade.recipe.diagnostic import RecipeInvalid
from realtrade.recipe.draft import Draft

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

    from realtrade.recipe.blocks import Recipe


class Variants:
    """One recipe's file and its overlays, from which recipes with other values are made.

    It can be pickled: another process makes the same recipes without the files that were read.

    ```python
    variants = Variants("recipes/quickstart.yaml")
    recipe = variants.recipe(["strategy.params.fast=10"])
    ```
    """

    def __init__(
        self,
        path: str | PathLike[str],
        *,
        env: str | None = None,
        sets: Sequence[str] = (),
        registry: Registry | None = None,
    ) -> None:
        """Read the file `path`; nothing is checked before a recipe is asked for.

        `env` names one of its environments, `sets` are `path=value` texts laid over both.
        """
        self._env = env
        self._registry = registry or Registry()
        self._draft = Draft(Path(path), sets)

    def recipe(self, params: Sequence[str] = ()) -> Recipe:
        """Return the recipe with every `path=value` of `params` laid over it, checked and frozen.

        Raises:
            RecipeInvalid: something is wrong with it; what is wrong with a parameter is found in
                the file `--param`, on the line of its number.
        """
        draft = self._draft.with_params(params)
        recipe = draft.check(self._env, self._registry)
        if recipe is None:
            raise RecipeInvalid(draft.findings.sorted())
        return recipe

    def __getstate__(self) -> dict[str, Any]:
        """Leave the registry behind: what is installed is another process's own business."""
        return {"_env": self._env, "_draft": self._draft.at_home()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take the plugins installed here."""
        self._env, self._draft = state["_env"], state["_draft"]
        self._registry = Registry()
