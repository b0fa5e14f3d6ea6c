"""Risk that is declared: rules, stops and sizers, and the gate no order goes around."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from realtrade.plugins.ports.risk import Sizer as PositionSizer
    from realtrade.risk.gate import RiskManager
    from realtrade.risk.memory import RiskMemory
    from realtrade.risk.stop import StopLoss

__all__ = ["PositionSizer", "RiskManager", "RiskMemory", "StopLoss"]

_HOMES = {
    "PositionSizer": ("realtrade.plugins.ports.risk", "Sizer"),
    "RiskManager": ("realtrade.risk.gate", "RiskManager"),
    "RiskMemory": ("realtrade.risk.memory", "RiskMemory"),
    "StopLoss": ("realtrade.risk.stop", "StopLoss"),
}

if not TYPE_CHECKING:  # for mypy the imports above are enough, and a misspelt name stays an error

    def __getattr__(name: str) -> Any:
        """Import a public name when it is first asked for: checking a recipe needs no gate."""
        if name not in _HOMES:
            msg = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(msg)
        module, attribute = _HOMES[name]
        return getattr(import_module(module), attribute)
