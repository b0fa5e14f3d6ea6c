"""Keep a single order from being larger than anyone meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from realtrade.model.verdict import Approved
from realtrade.plugins.config import PluginConfig
from realtrade.plugins.ports.risk import Needs
from realtrade.risk.exposure import cut, unit_value
from realtrade.risk.settings import AmountText, Cut, PositiveNumber
from realtrade.risk.steps import shown

if TYPE_CHECKING:
    from decimal import Decimal

    from realtrade.model.order import OrderIntent
    from realtrade.model.verdict import Verdict
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.plugins.ports.risk import RiskView


class MaxOrderSizeConfig(PluginConfig):
    """Settings of the `max_order_size` rule.

    Example:
        ```yaml
        risk:
          fat_finger: {type: max_order_size, notional: 25%, action: deny}
        ```
    """

    type: Literal["max_order_size"] = "max_order_size"
    quantity: PositiveNumber | None = None
    """Most units or contracts in one order."""
    notional: AmountText | None = None
    """Most value of one order, as a share of equity or as money."""
    action: Cut = "reduce"
    """`reduce` cuts the order down to the limit, `deny` refuses it whole."""

    @model_validator(mode="after")
    def _is_a_limit(self) -> Self:
        if self.quantity is None and self.notional is None:
            code, message = "realtrade_limit", "a max_order_size needs `quantity` or `notional`"
            raise PydanticCustomError(code, message)
        return self


class MaxOrderSize:
    """Cut or deny an order above the limit; reductions always pass.

    Valued at the last close, or at the order's own price when that is higher.

    Backtest and live: the same.
    """

    def __init__(self, config: MaxOrderSizeConfig, context: BuildContext) -> None:
        self.name = context.name
        self.needs = Needs()
        self._config = config

    def assess(self, intent: OrderIntent, view: RiskView) -> Verdict:
        """Return how much of the order is within the limit."""
        if view.reduces(intent):
            return Approved()
        limit, text = self._limit(intent, view)
        reason = f"order of {shown(intent.quantity)} {intent.symbol} exceeds {text}"
        return cut(self.name, intent, limit, reason, self._config.action)

    def _limit(self, intent: OrderIntent, view: RiskView) -> tuple[Decimal, str]:
        config = self._config
        limits = []
        if config.quantity is not None:
            limits.append((config.quantity, shown(config.quantity)))
        if config.notional is not None:
            units = config.notional.of(view.equity) / unit_value(intent, view)
            limits.append((units, f"{config.notional}"))
        return min(limits)
