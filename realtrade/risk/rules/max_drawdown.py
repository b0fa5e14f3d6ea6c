"""Stop adding exposure once equity has fallen too far below its peak."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from realtrade.model.verdict import Approved
from realtrade.plugins.config import PluginConfig
from realtrade.plugins.ports.risk import Needs, Reading
from realtrade.risk.consequence import Consequence
from realtrade.risk.settings import AmountText, Outcome, Span
from realtrade.risk.steps import shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from realtrade.model.order import OrderIntent
    from realtrade.model.verdict import Action, Verdict
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.plugins.ports.risk import RiskView


class MaxDrawdownConfig(PluginConfig):
    """Settings of the `max_drawdown` rule.

    Example:
        ```yaml
        risk:
          drawdown: {type: max_drawdown, limit: 15%, action: flatten_and_halt}
          month:    {type: max_drawdown, limit: 2000 USDT, window: 30d, action: halt, halt_for: 2d}
        ```
    """

    type: Literal["max_drawdown"] = "max_drawdown"
    limit: AmountText
    """Fall of equity from its peak: `15%` of the peak, or money such as `2000 USDT`."""
    window: Span | None = None
    """Look for the peak in this last span only; since the start when left out."""
    action: Outcome = "deny"
    """At the limit: deny new exposure, also halt, or also close everything."""
    halt_for: Span | None = None
    """How long a halt lasts; until a person resumes it when left out. The peak then starts anew."""


class MaxDrawdown:
    """Deny orders that add exposure while drawdown is at or above the limit.

    Equity includes open positions, at the last close. Orders that reduce a position always pass: a
    rule must never lock a strategy inside the position that is hurting it. With `deny` and all
    positions closed equity cannot recover, so without `window` the denial lasts; `halt` can be
    resumed, and measures from there.

    Backtest: looked at on every bar and at every order; nobody resumes, so a halt without
    `halt_for` lasts to the end. Live: the same, and the halt survives a restart.
    """

    def __init__(self, config: MaxDrawdownConfig, context: BuildContext) -> None:
        self.name = context.name
        self._limit = config.limit
        self._window = config.window
        self._then = Consequence(self.name, config.action, config.halt_for)
        self.needs = Needs(
            equity=True,
            window=config.window or timedelta(0),
            actions=self._then.acts,
            watch=self._then.acts,
        )

    def assess(self, intent: OrderIntent, view: RiskView) -> Verdict:
        """Return a denial for new exposure from the limit on."""
        if not self._breached(view) or view.reduces(intent):
            return Approved()
        return self._then.denied(self.reading(view).text, view.now_ms)

    def watch(self, view: RiskView) -> Sequence[Action]:
        """Return the action from the limit on."""
        if not self._breached(view):
            return ()
        return self._then.actions(self.reading(view).text, view.now_ms)

    def reading(self, view: RiskView) -> Reading:
        """Return drawdown against the limit."""
        peak = self._peak(view)
        fall, limit = peak - view.equity, self._limit.of(peak)
        breached = self._breached(view)
        verb = "has reached" if breached else "of"
        if self._limit.fraction is None:
            text = f"drawdown {shown(fall)} {verb} the limit {shown(limit)}"
        else:
            share = fall / peak if peak > 0 else self._limit.fraction
            text = f"drawdown {share:.2%} {verb} the limit {self._limit.fraction:.2%}"
        return Reading(self.name, fall, limit, breached, text)

    def _breached(self, view: RiskView) -> bool:
        peak = self._peak(view)
        return peak - view.equity >= self._limit.of(peak)

    def _peak(self, view: RiskView) -> Decimal:
        since = view.resumed(self.name)
        if self._window is None:
            return view.peak_equity if since is None else max(since.peak, view.equity)
        peak = view.peak_within(self._window)
        return peak if since is None else max(min(peak, since.peak), view.equity)
