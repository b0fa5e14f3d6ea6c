"""Settings of the `bollinger` strategy, apart from it: validating imports no Backtrader."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from realtrade.plugins.config import PluginConfig
from realtrade.strategies.directions import DirectedParams


class BollingerParams(DirectedParams):
    """Parameters of `Bollinger`."""

    period: int = Field(default=20, ge=2, le=10_000)
    """Bars of the average and of the standard deviation."""
    width: float = Field(default=2.0, gt=0, le=20)
    """Distance of the bands from the average, in standard deviations."""
    leave: Literal["middle", "opposite"] = "middle"
    """Where a position is left: at the average, or at the other band."""


class BollingerConfig(PluginConfig):
    """Settings of the `bollinger` strategy.

    Buy when the close returns above the lower band, leave at the middle or the upper band.

    The bands lie some standard deviations around the average. Waiting for the return keeps it
    from buying every bar of a fall. Short is the mirror image, from the upper band.

    Fails in trends: in a fall the price returns into the bands and falls on, and there is no stop
    but the recipe's.

    Example:
        ```yaml
        strategy:
          type: bollinger
          params: {period: 20, width: 2, leave: opposite}
        ```
    """

    type: Literal["bollinger"] = "bollinger"
    params: BollingerParams = BollingerParams()
    """Where the bands are, and where to leave."""
