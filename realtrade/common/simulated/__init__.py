"""A venue that fills orders from bars, for backtests and paper trading. Nothing of Backtrader."""

from __future__ import annotations

from realtrade.common.simulated.market import MakerTaker, Market, Quote
from realtrade.common.simulated.settings import Settings
from realtrade.common.simulated.slippage import Slippage
from realtrade.common.simulated.venue import SimulatedVenue

__all__ = ["MakerTaker", "Market", "Quote", "Settings", "SimulatedVenue", "Slippage"]
