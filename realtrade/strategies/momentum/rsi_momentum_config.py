"""Settings of the `rsi_momentum` strategy, apart from it: validating imports no Backtrader."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from realtrade.plugins.config import PluginConfig
from realtrade.strategies.directions import DirectedParams


class RsiMomentumParams(DirectedParams):
    """Parameters of `RsiMomentum`."""

    period: int = Field(default=14, ge=1, le=10_000)
    """Bars of the RSI."""
    strong: float = Field(default=60.0, gt=0, lt=100)
    """RSI above which is bought; short is sold below 100 less this. More than `middle`."""
    middle: float = Field(default=50.0, ge=50, lt=100)
    """RSI below which a long position is left; a short one above 100 less this."""

    @model_validator(mode="after")
    def _middle_fits_strong(self) -> Self:
        if self.middle >= self.strong:
            code, message = (
                "realtrade_order",
                "middle ({middle}) must be less than strong ({strong})",
            )
            raise PydanticCustomError(code, message, {"middle": self.middle, "strong": self.strong})
        return self


class RsiMomentumConfig(PluginConfig):
    """Settings of the `rsi_momentum` strategy.

    Buy when the RSI rises above `strong`, leave when it falls below `middle`.

    The very reading a reversion sells is bought here: gains that outweigh losses tend to go on
    for a while. Short is the mirror image: below `100 - strong` until above `100 - middle`.

    Fails in ranges, where strength is the top of the range.

    Example:
        ```yaml
        strategy:
          type: rsi_momentum
          params: {period: 14, strong: 60, middle: 50}
        ```
    """

    type: Literal["rsi_momentum"] = "rsi_momentum"
    params: RsiMomentumParams = RsiMomentumParams()
    """What strength is."""
