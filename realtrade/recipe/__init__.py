"""YAML to a validated, frozen recipe, with every mistake at its line."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from realtrade.recipe.blocks import Recipe
    from realtrade.recipe.diagnostic import Diagnostic, RecipeInvalid
    from realtrade.recipe.loader import check_recipe, effective, load_recipe
    from realtrade.recipe.rendering import render
    from realtrade.recipe.schema import schema_text
    from realtrade.recipe.variants import Variants

__all__ = [
    "Diagnostic",
    "Recipe",
    "RecipeInvalid",
    "Variants",
    "check_recipe",
    "effective",
    "load_recipe",
    "render",
    "schema_text",
]

_HOMES = {
    "Diagnostic": "diagnostic",
    "Recipe": "blocks",
    "RecipeInvalid": "diagnostic",
    "Variants": "variants",
    "check_recipe": "loader",
    "effective": "loader",
    "load_recipe": "loader",
    "render": "rendering",
    "schema_text": "schema",
}


def __getattr__(name: str) -> Any:
    """Import a public name from its module when it is first asked for."""
    if name not in _HOMES:
        msg = f"module '{__name__}' has no attribute '{name}'"
        raise AttributeError(msg)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
