"""Always for the same amount of money."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from realtrade.plugins.config import PluginConfig
from realtrade.plugins.values import MoneyAmount
from realtrade.risk.settings import Leverage, NotNegativePercent
from realtrade.risk.sizing import closing, entry

if TYPE_CHECKING:
    from realtrade.plugins.ports.account import AccountView
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.plugins.ports.risk import SizingRequest


class FixedNotionalConfig(PluginConfig):
    """Settings of the `fixed_notional` sizer.

    Example:
        ```yaml
        sizing: {type: fixed_notional, amount: 500 USDT}
        ```
    """

    type: Literal["fixed_notional"] = "fixed_notional"
    amount: MoneyAmount
    """Value of each entry at the last close, in the account's currency."""
    slippage: NotNegativePercent = Decimal(0)
    """Set aside for filling at a worse price than the last close, as a share of it."""
    leverage: Leverage = Decimal(1)
    """On a swap, value per free cash at most; spot always takes 1."""


class FixedNotional:
    """Buy for the same amount each time, less where the cash does not pay for it.

    The same in a backtest and live.
    """

    def __init__(self, config: FixedNotionalConfig, context: BuildContext) -> None:
        self._config = config

    def quantity(self, request: SizingRequest, account: AccountView) -> Decimal:
        """Return an unsigned quantity in whole lots; zero means no order."""
        done = closing(request, account)
        if done is not None:
            return done
        config = self._config
        unit = request.price * account.instrument(request.symbol).contract_size
        wanted = config.amount.amount / unit
        return entry(wanted, request, account, slippage=config.slippage, leverage=config.leverage)
