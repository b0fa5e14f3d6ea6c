"""Many backtests of one recipe with other values: sampled, run side by side, judged, kept."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from realtrade.engine.sweep.errors import SweepRefused
    from realtrade.engine.sweep.plan import SweepPlan
    from realtrade.engine.sweep.space import Space
    from realtrade.engine.sweep.sweep import Sweep, SweepOutcome

__all__ = ["Space", "Sweep", "SweepOutcome", "SweepPlan", "SweepRefused"]

_HOMES = {
    "Space": "space",
    "Sweep": "sweep",
    "SweepOutcome": "sweep",
    "SweepPlan": "plan",
    "SweepRefused": "errors",
}


def __getattr__(name: str) -> Any:
    """Import a public name from its module when it is first asked for."""
    if name not in _HOMES:
        msg = f"module '{__name__}' has no attribute '{name}'"
        raise AttributeError(msg)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
