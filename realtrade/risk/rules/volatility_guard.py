"""Enter only while prices move in a usual way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from realtrade.model.verdict import Approved, Denied
from realtrade.plugins.config import PluginConfig
from realtrade.plugins.ports.risk import Needs
from realtrade.risk.ranges import average_true_range
from realtrade.risk.settings import Count, PositivePercent

if TYPE_CHECKING:
    from realtrade.model.order import OrderIntent
    from realtrade.model.verdict import Verdict
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.plugins.ports.risk import RiskView


class VolatilityGuardConfig(PluginConfig):
    """Settings of the `volatility_guard` rule.

    Example:
        ```yaml
        risk:
          wild: {type: volatility_guard, limit: 4%, period: 14}
        ```
    """

    type: Literal["volatility_guard"] = "volatility_guard"
    limit: PositivePercent
    """Greatest average true range, as a share of the last close."""
    period: Count = 14
    """Bars of the symbol's shortest feed it is averaged over."""


class VolatilityGuard:
    """Deny new exposure while the average true range exceeds the limit; reductions always pass.

    While there are fewer than `period` + 1 bars the range is not known, and entries are denied.

    Backtest and live: the same, on closed bars.
    """

    def __init__(self, config: VolatilityGuardConfig, context: BuildContext) -> None:
        self.name = context.name
        self.needs = Needs()
        self._limit = config.limit
        self._period = config.period

    def assess(self, intent: OrderIntent, view: RiskView) -> Verdict:
        """Return a denial for too wide a range."""
        if view.reduces(intent):
            return Approved()
        true_range = average_true_range(view, intent.symbol, self._period)
        if true_range is None:
            reason = f"{intent.symbol} has fewer than {self._period + 1} bars"
            return Denied(self.name, f"{reason} to know its range")
        share = true_range / view.price(intent.symbol)
        if share <= self._limit:
            return Approved()
        reason = f"the range of {intent.symbol} is {share:.2%} of its price"
        return Denied(self.name, f"{reason}, limit {self._limit:.2%}")
