"""Stop while there is still something left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from realtrade.model.verdict import Approved
from realtrade.plugins.config import PluginConfig
from realtrade.plugins.ports.risk import Needs, Reading
from realtrade.plugins.values import MoneyAmount
from realtrade.risk.consequence import Consequence
from realtrade.risk.settings import Outcome, Span
from realtrade.risk.steps import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.model.order import OrderIntent
    from realtrade.model.verdict import Action, Verdict
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.plugins.ports.risk import RiskView


class MinimumEquityConfig(PluginConfig):
    """Settings of the `minimum_equity` rule.

    Example:
        ```yaml
        risk:
          floor: {type: minimum_equity, limit: 5000 USDT, action: flatten_and_halt}
        ```
    """

    type: Literal["minimum_equity"] = "minimum_equity"
    limit: MoneyAmount
    """Least equity, in the account's currency; no currency is converted."""
    action: Outcome = "halt"
    """Below it: deny new exposure, also halt, or also close everything."""
    halt_for: Span | None = None
    """How long a halt lasts; until a person resumes it when left out."""


class MinimumEquity:
    """Deny new exposure while equity is below the limit; reductions always pass.

    Equity includes open positions, at the last close. Resuming does not move the limit: below it
    the rule halts again.

    Backtest: looked at on every bar and at every order. Live: the same, and the halt survives a
    restart.
    """

    def __init__(self, config: MinimumEquityConfig, context: BuildContext) -> None:
        self.name = context.name
        self._limit = config.limit.amount
        self._then = Consequence(self.name, config.action, config.halt_for)
        self.needs = Needs(actions=self._then.acts, watch=self._then.acts)

    def assess(self, intent: OrderIntent, view: RiskView) -> Verdict:
        """Return a denial below the limit."""
        if view.equity >= self._limit or view.reduces(intent):
            return Approved()
        return self._then.denied(self.reading(view).text, view.now_ms)

    def watch(self, view: RiskView) -> Sequence[Action]:
        """Return the action below the limit."""
        if view.equity >= self._limit:
            return ()
        return self._then.actions(self.reading(view).text, view.now_ms)

    def reading(self, view: RiskView) -> Reading:
        """Return equity against the limit."""
        breached = view.equity < self._limit
        verb = "is below" if breached else "is above"
        text = f"equity {shown(view.equity)} {verb} the limit {shown(self._limit)}"
        return Reading(self.name, view.equity, self._limit, breached, text, floor=True)
