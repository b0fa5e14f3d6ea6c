"""Decide nothing new on old prices."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from realtrade.model.verdict import Approved, Denied
from realtrade.plugins.config import PluginConfig
from realtrade.plugins.ports.risk import Needs
from realtrade.risk.settings import Span

if TYPE_CHECKING:
    from realtrade.model.order import OrderIntent
    from realtrade.model.verdict import Verdict
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.plugins.ports.risk import RiskView


class StaleDataConfig(PluginConfig):
    """Settings of the `stale_data` rule.

    Example:
        ```yaml
        risk:
          fresh: {type: stale_data, max_age: 90s}
        ```
    """

    type: Literal["stale_data"] = "stale_data"
    max_age: Span
    """Oldest last bar of a symbol: from its end to the end of the newest bar of any."""


class StaleData:
    """Deny new exposure in a symbol whose last bar is too old; reductions always pass.

    Backtest and live: a bar is as old as the newest bar of any feed makes it, so the rule acts
    where one of several feeds has a hole. That all feeds are silent is noticed by the feeds
    themselves, not here.
    """

    def __init__(self, config: StaleDataConfig, context: BuildContext) -> None:
        self.name = context.name
        self.needs = Needs()
        self._max_age = config.max_age

    def assess(self, intent: OrderIntent, view: RiskView) -> Verdict:
        """Return a denial when the last bar is too old."""
        age = timedelta(milliseconds=view.now_ms - view.bar(intent.symbol).due_ms)
        if age <= self._max_age or view.reduces(intent):
            return Approved()
        reason = f"the last bar of {intent.symbol} is {age} old, limit {self._max_age}"
        return Denied(self.name, reason)
