"""Settings of the `pairs` strategy, apart from it: validating imports no Backtrader."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from realtrade.plugins.config import PluginConfig


class PairsParams(PluginConfig):
    """Parameters of `Pairs`."""

    period: int = Field(default=30, ge=2, le=10_000)
    """Bars of the mean and the standard deviation of the ratio."""
    entry: float = Field(default=2.0, gt=0, le=20)
    """Standard deviations from the mean at which is entered."""
    leave: float = Field(default=0.5, ge=-20, le=20)
    """Standard deviations from it at which is left; less than `entry`."""
    direction: Literal["long", "short", "both"] = "both"
    """Side of the first feed that is traded; the second takes the other, so both must be swaps."""

    @model_validator(mode="after")
    def _leave_fits_entry(self) -> Self:
        if self.leave >= self.entry:
            code, message = "realtrade_order", "leave ({leave}) must be less than entry ({entry})"
            raise PydanticCustomError(code, message, {"leave": self.leave, "entry": self.entry})
        return self


class PairsConfig(PluginConfig):
    """Settings of the `pairs` strategy.

    Trade the ratio of two prices: long the first feed and short the second, or the reverse.

    When the logarithm of the ratio is `entry` standard deviations from its mean of `period` bars,
    the cheap one is bought and the dear one sold; both are left when it is within `leave`. Size
    both for the same money, and what is left is the ratio, whatever the market does. The mean and
    the deviation are of bars that both feeds had.

    Fails when the two part for good: there is no bottom to a ratio. One leg may also fill
    without the other, when a rule or the cash refuses it.

    Takes exactly two feeds; `direction` is that of the first.

    Example:
        ```yaml
        strategy:
          type: pairs
          params: {period: 30, entry: 2, leave: 0.5}
        ```
    """

    type: Literal["pairs"] = "pairs"
    params: PairsParams = PairsParams()
    """How far the two must part, and how near come again."""
