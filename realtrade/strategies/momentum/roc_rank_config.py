"""Settings of the `roc_rank` strategy, apart from it: validating imports no Backtrader."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from realtrade.plugins.config import PluginConfig
from realtrade.strategies.directions import DirectedParams


class RocRankParams(DirectedParams):
    """Parameters of `RocRank`."""

    period: int = Field(default=30, ge=1, le=10_000)
    """Bars over which the change is taken."""
    every: int = Field(default=7, ge=1, le=10_000)
    """Bars between two rankings, counted by their time."""
    top: int = Field(default=1, ge=1, le=1_000)
    """Symbols to hold."""
    least: float = Field(default=0.0, ge=0, le=1_000)
    """Change in percent that a symbol must exceed to be held at all."""


class RocRankConfig(PluginConfig):
    """Settings of the `roc_rank` strategy.

    Every `every` bars hold the `top` symbols that have changed most over `period` bars.

    Only changes beyond `least` percent count, so a falling market is sat out. Short holds those
    that have fallen most. What is no longer among them is sold first; what that brings is spent
    a bar later, when the sales are filled. Size each for its share: two symbols, 45 % each.

    Fails when leaders change often: it buys each near its peak and sells it near its trough.

    Give it one feed per symbol, all of the same timeframe.

    Example:
        ```yaml
        strategy:
          type: roc_rank
          params: {period: 30, every: 7, top: 2}
        ```
    """

    type: Literal["roc_rank"] = "roc_rank"
    params: RocRankParams = RocRankParams()
    """What is ranked, how often, and how many are held."""
