"""The rule that keeps a strategy from trading on bars that were there before it was started."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.model.verdict import Approved, Denied
from realtrade.plugins.ports.risk import Needs

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.model.order import OrderIntent
    from realtrade.model.verdict import Verdict
    from realtrade.plugins.ports.risk import RiskView


class WarmUpRule:
    """Deny every order while history is being shown to the strategy, reductions too.

    History lets indicators and a strategy's own memory settle; its prices are gone, so neither an
    entry nor an exit decided on them may go out.
    """

    name = "warm_up"
    needs = Needs()

    def __init__(self, warming_up: Callable[[], bool]) -> None:
        self._warming_up = warming_up

    def assess(self, intent: OrderIntent, view: RiskView) -> Verdict:
        """Return the verdict on one intended order."""
        if self._warming_up():
            reason = f"{intent.symbol}: bars from before the start are not traded"
            return Denied(rule=self.name, reason=reason)
        return Approved()
