"""Keep an order from paying far more, or asking far less, than the market does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from realtrade.model.order import Side
from realtrade.model.verdict import Approved, Denied
from realtrade.plugins.config import PluginConfig
from realtrade.plugins.ports.risk import Needs
from realtrade.risk.settings import PositivePercent
from realtrade.risk.steps import shown

if TYPE_CHECKING:
    from realtrade.model.order import OrderIntent
    from realtrade.model.verdict import Verdict
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.plugins.ports.risk import RiskView


class PriceCollarConfig(PluginConfig):
    """Settings of the `price_collar` rule.

    Example:
        ```yaml
        risk:
          collar: {type: price_collar, limit: 5%}
        ```
    """

    type: Literal["price_collar"] = "price_collar"
    limit: PositivePercent
    """How far past the last close a limit price may go, on the side that costs money."""


class PriceCollar:
    """Deny a limit price too far above the last close when buying, below when selling.

    A stop-limit order is measured from its stop price instead. Orders without a limit price, and
    prices on the patient side, pass. Exits are checked, too: the rule is there against a wrong
    price, not against exposure, and the same exit with a right one passes.

    Backtest and live: the same; live the last close may be older than the market.
    """

    def __init__(self, config: PriceCollarConfig, context: BuildContext) -> None:
        self.name = context.name
        self.needs = Needs()
        self._limit = config.limit

    def assess(self, intent: OrderIntent, view: RiskView) -> Verdict:
        """Return a denial for a price past the collar."""
        price, market = intent.limit_price, intent.stop_price or view.price(intent.symbol)
        if price is None or market <= 0:
            return Approved()
        past = price / market - 1 if intent.side is Side.BUY else 1 - price / market
        if past <= self._limit:
            return Approved()
        reason = f"limit price {shown(price)} is {past:.2%} past {shown(market)}"
        return Denied(self.name, f"{reason}, limit {self._limit:.2%}")
