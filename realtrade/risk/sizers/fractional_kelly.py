"""A fraction of what Kelly would bet, under a cap."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from realtrade.plugins.config import PluginConfig
from realtrade.risk.settings import (
    Fraction,
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


class FractionalKellyConfig(PluginConfig):
    """Settings of the `fractional_kelly` sizer.

    Example:
        ```yaml
        sizing: {type: fractional_kelly, win_rate: 55%, payoff: 1.2, fraction: 50%, cap: 20%}
        ```
    """

    type: Literal["fractional_kelly"] = "fractional_kelly"
    win_rate: Fraction
    """Share of trades won, as you know it from your own tests."""
    payoff: PositiveNumber
    """Average win divided by average loss."""
    fraction: Fraction = Decimal("0.5")
    """Share of the full Kelly bet to take: half of it grows three quarters as fast, far calmer."""
    cap: PositivePercent = Decimal("0.25")
    """Value of an entry at most, as a share of equity."""
    slippage: NotNegativePercent = Decimal(0)
    """Set aside for filling at a worse price than the last close, as a share of it."""
    leverage: Leverage = Decimal(1)
    """On a swap, value per free cash at most; spot always takes 1."""


class FractionalKelly:
    """Buy for `fraction` of the Kelly share of equity, at most `cap`.

    The Kelly share is p - (1 - p) / b for a win rate p and a payoff b (Kelly, A New Interpretation
    of Information Rate, 1956); at zero or less there is no edge and nothing is bought. Both come
    from the settings and are not estimated from a few live trades.

    The same in a backtest and live.
    """

    def __init__(self, config: FractionalKellyConfig, context: BuildContext) -> None:
        self._config = config

    def quantity(self, request: SizingRequest, account: AccountView) -> Decimal:
        """Return an unsigned quantity in whole lots; zero means no order."""
        done = closing(request, account)
        if done is not None:
            return done
        config = self._config
        kelly = config.win_rate - (1 - config.win_rate) / config.payoff
        share = min(max(kelly, Decimal(0)) * config.fraction, config.cap)
        unit = request.price * account.instrument(request.symbol).contract_size
        wanted = max(account.equity, Decimal(0)) * share / unit
        return entry(wanted, request, account, slippage=config.slippage, leverage=config.leverage)
