"""Settings of the `dca_schedule` strategy, apart from it: validating imports no Backtrader."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from realtrade.plugins.config import PluginConfig


class DcaScheduleParams(PluginConfig):
    """Parameters of `DcaSchedule`."""

    every: int = Field(default=24, ge=1, le=100_000)
    """Bars between two purchases, counted by their time."""
    take_profit: float = Field(default=0.0, ge=0, le=1_000)
    """Gain on the average price at which all is sold, such as 0.3 for 30 %; 0 sells never."""


class DcaScheduleConfig(PluginConfig):
    """Settings of the `dca_schedule` strategy.

    Example:
        ```yaml
        strategy:
          type: dca_schedule
          params: {every: 24, take_profit: 0.3}
        ```
    """

    type: Literal["dca_schedule"] = "dca_schedule"
    params: DcaScheduleParams = DcaScheduleParams()
    """How often is bought, and when sold."""
