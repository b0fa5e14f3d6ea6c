"""Settings of the `atr_grid` strategy, apart from it: validating imports no Backtrader."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from realtrade.plugins.config import PluginConfig
from realtrade.strategies.directions import DirectedParams


class AtrGridParams(DirectedParams):
    """Parameters of `AtrGrid`."""

    period: int = Field(default=24, ge=1, le=10_000)
    """Bars whose true ranges are averaged, plainly."""
    factor: float = Field(default=1.0, gt=0, le=1_000)
    """Average true ranges from line to line."""
    quantity: float = Field(default=1.0, gt=0, le=1_000_000_000_000)
    """Units traded on each line: a lot."""
    most: int = Field(default=10, ge=1, le=1_000)
    """Lots held at most, and so lines on each side."""
    resting: int = Field(default=5, ge=1, le=200)
    """Orders that rest on each side at most, those nearest to the price."""


class AtrGridConfig(PluginConfig):
    """Settings of the `atr_grid` strategy.

    Buy a lot at every step down from a centre, sell it one step higher; steps are as wide as bars.

    The lines are `factor` average true ranges apart, so that a restless market is not bought too
    early and a quiet one is traded at all. While nothing is held the centre moves to the price as
    soon as that is a step away; while something is held, lines and step stay as they are. Short
    is the mirror image, `both` goes long below the centre and short above it.

    What must rest follows from the position, so a restart continues where it was: orders that
    still rest count as placed, what was filled meanwhile is answered on its next line. Centre and
    step are remembered, else found from those orders, else from the average price and the range.

    Fails in a long fall: after `most` lots it holds them all and waits for a price that may not
    return. There is no stop but the recipe's. Fees must be small beside a step.

    Trades the first feed. Sizes itself: the recipe's `sizing` is not asked.

    Example:
        ```yaml
        strategy:
          type: atr_grid
          params: {period: 24, factor: 1.5, quantity: 0.1, most: 8}
        ```
    """

    type: Literal["atr_grid"] = "atr_grid"
    params: AtrGridParams = AtrGridParams()
    """How far apart the lines are, and how much is traded on each."""
