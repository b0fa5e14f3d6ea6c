"""Stop for the week once it has lost too much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from realtrade.plugins.config import PluginConfig
from realtrade.risk.period_loss import PeriodLoss, Until
from realtrade.risk.settings import AmountText, Outcome, Timezone

if TYPE_CHECKING:
    from realtrade.plugins.ports.build import BuildContext


class WeeklyLossConfig(PluginConfig):
    """Settings of the `weekly_loss` rule.

    Example:
        ```yaml
        risk:
          weekly: {type: weekly_loss, limit: 6%, action: flatten_and_halt}
        ```
    """

    type: Literal["weekly_loss"] = "weekly_loss"
    limit: AmountText
    """Loss since Monday, 00:00: `6%` of the equity then, or money such as `1000 USDT`."""
    timezone: Timezone = "UTC"
    """Whose Monday."""
    action: Outcome = "halt"
    """At the limit: deny new exposure, also halt, or also close everything."""
    until: Until = "next"
    """A halt ends on the `next` Monday, or only when `resumed`."""


def build(config: WeeklyLossConfig, context: BuildContext) -> PeriodLoss:
    """Return the rule: deny new exposure, or halt, once the week has lost too much.

    Backtest and live: looked at on every bar and at every order. The bar that ends on Monday, 00:00
    is the week's last, and a halt is over with the first bar after it. A halt survives a restart.
    """
    return PeriodLoss(
        context.name,
        "week",
        limit=config.limit,
        timezone=config.timezone,
        action=config.action,
        until=config.until,
    )
