"""Settings that only building shows to be wrong, shown at their line of the recipe."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from realtrade.plugins.errors import SettingWrong
from realtrade.recipe.diagnostic import Diagnostic, RecipeInvalid
from realtrade.recipe.secrets import SecretMissing
from realtrade.recipe.sensitive import looks_sensitive
from realtrade.recipe.tree import dotted, find, leaves, loc_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from realtrade.engine.parts import Parts
    from realtrade.plugins.plugin import Kind
    from realtrade.recipe.blocks import Plugged, Recipe

CODE = "RT801"


def built(parts: Parts, kind: Kind, block: Plugged, place: str, *, name: str = "") -> Any:
    """Build the plugin of the block at `place`, named `name` where that is not the place itself.

    Raises:
        RecipeInvalid: its settings are wrong after all, or a secret is missing.
        PluginError: it cannot be imported.
    """
    build = parts.registry.builder(kind, block.type)
    with settings_checked(parts.recipe, place):
        return build(block.config, parts.context(name or place))


@contextmanager
def settings_checked(recipe: Recipe, block: str) -> Iterator[None]:
    """Turn a `SettingWrong` or a `SecretMissing` of a block into a finding at its place.

    Raises:
        RecipeInvalid: with that one finding.
    """
    try:
        yield
    except SettingWrong as wrong:
        path = f"{block}.{wrong.at}" if wrong.at else block
        raise _invalid(recipe, CODE, path, str(wrong), wrong.hint) from wrong
    except SecretMissing as missing:
        path = _path_of(missing, recipe, block)
        raise _invalid(recipe, missing.code, path, str(missing), missing.hint) from missing


def _path_of(missing: SecretMissing, recipe: Recipe, block: str) -> str:
    """Return where in a block the reference to a missing secret stands; else the block itself."""
    wanted, loc = missing.reference, loc_of(block)
    node = find(recipe.tree, loc)
    for inner, scalar in leaves(node) if node is not None else ():
        if inner and (inner[-1], scalar.value) == (wanted.source, wanted.name):
            return dotted((*loc, *inner[:-1]))
    return block


def _invalid(recipe: Recipe, code: str, path: str, message: str, hint: str = "") -> RecipeInvalid:
    place = recipe.at(path)
    finding = Diagnostic(
        code=code,
        message=message,
        hint=hint,
        path=path,
        file=place.file,
        line=place.line,
        column=place.column,
        source=_line(place.file, place.line),
    )
    return RecipeInvalid((finding,))


def _line(file: str, number: int) -> str:
    """Return a line of a recipe to be shown; empty where there is none or it may hold a secret."""
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    line = lines[number - 1] if 0 < number <= len(lines) else ""
    return "" if looks_sensitive(line) else line
