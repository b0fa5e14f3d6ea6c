"""Settings of the `rsi_reversion` strategy, apart from it: validating imports no Backtrader."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from realtrade.plugins.config import PluginConfig
from realtrade.strategies.directions import DirectedParams


class RsiReversionParams(DirectedParams):
    """Parameters of `RsiReversion`."""

    period: int = Field(default=14, ge=1, le=10_000)
    """Bars of the RSI."""
    low: float = Field(default=30.0, gt=0, lt=100)
    """RSI below which is bought; less than `middle`."""
    middle: float = Field(default=50.0, gt=0, lt=100)
    """RSI at which a position is left."""
    high: float = Field(default=70.0, gt=0, lt=100)
    """RSI above which is sold short; more than `middle`."""

    @model_validator(mode="after")
    def _extremes_are_apart(self) -> Self:
        if not self.low < self.middle < self.high:
            code = "realtrade_order"
            message = "low ({low}), middle ({middle}) and high ({high}) must rise in this order"
            values = {"low": self.low, "middle": self.middle, "high": self.high}
            raise PydanticCustomError(code, message, values)
        return self


class RsiReversionConfig(PluginConfig):
    """Settings of the `rsi_reversion` strategy.

    Buy when the RSI falls below `low`, leave when it is back at `middle`.

    The RSI compares the latest gains with the latest losses; far from 50 one side may be tired.
    Short is the mirror image, above `high`.

    Fails in trends and in crashes: oversold may last, and the falling price is bought at once.

    Example:
        ```yaml
        strategy:
          type: rsi_reversion
          params: {period: 14, low: 30, middle: 50, high: 70}
        ```
    """

    type: Literal["rsi_reversion"] = "rsi_reversion"
    params: RsiReversionParams = RsiReversionParams()
    """Where it is extreme, and where it is not."""
