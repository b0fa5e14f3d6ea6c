"""Order decisions: identity, desk, lifecycle, ledger. Pure: no threads, files or clocks."""

from __future__ import annotations

from realtrade.execution.desk import Desk, is_free
from realtrade.execution.identity import Naming
from realtrade.execution.ledger import Holding, Ledger
from realtrade.execution.lifecycle import TERMINAL, OwnStep, advance, is_over

__all__ = [
    "TERMINAL",
    "Desk",
    "Holding",
    "Ledger",
    "Naming",
    "OwnStep",
    "advance",
    "is_free",
    "is_over",
]
