"""Settings of the `donchian` strategy, apart from it: validating imports no Backtrader."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from realtrade.plugins.config import PluginConfig
from realtrade.strategies.directions import DirectedParams


class DonchianParams(DirectedParams):
    """Parameters of `DonchianBreakout`."""

    entry: int = Field(default=20, ge=1, le=10_000)
    """Bars whose range a close must break out of."""
    leave: int = Field(default=10, ge=1, le=10_000)
    """Bars whose range it must fall out of to leave; no more than of the entry."""

    @model_validator(mode="after")
    def _leave_fits_entry(self) -> Self:
        if self.leave > self.entry:
            code, message = (
                "realtrade_order",
                "leave ({leave}) must not be more than entry ({entry})",
            )
            raise PydanticCustomError(code, message, {"leave": self.leave, "entry": self.entry})
        return self


class DonchianConfig(PluginConfig):
    """Settings of the `donchian` strategy.

    Buy a close above the highest high of `entry` bars, leave below the lowest low of `leave`.

    The turtles' rule: a new extreme may be the start of a trend, and the shorter channel behind
    it lets profits run while it cuts losses. Short is the mirror image.

    Fails in ranges: the breakouts that come to nothing are many, and their entries the worst
    prices of the range.

    Example:
        ```yaml
        strategy:
          type: donchian
          params: {entry: 55, leave: 20}
        ```
    """

    type: Literal["donchian"] = "donchian"
    params: DonchianParams = DonchianParams()
    """Lengths of the two channels."""
