"""Lose the same share of equity when the stop is met."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Literal, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from realtrade.model.order import Side
from realtrade.plugins.config import PluginConfig
from realtrade.risk.ranges import average_true_range
from realtrade.risk.settings import (
    Count,
    Leverage,
    NotNegativePercent,
    PositiveNumber,
    PositivePercent,
)
from realtrade.risk.sizing import closing, entry

if TYPE_CHECKING:
    from realtrade.plugins.ports.account import AccountView
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.plugins.ports.risk import SizingRequest


class RiskPerTradeConfig(PluginConfig):
    """Settings of the `risk_per_trade` sizer.

    Example:
        ```yaml
        sizing: {type: risk_per_trade, risk: 1%, stop: 3%}
        ```
    """

    type: Literal["risk_per_trade"] = "risk_per_trade"
    risk: PositivePercent
    """Share of equity to lose between entry and stop, fees both ways included."""
    stop: PositivePercent | None = None
    """Distance of the stop, as a share of the entry price; write the stop's own."""
    atr_multiple: PositiveNumber | None = None
    """Distance of the stop in average true ranges instead."""
    period: Count = 14
    """Bars of the symbol's shortest feed the range is averaged over."""
    slippage: NotNegativePercent = Decimal(0)
    """Set aside for filling at a worse price than the last close, as a share of it."""
    leverage: Leverage = Decimal(1)
    """On a swap, value per free cash at most; spot always takes 1."""

    @model_validator(mode="after")
    def _is_one_distance(self) -> Self:
        if self.stop is not None and self.atr_multiple is not None:
            code, message = "realtrade_limit", "write either `stop` or `atr_multiple`"
            raise PydanticCustomError(code, message)
        return self


class RiskPerTrade:
    """Buy as much as loses `risk` of equity when the stop is met, less where the cash ends.

    A stop price the strategy names with its order wins over the settings. Where the distance is
    not known, as before enough bars for the range, nothing is bought. A gap through the stop loses
    more.

    The same in a backtest and live.
    """

    def __init__(self, config: RiskPerTradeConfig, context: BuildContext) -> None:
        self._config = config

    def quantity(self, request: SizingRequest, account: AccountView) -> Decimal:
        """Return an unsigned quantity in whole lots; zero means no order."""
        done = closing(request, account)
        if done is not None:
            return done
        config = self._config
        distance = self._distance(request, account)
        if distance is None:
            return Decimal(0)
        contract = account.instrument(request.symbol).contract_size
        costs = request.price * (2 * request.fee_rate + config.slippage)
        budget = max(account.equity, Decimal(0)) * config.risk
        wanted = budget / ((distance + costs) * contract)
        return entry(wanted, request, account, slippage=config.slippage, leverage=config.leverage)

    def _distance(self, request: SizingRequest, account: AccountView) -> Decimal | None:
        """Return how far the stop is from the price, or None where that is not known."""
        config = self._config
        if request.stop_price is not None:
            distance = request.price - request.stop_price
            distance = distance if request.side is Side.BUY else -distance
            return distance if distance > 0 else None
        if config.stop is not None:
            return request.price * config.stop
        true_range = average_true_range(account, request.symbol, config.period)
        if not true_range or config.atr_multiple is None:
            return None
        return config.atr_multiple * true_range
