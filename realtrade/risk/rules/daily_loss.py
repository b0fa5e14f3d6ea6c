"""Stop for the day once it has lost too much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from realtrade.plugins.config import PluginConfig
from realtrade.risk.period_loss import PeriodLoss, Until
from realtrade.risk.settings import AmountText, Outcome, Timezone

if TYPE_CHECKING:
    from realtrade.plugins.ports.build import BuildContext


class DailyLossConfig(PluginConfig):
    """Settings of the `daily_loss` rule.

    Example:
        ```yaml
        risk:
          daily: {type: daily_loss, limit: 3%, action: halt, timezone: Europe/Berlin}
        ```
    """

    type: Literal["daily_loss"] = "daily_loss"
    limit: AmountText
    """Loss since midnight: `3%` of the equity then, or money such as `500 USDT`."""
    timezone: Timezone = "UTC"
    """Whose midnight."""
    action: Outcome = "halt"
    """At the limit: deny new exposure, also halt, or also close everything."""
    until: Until = "next"
    """A halt ends at the `next` midnight, or only when `resumed`."""


def build(config: DailyLossConfig, context: BuildContext) -> PeriodLoss:
    """Return the rule: deny new exposure, or halt, once the day has lost too much.

    Backtest and live: looked at on every bar and at every order. The bar that ends at midnight is
    the day's last, and a halt is over with the first bar after it; with daily bars each is a day
    of its own. A halt survives a restart.
    """
    return PeriodLoss(
        context.name,
        "day",
        limit=config.limit,
        timezone=config.timezone,
        action=config.action,
        until=config.until,
    )
