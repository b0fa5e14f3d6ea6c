"""Settings of the `adx_trend` strategy, apart from it: validating imports no Backtrader."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from realtrade.plugins.config import PluginConfig
from realtrade.strategies.directions import DirectedParams


class AdxTrendParams(DirectedParams):
    """Parameters of `AdxTrend`."""

    period: int = Field(default=14, ge=2, le=5_000)
    """Bars of the directional movement and of its index."""
    strong: float = Field(default=25.0, ge=0, le=100)
    """Index from which on a trend is entered."""
    weak: float = Field(default=20.0, ge=0, le=100)
    """Index below which it is left; no more than `strong`."""

    @model_validator(mode="after")
    def _weak_fits_strong(self) -> Self:
        if self.weak > self.strong:
            code, message = (
                "realtrade_order",
                "weak ({weak}) must not be more than strong ({strong})",
            )
            raise PydanticCustomError(code, message, {"weak": self.weak, "strong": self.strong})
        return self


class AdxTrendConfig(PluginConfig):
    """Settings of the `adx_trend` strategy.

    Take the side of the larger directional movement once the ADX says the trend is strong.

    It leaves when the ADX falls below `weak` or the other direction takes over. So it sits out
    the sideways markets in which other trend followers lose.

    Fails at turning points: the ADX is an average of an average, high at the end of a trend and
    still low at the start of the next.

    Example:
        ```yaml
        strategy:
          type: adx_trend
          params: {period: 14, strong: 25, weak: 20}
        ```
    """

    type: Literal["adx_trend"] = "adx_trend"
    params: AdxTrendParams = AdxTrendParams()
    """What counts as a trend."""
