"""Settings that only building shows to be wrong, shown at their line of the recipe."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from realtrade.plugins.errors import SettingWrong
from realtrade.recipe.diagnostic import Diagnostic, RecipeInvalid
from realtrade.recipe.sensitive import looks_sensitive

if TYPE_CHECKING:
    from collections.abc import Iterator

    from realtrade.recipe.blocks import Recipe

CODE = "RT701"


@contextmanager
def settings_checked(recipe: Recipe, block: str) -> Iterator[None]:
    """Turn a `SettingWrong` of the block at `block` into a finding at its place.

    Raises:
        RecipeInvalid: with that one finding.
    """
    try:
        yield
    except SettingWrong as wrong:
        path = f"{block}.{wrong.at}" if wrong.at else block
        place = recipe.at(path)
        finding = Diagnostic(
            code=CODE,
            message=str(wrong),
            hint=wrong.hint,
            path=path,
            file=place.file,
            line=place.line,
            column=place.column,
            source=_line(place.file, place.line),
        )
        raise RecipeInvalid((finding,)) from wrong


def _line(file: str, number: int) -> str:
    """Return a line of a recipe to be shown; empty where there is none or it may hold a secret."""
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    line = lines[number - 1] if 0 < number <= len(lines) else ""
    return "" if looks_sensitive(line) else line
