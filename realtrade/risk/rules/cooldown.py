"""Wait after an exit, or after a loss, before entering again."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from realtrade.model.verdict import Approved, Denied
from realtrade.plugins.config import PluginConfig
from realtrade.plugins.ports.risk import Needs, Reading
from realtrade.risk.settings import Span

if TYPE_CHECKING:
    from realtrade.model.order import OrderIntent
    from realtrade.model.remembered import ClosedTrade
    from realtrade.model.verdict import Verdict
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.plugins.ports.risk import RiskView

_MS = timedelta(milliseconds=1)


class CooldownConfig(PluginConfig):
    """Settings of the `cooldown` rule.

    Example:
        ```yaml
        risk:
          calm: {type: cooldown, after_exit: 1h, after_loss: 6h}
        ```
    """

    type: Literal["cooldown"] = "cooldown"
    after_exit: Span | None = None
    """How long to wait after a position was closed."""
    after_loss: Span | None = None
    """How long to wait after one was closed at a loss, fees included."""
    scope: Literal["symbol", "account"] = "symbol"
    """Wait with the same symbol only, or with all."""

    @model_validator(mode="after")
    def _is_a_wait(self) -> Self:
        if self.after_exit is None and self.after_loss is None:
            code, message = "realtrade_limit", "a cooldown needs `after_exit` or `after_loss`"
            raise PydanticCustomError(code, message)
        return self


class Cooldown:
    """Deny new exposure until the wait is over; reductions always pass.

    Backtest and live: time is the bars' own; the wait survives a restart.
    """

    def __init__(self, config: CooldownConfig, context: BuildContext) -> None:
        self.name = context.name
        self._after_exit = config.after_exit or timedelta(0)
        self._after_loss = max(config.after_loss or timedelta(0), self._after_exit)
        self._scope = config.scope
        self.needs = Needs(trades_within=self._after_loss)

    def assess(self, intent: OrderIntent, view: RiskView) -> Verdict:
        """Return a denial while the wait lasts."""
        if view.reduces(intent):
            return Approved()
        for trade in reversed(view.trades):
            left_ms = self._left_ms(trade, view)
            if left_ms > 0 and (self._scope == "account" or trade.symbol == intent.symbol):
                return Denied(self.name, self._text(trade, left_ms))
        return Approved()

    def reading(self, view: RiskView) -> Reading:
        """Return the longest wait that is left, of any symbol, in seconds."""
        text, longest_ms = "nothing to wait for", 0
        for trade in view.trades:
            left_ms = self._left_ms(trade, view)
            if left_ms > longest_ms:
                text, longest_ms = self._text(trade, left_ms), left_ms
        left_s = Decimal(longest_ms) / 1000
        return Reading(self.name, left_s, Decimal(0), longest_ms > 0, text)

    def _left_ms(self, trade: ClosedTrade, view: RiskView) -> int:
        return trade.closed_ms + self._wait(trade) // _MS - view.now_ms

    def _wait(self, trade: ClosedTrade) -> timedelta:
        return self._after_loss if trade.pnl < 0 else self._after_exit

    def _text(self, trade: ClosedTrade, left_ms: int) -> str:
        result = "at a loss" if trade.pnl < 0 else "in profit"
        left = timedelta(milliseconds=left_ms)
        return f"{trade.symbol} was closed {result}, {left} of {self._wait(trade)} are left to wait"
