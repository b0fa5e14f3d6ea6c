"""Settings of the `macd` strategy, apart from it: validating imports no Backtrader."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from realtrade.plugins.config import PluginConfig
from realtrade.strategies.directions import DirectedParams


class MacdParams(DirectedParams):
    """Parameters of `Macd`."""

    fast: int = Field(default=12, ge=1, le=10_000)
    """Bars of the fast exponential average; fewer than of the slow one."""
    slow: int = Field(default=26, ge=2, le=10_000)
    """Bars of the slow exponential average."""
    signal: int = Field(default=9, ge=1, le=10_000)
    """Bars of the average of their difference that the difference must cross."""

    @model_validator(mode="after")
    def _fast_fits_slow(self) -> Self:
        if self.fast >= self.slow:
            code, message = "realtrade_order", "fast ({fast}) must be less than slow ({slow})"
            raise PydanticCustomError(code, message, {"fast": self.fast, "slow": self.slow})
        return self


class MacdConfig(PluginConfig):
    """Settings of the `macd` strategy.

    Go with the side on which the MACD crosses its signal line.

    The MACD is the gap between a fast and a slow exponential average; its signal line is an
    average of the gap. A cross says that the trend gains or loses pace, earlier than the averages
    themselves would cross.

    Fails in sideways markets, where the gap swings around nothing, and in a long steady trend,
    where a slower pace alone makes it leave.

    Example:
        ```yaml
        strategy:
          type: macd
          params: {fast: 12, slow: 26, signal: 9, direction: both}
        ```
    """

    type: Literal["macd"] = "macd"
    params: MacdParams = MacdParams()
    """Lengths of the averages."""
