"""The rule that lets nothing new in while trading is paused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.model.verdict import Approved, Denied
from realtrade.plugins.ports.risk import Needs

if TYPE_CHECKING:
    from realtrade.model.order import OrderIntent
    from realtrade.model.verdict import Verdict
    from realtrade.plugins.ports.risk import RiskView


class PauseRule:
    """Deny orders that add exposure while paused.

    Orders that reduce a position pass, and cancels are never asked about: a pause must not lock
    anyone inside a position.
    """

    name = "pause"
    needs = Needs()

    def __init__(self) -> None:
        self.paused = False
        """Set from any thread, read for every order."""

    @property
    def dormant(self) -> bool:
        """Tell whether every order would be approved now."""
        return not self.paused

    def assess(self, intent: OrderIntent, view: RiskView) -> Verdict:
        """Return the verdict on one intended order."""
        if self.paused and not view.reduces(intent):
            reason = f"trading is paused: {intent.symbol} may only be reduced"
            return Denied(rule=self.name, reason=reason)
        return Approved()
