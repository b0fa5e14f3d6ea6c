"""Order decisions: identity, desk, lifecycle, protocol, ledger. Pure: no threads, no clocks."""

from __future__ import annotations

from realtrade.execution.desk import Desk, is_free
from realtrade.execution.identity import Naming
from realtrade.execution.ledger import Holding, Ledger
from realtrade.execution.lifecycle import TERMINAL, OwnStep, advance, is_over
from realtrade.execution.state import Standing, State, Step, TradingRule

__all__ = [
    "TERMINAL",
    "Desk",
    "Holding",
    "Ledger",
    "Naming",
    "OwnStep",
    "Standing",
    "State",
    "Step",
    "TradingRule",
    "advance",
    "is_free",
    "is_over",
]
