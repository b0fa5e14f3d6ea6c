"""Losing too much since midnight or since Monday: what daily and weekly loss have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from realtrade.model.verdict import Approved
from realtrade.plugins.ports.risk import Needs, Reading
from realtrade.risk.consequence import Consequence
from realtrade.risk.steps import shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from realtrade.model.order import OrderIntent
    from realtrade.model.verdict import Action, Verdict
    from realtrade.plugins.ports.risk import RiskView, Unit
    from realtrade.risk.settings import Amount, Outcome

Until = Literal["next", "resumed"]


class PeriodLoss:
    """Deny orders that add exposure once a day or a week has lost too much.

    Measured on equity, open positions included, against the equity at the period's start, so what
    a gap over midnight lost counts. A halt ends with the period, or when a person resumes it.
    """

    def __init__(
        self,
        name: str,
        unit: Unit,
        *,
        limit: Amount,
        timezone: str,
        action: Outcome,
        until: Until,
    ) -> None:
        self.name = name
        self._unit: Unit = unit
        self._timezone = timezone
        self._limit = limit
        self._until = until
        self._then = Consequence(name, action)
        self.needs = Needs(
            periods=frozenset({(unit, timezone)}), actions=self._then.acts, watch=self._then.acts
        )

    def assess(self, intent: OrderIntent, view: RiskView) -> Verdict:
        """Return a denial for new exposure from the limit on."""
        if not self._breached(view) or view.reduces(intent):
            return Approved()
        return self._then.denied(self.reading(view).text, view.now_ms, self._end_ms(view))

    def watch(self, view: RiskView) -> Sequence[Action]:
        """Return the action from the limit on."""
        if not self._breached(view):
            return ()
        return self._then.actions(self.reading(view).text, view.now_ms, self._end_ms(view))

    def reading(self, view: RiskView) -> Reading:
        """Return the loss of the present period against the limit."""
        start = self._start(view)
        loss, limit = start - view.equity, self._limit.of(start)
        breached = self._breached(view)
        verb = "has reached" if breached else "of"
        share = f" ({loss / start:.2%})" if start > 0 else ""
        text = f"loss of the {self._unit} {shown(loss)}{share} {verb} the limit {self._limit}"
        return Reading(self.name, loss, limit, breached, text)

    def _breached(self, view: RiskView) -> bool:
        start = self._start(view)
        return start - view.equity >= self._limit.of(start)

    def _start(self, view: RiskView) -> Decimal:
        """Return the equity to measure from: the period's start, or a later end of a halt."""
        period = view.period(self._unit, self._timezone)
        since = view.resumed(self.name)
        return since.equity if since and since.time_ms > period.start_ms else period.equity

    def _end_ms(self, view: RiskView) -> int | None:
        if self._until == "resumed":
            return None
        return view.period(self._unit, self._timezone).end_ms + 1  # its last moment is midnight
