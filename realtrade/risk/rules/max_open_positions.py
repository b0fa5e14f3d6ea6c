"""Keep the number of symbols held within a limit."""

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


class MaxOpenPositionsConfig(PluginConfig):
    """Settings of the `max_open_positions` rule.

    Example:
        ```yaml
        risk:
          few: {type: max_open_positions, max: 3}
        ```
    """

    type: Literal["max_open_positions"] = "max_open_positions"
    max: Count
    """Most symbols held at once."""


class MaxOpenPositions:
    """Deny entering another symbol while as many as allowed are held.

    A symbol with an order at work counts as held. Orders of symbols already held pass.

    Backtest and live: the same.
    """

    def __init__(self, config: MaxOpenPositionsConfig, context: BuildContext) -> None:
        self.name = context.name
        self.needs = Needs()
        self._max = config.max

    def assess(self, intent: OrderIntent, view: RiskView) -> Verdict:
        """Return a denial for one symbol too many."""
        taken = _taken(view)
        if intent.symbol in taken or len(taken) < self._max or view.reduces(intent):
            return Approved()
        reason = f"{len(taken)} symbols are held or ordered, limit {self._max}"
        return Denied(self.name, reason)

    def reading(self, view: RiskView) -> Reading:
        """Return the symbols held or ordered against the limit."""
        count = len(_taken(view))
        text = f"{count} symbols held or ordered of {self._max} allowed"
        return Reading(self.name, Decimal(count), Decimal(self._max), count >= self._max, text)


def _taken(view: RiskView) -> set[str]:
    held = {symbol for symbol, position in view.positions.items() if position.quantity}
    return held | {order.symbol for order in view.open_orders}
