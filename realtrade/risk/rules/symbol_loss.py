"""Leave a symbol alone for a while once it has lost too often or too much."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from realtrade.model.verdict import Approved, Denied
from realtrade.plugins.config import PluginConfig
from realtrade.plugins.ports.risk import Needs, Reading
from realtrade.risk.settings import Count, PositivePercent, Span

if TYPE_CHECKING:
    from realtrade.model.order import OrderIntent
    from realtrade.model.remembered import ClosedTrade
    from realtrade.model.verdict import Verdict
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.plugins.ports.risk import RiskView

_MS = timedelta(milliseconds=1)


class SymbolLossConfig(PluginConfig):
    """Settings of the `symbol_loss` rule.

    Example:
        ```yaml
        risk:
          guard: {type: symbol_loss, losses: 3, within: 24h, pause: 12h}
          low:   {type: symbol_loss, loss: 5%, within: 7d, pause: 2d}
        ```
    """

    type: Literal["symbol_loss"] = "symbol_loss"
    losses: Count | None = None
    """Losing trades of a symbol within the span at which to leave it alone."""
    loss: PositivePercent | None = None
    """Sum of its trades' results at which to, each as a share of what was put into it."""
    within: Span
    """The span, up to the last loss."""
    pause: Span
    """How long from the last loss on."""

    @model_validator(mode="after")
    def _is_a_limit(self) -> Self:
        if self.losses is None and self.loss is None:
            code, message = "realtrade_limit", "a symbol_loss needs `losses` or `loss`"
            raise PydanticCustomError(code, message)
        return self


class SymbolLoss:
    """Deny new exposure in a symbol after too many losses, or too great a one, in a span.

    Results are after fees. Reductions always pass, and other symbols are not affected.

    Backtest and live: time is the bars' own; the pause survives a restart.
    """

    def __init__(self, config: SymbolLossConfig, context: BuildContext) -> None:
        self.name = context.name
        self.needs = Needs(trades_within=config.within + config.pause)
        self._config = config

    def assess(self, intent: OrderIntent, view: RiskView) -> Verdict:
        """Return a denial while the pause lasts."""
        if not (what := self._paused(intent.symbol, view)) or view.reduces(intent):
            return Approved()
        return Denied(self.name, what)

    def reading(self, view: RiskView) -> Reading:
        """Return how many symbols are left alone now."""
        symbols = dict.fromkeys(trade.symbol for trade in view.trades)
        found = [what for symbol in symbols if (what := self._paused(symbol, view))]
        text = "; ".join(found) or "no symbol is left alone"
        return Reading(self.name, Decimal(len(found)), Decimal(0), bool(found), text)

    def _paused(self, symbol: str, view: RiskView) -> str:
        """Return why a symbol is left alone now; empty when it is not."""
        trades = [trade for trade in view.trades if trade.symbol == symbol]
        last = next((trade for trade in reversed(trades) if trade.pnl < 0), None)
        if last is None or view.now_ms >= last.closed_ms + self._config.pause // _MS:
            return ""
        start_ms = last.closed_ms - self._config.within // _MS
        recent = [trade for trade in trades if start_ms < trade.closed_ms <= last.closed_ms]
        what = self._breach(recent)
        return what and f"{symbol} {what}, pausing for {self._config.pause}"

    def _breach(self, recent: list[ClosedTrade]) -> str:
        config = self._config
        losses = sum(trade.pnl < 0 for trade in recent)
        if config.losses is not None and losses >= config.losses:
            return f"lost {losses} times within {config.within}, limit {config.losses}"
        total = -sum((trade.gain for trade in recent), Decimal(0))
        if config.loss is not None and total >= config.loss:
            return f"lost {total:.2%} within {config.within}, limit {config.loss:.2%}"
        return ""
