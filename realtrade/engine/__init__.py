"""Where a recipe becomes a running bot. Names load when first asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from realtrade.engine.build import StageFailed
    from realtrade.engine.cerebro import LeanCerebro
    from realtrade.engine.controls import Controls
    from realtrade.engine.lifecycle import LifecycleManager, Phase
    from realtrade.engine.observer import RunObserver
    from realtrade.engine.outcome import RunOutcome
    from realtrade.engine.runner import TradingRunner
    from realtrade.engine.scheduler import Scheduler
    from realtrade.engine.state import StateFolder

__all__ = [
    "Controls",
    "LeanCerebro",
    "LifecycleManager",
    "Phase",
    "RunObserver",
    "RunOutcome",
    "Scheduler",
    "StageFailed",
    "StateFolder",
    "TradingRunner",
]

_HOMES = {
    "Controls": "controls",
    "LeanCerebro": "cerebro",
    "LifecycleManager": "lifecycle",
    "Phase": "lifecycle",
    "RunObserver": "observer",
    "RunOutcome": "outcome",
    "Scheduler": "scheduler",
    "StageFailed": "build",
    "StateFolder": "state",
    "TradingRunner": "runner",
}


def __getattr__(name: str) -> Any:
    """Import a public name from its module when it is first asked for."""
    if name not in _HOMES:
        msg = f"module '{__name__}' has no attribute '{name}'"
        raise AttributeError(msg)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
