"""What a report says about a run besides its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """Who ran, how, and in which money: no secret, no wall-clock time, no path."""

    name: str
    """The recipe's name."""
    mode: str
    """`backtest`, `paper`, `testnet` or `live`."""
    recipe_hash: str
    """Hash of the effective recipe."""
    path: Literal["fast", "stock"] = "stock"
    """Which loop ran: our own or Backtrader's."""
    path_reason: str = ""
    """Why that loop, in a few words."""
    currency: str = ""
    """Currency of cash, equity, pnl and fees, such as `USDT`."""
    description: str = ""
    """The recipe's own sentence about itself."""
