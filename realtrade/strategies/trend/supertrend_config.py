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
