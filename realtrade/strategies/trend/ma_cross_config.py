"""Settings of the `ma_cross` strategy, apart from it: validating imports no Backtrader."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from realtrade.plugins.config import PluginConfig
from realtrade.strategies.directions import DirectedParams

_SHORTEST_HULL = 2


class MaCrossParams(DirectedParams):
    """Parameters of `MaCross`."""

    fast: int = Field(default=10, ge=1, le=10_000)
    """Bars of the fast average; it must be shorter than the slow one."""
    slow: int = Field(default=30, ge=2, le=10_000)
    """Bars of the slow average."""
    average: Literal["sma", "ema", "wma", "hma", "kama"] = "sma"
    """Kind of both averages: simple, exponential, linearly weighted, Hull's or Kaufman's."""

    @model_validator(mode="after")
    def _fast_is_shorter(self) -> Self:
        if self.fast >= self.slow:
            code, message = "realtrade_order", "fast ({fast}) must be less than slow ({slow})"
            raise PydanticCustomError(code, message, {"fast": self.fast, "slow": self.slow})
        if self.average == "hma" and self.fast < _SHORTEST_HULL:
            code, message = "realtrade_hull", "fast ({fast}) must be at least 2: Hull halves it"
            raise PydanticCustomError(code, message, {"fast": self.fast})
        return self


class MaCrossConfig(PluginConfig):
    """Settings of the `ma_cross` strategy.

    Buy when the fast average crosses above the slow one, close when it crosses below.

    Every feed is traded on its own, so give it one feed per symbol. How much is bought is
    the sizer's business. Short is the mirror image.

    Fails in sideways markets: averages cross late, and every cross costs fees and the way back.

    Example:
        ```yaml
        strategy:
          type: ma_cross
          params: {fast: 20, slow: 60}
        ```
    """

    type: Literal["ma_cross"] = "ma_cross"
    params: MaCrossParams = MaCrossParams()
    """Lengths and kind of the two averages."""
