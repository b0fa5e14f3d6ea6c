"""Keep a position, or all of them together, from growing past a limit."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Literal, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from realtrade.model.verdict import Action, ActionKind, Approved
from realtrade.plugins.config import PluginConfig
from realtrade.plugins.ports.risk import Needs, Reading
from realtrade.risk.exposure import allowed, cut, gross, unit_value
from realtrade.risk.settings import AmountText, Cut, PositiveNumber, Symbols
from realtrade.risk.steps import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.model.order import OrderIntent
    from realtrade.model.verdict import Verdict
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.plugins.ports.risk import RiskView


class MaxPositionConfig(PluginConfig):
    """Settings of the `max_position` rule.

    Example:
        ```yaml
        risk:
          per_symbol: {type: max_position, notional: 20%}
          in_all:     {type: max_position, notional: 100%, scope: total}
          btc:        {type: max_position, quantity: 0.5, symbols: [BTC/USDT], action: deny}
        ```
    """

    type: Literal["max_position"] = "max_position"
    quantity: PositiveNumber | None = None
    """Most units or contracts of one symbol, long or short."""
    notional: AmountText | None = None
    """Most value, as a share of equity such as `20%` or as money such as `5000 USDT`."""
    scope: Literal["symbol", "total"] = "symbol"
    """Each symbol by itself, or the sum of all long and short values."""
    symbols: Symbols = ()
    """Symbols it is for; all when left out."""
    action: Cut = "reduce"
    """`reduce` cuts an order down to what fits, `deny` refuses it whole."""
    trim: bool = False
    """Also sell off, at the bar's end, what prices have lifted above the limit (scope `symbol`)."""

    @model_validator(mode="after")
    def _is_a_limit(self) -> Self:
        if self.quantity is None and self.notional is None:
            code, message = "realtrade_limit", "a max_position needs `quantity` or `notional`"
            raise PydanticCustomError(code, message)
        if self.scope == "total" and (self.quantity is not None or self.trim):
            code, message = "realtrade_limit", "scope `total` takes `notional` alone"
            raise PydanticCustomError(code, message)
        return self


class MaxPosition:
    """Cut or deny orders that could take a position past its limit.

    Orders at work count as if filled, so that no number of them together gets past it; what only
    reduces a position always passes. Values are taken at the last close, or at the order's own
    price when that is higher: a market order filled after a gap can exceed a notional by that gap.

    One race is left open on purpose. Orders that only reduce are not counted, or a stop at rest
    would keep a strategy from turning around. Should such an order be filled while a market order
    through zero is on its way, the position may exceed the limit once, by no more than what that
    order has closed. Nothing further in that direction passes then, and `trim` sells it off.

    Backtest and live: the same. Live, an exchange may add limits of its own.
    """

    def __init__(self, config: MaxPositionConfig, context: BuildContext) -> None:
        self.name = context.name
        self.needs = Needs(watch=config.trim)
        self._config = config

    def assess(self, intent: OrderIntent, view: RiskView) -> Verdict:
        """Return how much of the order keeps within the limit."""
        config = self._config
        if config.symbols and intent.symbol not in config.symbols:
            return Approved()
        limit, text = self._limit(intent.symbol, unit_value(intent, view), view)
        fits = allowed(intent, view, limit)
        what = "all positions" if config.scope == "total" else f"position of {intent.symbol}"
        reason = f"{what} with {shown(intent.quantity)} more would exceed {text}"
        return cut(self.name, intent, fits, f"{reason}; {shown(fits)} fit", config.action)

    def watch(self, view: RiskView) -> Sequence[Action]:
        """Return a CLOSE of what exceeds the limit, for each symbol, when `trim` is set."""
        actions: list[Action] = []
        for symbol in self._watched(view) if self._config.trim else ():
            held = abs(view.position(symbol).quantity)
            limit, text = self._limit(symbol, _value(symbol, view), view)
            if held > limit:
                reason = f"position of {symbol} is {shown(held)}, limit {text}"
                share = 1 - max(limit, Decimal(0)) / held
                actions.append(Action(ActionKind.CLOSE, self.name, reason, symbol, share))
        return actions

    def reading(self, view: RiskView) -> Reading:
        """Return what of a limit is used, in units: of all together, or of the fullest symbol."""
        if self._config.scope == "total":
            return self._total(view)
        fullest = Reading(self.name, Decimal(0), Decimal(0), breached=False, text="nothing is held")
        most = Decimal(-1)
        for symbol in self._watched(view):
            held = abs(view.position(symbol).quantity)
            limit, limit_text = self._limit(symbol, _value(symbol, view), view)
            share = held / limit if limit > 0 else Decimal("Infinity")
            if share > most:
                most, text = share, f"position of {symbol} is {shown(held)}, limit {limit_text}"
                fullest = Reading(self.name, held, limit, held > limit, text)
        return fullest

    def _total(self, view: RiskView) -> Reading:
        config = self._config
        value = gross(view, among=config.symbols or None)
        limit = Decimal(0) if config.notional is None else config.notional.of(view.equity)
        text = f"all positions are worth {shown(value)}, limit {config.notional}"
        return Reading(self.name, value, limit, value > limit, text)

    def _watched(self, view: RiskView) -> Sequence[str]:
        """Return what is held, has a price, and is meant."""
        meant = self._config.symbols
        return [
            symbol
            for symbol, position in view.positions.items()
            if position.quantity and (not meant or symbol in meant) and view.price(symbol) > 0
        ]

    def _limit(self, symbol: str, value: Decimal, view: RiskView) -> tuple[Decimal, str]:
        """Return the limit in units of `symbol`, each worth `value`, and the limit as written."""
        config = self._config
        limits = []
        if config.quantity is not None:
            limits.append((config.quantity, shown(config.quantity)))
        if config.notional is not None:
            money = config.notional.of(view.equity)
            if config.scope == "total":
                money -= gross(view, among=config.symbols or None, without=symbol)
            limits.append((money / value, f"{config.notional}"))
        return min(limits)


def _value(symbol: str, view: RiskView) -> Decimal:
    return view.price(symbol) * view.instrument(symbol).contract_size
