"""Where a recipe becomes a running bot. Names load when first asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from realtrade.engine.build import StageFailed
    from realtrade.engine.cerebro import LeanCerebro
    from realtrade.engine.observer import RunObserver
    from realtrade.engine.outcome import RunOutcome
    from realtrade.engine.runner import TradingRunner

__all__ = ["LeanCerebro", "RunObserver", "RunOutcome", "StageFailed", "TradingRunner"]

_HOMES = {
    "LeanCerebro": "cerebro",
    "RunObserver": "observer",
    "RunOutcome": "outcome",
    "StageFailed": "build",
    "TradingRunner": "runner",
}


def __getattr__(name: str) -> Any:
    """Import a public name from its module when it is first asked for."""
    if name not in _HOMES:
        msg = f"module '{__name__}' has no attribute '{name}'"
        raise AttributeError(msg)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
