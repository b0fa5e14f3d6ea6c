"""Enter no more than so many times a day."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from realtrade.model.verdict import Approved, Denied
from realtrade.plugins.config import PluginConfig
from realtrade.plugins.ports.risk import Needs, Reading
from realtrade.risk.calendar import bounds_ms
from realtrade.risk.settings import Count, Timezone

if TYPE_CHECKING:
    from realtrade.model.order import OrderIntent
    from realtrade.model.verdict import Verdict
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.plugins.ports.risk import RiskView

_LONGEST_DAY = timedelta(hours=25)


class MaxTradesPerDayConfig(PluginConfig):
    """Settings of the `max_trades_per_day` rule.

    Example:
        ```yaml
        risk:
          entries: {type: max_trades_per_day, max: 5, timezone: America/New_York}
        ```
    """

    type: Literal["max_trades_per_day"] = "max_trades_per_day"
    max: Count
    """Most positions opened in a day."""
    timezone: Timezone = "UTC"
    """Whose day."""


class MaxTradesPerDay:
    """Deny opening a position once as many as allowed were opened today.

    Positions opened today count, closed or not, and so does a symbol that waits for its first
    fill. Adding to a position opens none and passes, as reductions do.

    Backtest and live: the day is the bars' own; the count survives a restart.
    """

    def __init__(self, config: MaxTradesPerDayConfig, context: BuildContext) -> None:
        self.name = context.name
        self.needs = Needs(trades_within=_LONGEST_DAY)
        self._max = config.max
        self._timezone = config.timezone

    def assess(self, intent: OrderIntent, view: RiskView) -> Verdict:
        """Return a denial for one entry too many."""
        held = view.position(intent.symbol).quantity
        if held * intent.signed_quantity > 0 or view.reduces(intent):
            return Approved()
        reading = self.reading(view)
        return Denied(self.name, reading.text) if reading.breached else Approved()

    def reading(self, view: RiskView) -> Reading:
        """Return the positions opened today against the limit."""
        start_ms, _ = bounds_ms(view.now_ms, "day", self._timezone)
        opened = sum(trade.opened_ms >= start_ms for trade in view.trades)
        opened += sum(entry.opened_ms >= start_ms for entry in view.entries)
        waiting = {
            order.symbol for order in view.open_orders if not view.position(order.symbol).quantity
        }
        count = opened + len(waiting)
        text = f"{count} positions opened today of {self._max} allowed"
        return Reading(self.name, Decimal(count), Decimal(self._max), count >= self._max, text)
