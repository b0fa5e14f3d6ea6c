"""A risk rule that buys nothing above a price."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from realtrade.model.order import Side
from realtrade.model.verdict import Approved, Denied, Verdict
from realtrade.plugins import PluginConfig
from realtrade.plugins.values import Number

if TYPE_CHECKING:
    from realtrade.model.order import OrderIntent
    from realtrade.plugins.ports import BuildContext, RiskView


class CeilingConfig(PluginConfig):
    """Settings of the `acme_ceiling` rule.

    Example:
        ```yaml
        risk:
          ceiling: {type: acme_ceiling, price: 108}
        ```
    """

    type: Literal["acme_ceiling"] = "acme_ceiling"
    price: Number
    """Highest price at which anything is bought."""


class Ceiling:
    """Deny purchases above the price."""

    def __init__(self, config: CeilingConfig) -> None:
        self._price = config.price

    def assess(self, intent: OrderIntent, view: RiskView) -> Verdict:
        """Return the verdict on one intended order."""
        if intent.side is Side.SELL or intent.price <= self._price:
            return Approved()
        reason = f"price {intent.price} is above the ceiling {self._price}"
        return Denied(rule="acme_ceiling", reason=reason)


def build(config: CeilingConfig, context: BuildContext) -> Ceiling:
    """Return the rule."""
    return Ceiling(config)
