"""Keep the number of orders at work within a limit."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from realtrade.model.verdict import Approved, Denied
from realtrade.plugins.config import PluginConfig
from realtrade.plugins.ports.risk import Needs, Reading
from realtrade.risk.settings import Count

if TYPE_CHECKING:
    from realtrade.model.order import OrderIntent
    from realtrade.model.verdict import Verdict
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.plugins.ports.risk import RiskView


class MaxOpenOrdersConfig(PluginConfig):
    """Settings of the `max_open_orders` rule.

    Example:
        ```yaml
        risk:
          orders: {type: max_open_orders, max: 10}
          ladder: {type: max_open_orders, max: 4, scope: symbol}
        ```
    """

    type: Literal["max_open_orders"] = "max_open_orders"
    max: Count
    """Most orders at work."""
    scope: Literal["symbol", "total"] = "total"
    """Of each symbol by itself, or of all together."""


class MaxOpenOrders:
    """Deny an order while as many as allowed are at work; reductions always pass.

    Each part of a bracket counts as an order.

    Backtest and live: the same; live, an order counts until the exchange says that it is over.
    """

    def __init__(self, config: MaxOpenOrdersConfig, context: BuildContext) -> None:
        self.name = context.name
        self.needs = Needs()
        self._max = config.max
        self._each = config.scope == "symbol"

    def assess(self, intent: OrderIntent, view: RiskView) -> Verdict:
        """Return a denial from the limit on."""
        if view.reduces(intent):
            return Approved()
        found = [
            order for order in view.open_orders if not self._each or order.symbol == intent.symbol
        ]
        if len(found) < self._max:
            return Approved()
        where = f" of {intent.symbol}" if self._each else ""
        return Denied(self.name, f"{len(found)} orders{where} are at work, limit {self._max}")

    def reading(self, view: RiskView) -> Reading:
        """Return the orders at work against the limit; the fullest symbol's in scope `symbol`."""
        symbols = [order.symbol for order in view.open_orders]
        counts = [symbols.count(symbol) for symbol in symbols] if self._each else [len(symbols)]
        count = max(counts, default=0)
        text = f"{count} orders at work of {self._max} allowed"
        return Reading(self.name, Decimal(count), Decimal(self._max), count >= self._max, text)
