"""Keep the value of all positions within a multiple of equity."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from realtrade.plugins.config import PluginConfig
from realtrade.plugins.ports.risk import Needs, Reading
from realtrade.risk.exposure import allowed, cut, gross, unit_value
from realtrade.risk.settings import Cut, PositiveNumber
from realtrade.risk.steps import shown

if TYPE_CHECKING:
    from realtrade.model.order import OrderIntent
    from realtrade.model.verdict import Verdict
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.plugins.ports.risk import RiskView


class MaxLeverageConfig(PluginConfig):
    """Settings of the `max_leverage` rule.

    Example:
        ```yaml
        risk:
          leverage: {type: max_leverage, limit: 2}
        ```
    """

    type: Literal["max_leverage"] = "max_leverage"
    limit: PositiveNumber
    """Most value of all positions, long and short added up, as a multiple of equity."""
    action: Cut = "reduce"
    """`reduce` cuts an order down to what fits, `deny` refuses it whole."""


class MaxLeverage:
    """Cut or deny orders that could take gross exposure past a multiple of equity.

    Orders at work count as if filled; what only reduces a position always passes. It looks at
    orders: a fall of equity can still lift the leverage of what is held.

    Backtest and live: the same; the leverage set at an exchange is a limit of its own.
    """

    def __init__(self, config: MaxLeverageConfig, context: BuildContext) -> None:
        self.name = context.name
        self.needs = Needs()
        self._limit = config.limit
        self._action: Cut = config.action

    def assess(self, intent: OrderIntent, view: RiskView) -> Verdict:
        """Return how much of the order keeps within the limit."""
        room = self._limit * view.equity - gross(view, without=intent.symbol)
        fits = allowed(intent, view, room / unit_value(intent, view))
        reason = (
            f"{shown(intent.quantity)} {intent.symbol} would take gross exposure past "
            f"{shown(self._limit)} times equity {shown(view.equity)}; {shown(fits)} fit"
        )
        return cut(self.name, intent, fits, reason, self._action)

    def reading(self, view: RiskView) -> Reading:
        """Return gross exposure as a multiple of equity against the limit."""
        exposure, equity = gross(view), view.equity
        times = exposure / equity if equity > 0 else Decimal(0)
        breached = exposure > self._limit * equity
        text = f"gross exposure {shown(exposure)} is {times:.2f} times equity"
        return Reading(
            self.name, times, self._limit, breached, f"{text}, limit {shown(self._limit)}"
        )
