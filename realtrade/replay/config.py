"""Settings of the `replay` exchange."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from realtrade.plugins.config import PluginConfig
from realtrade.plugins.values import Number


class ReplayConfig(PluginConfig):
    """File feeds, published bar by bar as an exchange would, at any speed.

    Paper trading on a replay makes the same trades as a backtest of the same files.

    Example:
        ```yaml
        exchange: {type: replay, speed: 3600}
        ```
    """

    type: Literal["replay"] = "replay"
    speed: Annotated[Number, Field(ge=0)] | Literal["max"] = "max"
    """Times real time: at 3600 an hourly bar comes every second; `max` or 0 waits for nothing."""

    @property
    def pace(self) -> float | None:
        """Times real time, or None for as fast as bars are taken."""
        return None if self.speed == "max" or not self.speed else float(self.speed)
