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
