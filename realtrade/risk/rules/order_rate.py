"""Stop a runaway strategy: so many orders in so long, and no more."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from realtrade.model.verdict import Approved
from realtrade.plugins.config import PluginConfig
from realtrade.plugins.ports.risk import Needs, Reading
from realtrade.risk.consequence import Consequence
from realtrade.risk.settings import Count, Outcome, Span

if TYPE_CHECKING:
    from realtrade.model.order import OrderIntent
    from realtrade.model.verdict import Verdict
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.plugins.ports.risk import RiskView

_MS = timedelta(milliseconds=1)


class OrderRateConfig(PluginConfig):
    """Settings of the `order_rate` rule.

    Example:
        ```yaml
        risk:
          rate: {type: order_rate, max: 20, per: 1m, action: halt}
        ```
    """

    type: Literal["order_rate"] = "order_rate"
    max: Count
    """Orders that may go out within `per`."""
    per: Span
    """The span, always the one that ends now."""
    action: Outcome = "deny"
    """Of an order too many: deny it, also halt, or also close everything."""
    halt_for: Span | None = None
    """How long a halt lasts; until a person resumes it when left out."""


class OrderRate:
    """Deny the order that is one too many within a span.

    Every order let through counts, reductions too; reductions themselves always pass.

    Backtest and live: time is the bars' own, so all orders of one bar fall on one moment.
    """

    def __init__(self, config: OrderRateConfig, context: BuildContext) -> None:
        self.name = context.name
        self._max = config.max
        self._per = config.per
        self._then = Consequence(self.name, config.action, config.halt_for)
        self.needs = Needs(orders=config.max, actions=self._then.acts)

    def assess(self, intent: OrderIntent, view: RiskView) -> Verdict:
        """Return a denial when the span is full."""
        if view.reduces(intent) or not (reading := self.reading(view)).breached:
            return Approved()
        return self._then.denied(f"{reading.text}, an order more is denied", view.now_ms)

    def reading(self, view: RiskView) -> Reading:
        """Return the orders of the present span against the limit."""
        since = view.resumed(self.name)
        start_ms = view.now_ms - self._per // _MS
        count = view.orders_since(start_ms if since is None else max(start_ms, since.time_ms))
        text = f"{count} orders in the last {self._per} of {self._max} allowed"
        return Reading(self.name, Decimal(count), Decimal(self._max), count >= self._max, text)
