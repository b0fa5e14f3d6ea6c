"""Settings of the `volume_breakout` strategy, apart from it: validating imports no Backtrader."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from realtrade.plugins.config import PluginConfig
from realtrade.strategies.directions import DirectedParams


class VolumeBreakoutParams(DirectedParams):
    """Parameters of `VolumeBreakout`."""

    period: int = Field(default=20, ge=1, le=10_000)
    """Bars whose range and whose volume the breakout is measured by."""
    factor: float = Field(default=2.0, gt=0, le=1_000)
    """Volume of the breakout, in average volumes."""
    leave: int = Field(default=10, ge=1, le=10_000)
    """Bars whose range a close must fall out of to leave; no more than `period`."""

    @model_validator(mode="after")
    def _leave_fits_period(self) -> Self:
        if self.leave > self.period:
            code, message = (
                "realtrade_order",
                "leave ({leave}) must not be more than period ({period})",
            )
            raise PydanticCustomError(code, message, {"leave": self.leave, "period": self.period})
        return self


class VolumeBreakoutConfig(PluginConfig):
    """Settings of the `volume_breakout` strategy.

    Buy a close above the highest high of `period` bars if volume is `factor` times the usual.

    Usual is the average of the same bars, this one left out. It leaves when a close is below the
    lowest low of `leave` bars. Short is the mirror image.

    Fails on spikes: a liquidation or a rumour brings volume and a new extreme too, and the price
    comes back. Volume of another exchange, or none, makes it trade nothing of meaning.

    Example:
        ```yaml
        strategy:
          type: volume_breakout
          params: {period: 20, factor: 2, leave: 10}
        ```
    """

    type: Literal["volume_breakout"] = "volume_breakout"
    params: VolumeBreakoutParams = VolumeBreakoutParams()
    """What is a breakout, and when it is over."""
