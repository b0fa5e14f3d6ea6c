"""Enter only while buying and selling prices are close together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from realtrade.model.verdict import Approved, Denied
from realtrade.plugins.config import PluginConfig
from realtrade.plugins.ports.risk import Needs
from realtrade.risk.settings import PositivePercent

if TYPE_CHECKING:
    from realtrade.model.order import OrderIntent
    from realtrade.model.verdict import Verdict
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.plugins.ports.risk import RiskView


class SpreadGuardConfig(PluginConfig):
    """Settings of the `spread_guard` rule.

    Example:
        ```yaml
        risk:
          spread: {type: spread_guard, limit: 20 bps}
        ```
    """

    type: Literal["spread_guard"] = "spread_guard"
    limit: PositivePercent
    """Widest spread: ask minus bid as a share of their middle."""
    unknown: Literal["pass", "deny"] = "pass"
    """What to do where no book is known, as in every backtest on bars."""


class SpreadGuard:
    """Deny new exposure while the spread is wider than the limit; reductions always pass.

    Backtest: bars know no spread, so the rule does what `unknown` says. Live: the newest book.
    """

    def __init__(self, config: SpreadGuardConfig, context: BuildContext) -> None:
        self.name = context.name
        self.needs = Needs()
        self._limit = config.limit
        self._deny_unknown = config.unknown == "deny"

    def assess(self, intent: OrderIntent, view: RiskView) -> Verdict:
        """Return a denial for too wide a spread."""
        spread = view.spread(intent.symbol)
        wide = self._deny_unknown if spread is None else spread > self._limit
        if not wide or view.reduces(intent):
            return Approved()
        fact = "unknown" if spread is None else f"{spread:.4%}"
        reason = f"the spread of {intent.symbol} is {fact}, limit {self._limit:.4%}"
        return Denied(self.name, reason)
