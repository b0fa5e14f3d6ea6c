"""Treat symbols that move together as one: a limit for the group."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from realtrade.model.verdict import Approved, Denied
from realtrade.plugins.config import PluginConfig
from realtrade.plugins.ports.risk import Needs, Reading
from realtrade.risk.exposure import allowed, cut, gross, unit_value, worst
from realtrade.risk.settings import AmountText, Count, Cut, Symbols
from realtrade.risk.steps import shown

if TYPE_CHECKING:
    from realtrade.model.order import OrderIntent
    from realtrade.model.verdict import Verdict
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.plugins.ports.risk import RiskView


class CorrelationGroupConfig(PluginConfig):
    """Settings of the `correlation_group` rule.

    Example:
        ```yaml
        risk:
          majors:
            type: correlation_group
            symbols: [BTC/USDT, ETH/USDT, SOL/USDT]
            notional: 40%
            positions: 2
        ```
    """

    type: Literal["correlation_group"] = "correlation_group"
    symbols: Annotated[Symbols, Field(min_length=1)]
    """The symbols of the group; the trader names them, nothing is estimated."""
    notional: AmountText | None = None
    """Most value of the group, long and short added up, as a share of equity or as money."""
    positions: Count | None = None
    """Most symbols of the group held or ordered at once."""
    action: Cut = "reduce"
    """Above `notional`: `reduce` cuts an order down to what fits, `deny` refuses it whole."""

    @model_validator(mode="after")
    def _is_a_limit(self) -> Self:
        if self.notional is None and self.positions is None:
            code, message = (
                "realtrade_limit",
                "a correlation_group needs `notional` or `positions`",
            )
            raise PydanticCustomError(code, message)
        return self


class CorrelationGroup:
    """Cut or deny orders that could take a group of symbols past its limit.

    Orders at work count as if filled; what only reduces a position always passes, and so does
    every symbol outside the group.

    Backtest and live: the same.
    """

    def __init__(self, config: CorrelationGroupConfig, context: BuildContext) -> None:
        self.name = context.name
        self.needs = Needs()
        self._config = config

    def assess(self, intent: OrderIntent, view: RiskView) -> Verdict:
        """Return how much of the order keeps the group within its limit."""
        config, symbol = self._config, intent.symbol
        if symbol not in config.symbols:
            return Approved()
        others = [other for other in config.symbols if other != symbol and worst(other, view)]
        crowded = config.positions is not None and len(others) >= config.positions
        if crowded and not view.position(symbol).quantity:
            reason = f"{len(others)} others of the group are held, limit {config.positions}"
            return Approved() if view.reduces(intent) else Denied(self.name, reason)
        if config.notional is None:
            return Approved()
        room = config.notional.of(view.equity) - gross(view, among=others)
        fits = allowed(intent, view, room / unit_value(intent, view))
        reason = (
            f"the group with {shown(intent.quantity)} {symbol} more would exceed {config.notional}"
        )
        return cut(self.name, intent, fits, f"{reason}; {shown(fits)} fit", config.action)

    def reading(self, view: RiskView) -> Reading:
        """Return the group's value, or its number of symbols, against the limit."""
        config = self._config
        if config.notional is not None:
            value, limit = gross(view, among=config.symbols), config.notional.of(view.equity)
            text = f"the group is worth {shown(value)}, limit {config.notional}"
            return Reading(self.name, value, limit, value > limit, text)
        count = sum(bool(worst(symbol, view)) for symbol in config.symbols)
        limit = Decimal(config.positions or 0)
        text = f"{count} symbols of the group are held or ordered, limit {limit}"
        return Reading(self.name, Decimal(count), limit, count > limit, text)
