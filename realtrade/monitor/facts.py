"""What a report says about a run besides its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFacts:
    """What one risk rule did, and where it stood at the end."""

    name: str
    type: str
    """The plugin's name, or who else it was."""
    stands: str
    """Subject, fact and limit: `drawdown 12.00% of 15.00%`; empty where there is no such figure."""
    breached: bool = False
    denied: int = 0
    cut: int = 0
    acted: int = 0
    last: str = ""
    """When it did something last, and why."""


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
    rules: tuple[RuleFacts, ...] = ()
    """Every risk rule of the recipe, in its order, then whatever else refused something."""
    drawdown_limits: tuple[tuple[str, float], ...] = ()
    """Rules that limit the fall from the highest equity, each with its fraction."""
