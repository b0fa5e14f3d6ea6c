"""One thing wrong with a recipe, with its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """A finding at a place in a recipe file; lines and columns count from 1."""

    code: str
    """Stable, such as `RT201`; `realtrade explain RT201` tells more."""
    severity: Severity = "error"
    message: str
    hint: str = ""
    path: str = ""
    """Place in the recipe, such as `feeds.btc_1h.history`."""
    file: str = ""
    line: int = 0
    column: int = 0
    source: str = ""
    """The source line, for the caret; empty where showing it could show a secret."""


class RecipeInvalid(Exception):
    """A recipe was refused; every finding is in `diagnostics`, sorted by place."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        first = diagnostics[0] if diagnostics else None
        more = f" (and {len(diagnostics) - 1} more)" if len(diagnostics) > 1 else ""
        where = f"{first.file}:{first.line}:{first.column}: {first.code}: " if first else ""
        super().__init__(f"{where}{first.message if first else 'invalid recipe'}{more}")
        self.diagnostics = diagnostics
