"""Risk that is declared: rules, stops and sizers, and the gate no order goes around."""

from __future__ import annotations

from realtrade.plugins.ports.risk import Sizer as PositionSizer
from realtrade.risk.gate import RiskManager
from realtrade.risk.memory import RiskMemory
from realtrade.risk.stop import StopLoss

__all__ = ["PositionSizer", "RiskManager", "RiskMemory", "StopLoss"]
