"""Settings of the `zscore` strategy, apart from it: validating imports no Backtrader."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from realtrade.plugins.config import PluginConfig
from realtrade.strategies.directions import DirectedParams


class ZscoreParams(DirectedParams):
    """Parameters of `Zscore`."""

    period: int = Field(default=50, ge=2, le=10_000)
    """Bars of the average and of the standard deviation."""
    entry: float = Field(default=2.0, gt=0, le=20)
    """Standard deviations from the average at which is entered."""
    leave: float = Field(default=0.5, ge=-20, le=20)
    """Standard deviations from it at which is left, below zero beyond it; less than `entry`."""

    @model_validator(mode="after")
    def _leave_fits_entry(self) -> Self:
        if self.leave >= self.entry:
            code, message = "realtrade_order", "leave ({leave}) must be less than entry ({entry})"
            raise PydanticCustomError(code, message, {"leave": self.leave, "entry": self.entry})
        return self


class ZscoreConfig(PluginConfig):
    """Settings of the `zscore` strategy.

    Buy `entry` standard deviations below the average, leave `leave` deviations below it.

    Both distances are one's own: leaving before the average is reached gives away a little and is
    reached more often. Short is the mirror image.

    Fails in trends: the average follows the price down, and the way back to it becomes a loss.

    Example:
        ```yaml
        strategy:
          type: zscore
          params: {period: 50, entry: 2, leave: 0.5}
        ```
    """

    type: Literal["zscore"] = "zscore"
    params: ZscoreParams = ZscoreParams()
    """How far is far, and how near is near."""
