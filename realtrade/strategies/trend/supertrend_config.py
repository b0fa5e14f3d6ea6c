"""Settings of the `supertrend` strategy, apart from it: validating imports no Backtrader."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from realtrade.plugins.config import PluginConfig
from realtrade.strategies.directions import DirectedParams


class SupertrendParams(DirectedParams):
    """Parameters of `SupertrendStrategy`."""

    period: int = Field(default=10, ge=1, le=10_000)
    """Bars of the average true range."""
    factor: float = Field(default=3.0, gt=0, le=100)
    """Distance of the line from the middle of the bar, in average true ranges."""


class SupertrendConfig(PluginConfig):
    """Settings of the `supertrend` strategy.

    Buy when the close crosses above its SuperTrend line, leave when it crosses below.

    The line trails the price at a few average true ranges and never moves back, so it widens in
    wild markets and tightens in calm ones.

    Fails when volatility comes without direction: each swing through the line is a loss of about
    the line's distance.

    Example:
        ```yaml
        strategy:
          type: supertrend
          params: {period: 10, factor: 3.0}
        ```
    """

    type: Literal["supertrend"] = "supertrend"
    params: SupertrendParams = SupertrendParams()
    """Where the line runs."""
