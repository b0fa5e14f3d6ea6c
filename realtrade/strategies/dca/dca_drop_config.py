"""Settings of the `dca_drop` strategy, apart from it: validating imports no Backtrader."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from realtrade.plugins.config import PluginConfig


class DcaDropParams(PluginConfig):
    """Parameters of `DcaDrop`."""

    period: int = Field(default=72, ge=1, le=10_000)
    """Bars below whose highest high the first purchase is made."""
    drop: float = Field(default=0.05, gt=0, lt=1)
    """Drop before each purchase, as a share of the price: 0.05 is 5 %."""
    most: int = Field(default=5, ge=1, le=1_000)
    """Purchases at most until all is sold."""
    take_profit: float = Field(default=0.03, gt=0, le=1_000)
    """Gain on the average price at which all is sold, as a share of it."""


class DcaDropConfig(PluginConfig):
    """Settings of the `dca_drop` strategy.

    Buy after a drop, again after every further one, and sell all at a gain on the average.

    The first purchase comes `drop` below the highest high of `period` bars, each further one
    `drop` below the one before, at most `most` of them. The average price comes down with each,
    so a bounce of less than the whole fall is enough.

    Fails in a long fall: it is fully invested early and waits for a price that may not return.
    There is no stop but the recipe's.

    A position it finds at its first start is sold at its gain too, and not added to: how many
    purchases it is made of cannot be known. After a restart it is remembered. Every feed is traded
    on its own, so give it one feed per symbol.

    Example:
        ```yaml
        strategy:
          type: dca_drop
          params: {period: 72, drop: 0.05, most: 5, take_profit: 0.03}
        ```
    """

    type: Literal["dca_drop"] = "dca_drop"
    params: DcaDropParams = DcaDropParams()
    """When is bought, how often, and when sold."""
