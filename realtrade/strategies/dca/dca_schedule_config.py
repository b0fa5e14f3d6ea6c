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

    Buy on schedule whatever the price, and sell all once the gain is large enough, if ever.

    The same money buys more when it is cheap. It needs no forecast and takes none. How much is
    bought each time is the sizer's business: `fixed_notional` is the usual one. The schedule
    counts bars by their time, so a restart neither repeats nor skips a purchase: what fell due
    while nothing ran is bought with the first bar after it, once however long that was.

    Fails in a market that only falls, and lags one that only rises. There is no stop but the
    recipe's, and it buys until the cash is gone.

    Every feed is traded on its own, so give it one feed per symbol.

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
