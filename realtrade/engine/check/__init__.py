"""Does a strategy use bars it cannot have seen, and how many must it have seen? Found by reruns."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from realtrade.engine.check.check import RecipeCheck
    from realtrade.engine.check.outcome import CheckOutcome

__all__ = ["CheckOutcome", "RecipeCheck"]

_HOMES = {"CheckOutcome": "outcome", "RecipeCheck": "check"}


def __getattr__(name: str) -> Any:
    """Import a public name from its module when it is first asked for."""
    if name not in _HOMES:
        msg = f"module '{__name__}' has no attribute '{name}'"
        raise AttributeError(msg)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
