"""A share of what the account is worth."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from realtrade.plugins.config import PluginConfig
from realtrade.risk.settings import Leverage, NotNegativePercent, PositivePercent
from realtrade.risk.sizing import closing, entry

if TYPE_CHECKING:
    from realtrade.plugins.ports.account import AccountView
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.plugins.ports.risk import SizingRequest


class PercentEquityConfig(PluginConfig):
    """Settings of the `percent_equity` sizer.

    Example:
        ```yaml
        sizing: {type: percent_equity, percent: 95%}
        ```
    """

    type: Literal["percent_equity"] = "percent_equity"
    percent: PositivePercent = Decimal("0.95")
    """Value of each entry at the last close, as a share of equity."""
    slippage: NotNegativePercent = Decimal(0)
    """Set aside for filling at a worse price than the last close, as a share of it."""
    leverage: Leverage = Decimal(1)
    """On a swap, value per free cash at most; spot always takes 1."""


class PercentEquity:
    """Buy for a share of equity, less where the cash does not pay for it.

    What is held already is not taken off: two entries are two shares. With 100 % and no `slippage`
    a market order fails when the next price is higher; 95 % leaves room.

    The same in a backtest and live.
    """

    def __init__(self, config: PercentEquityConfig, context: BuildContext) -> None:
        self._config = config

    def quantity(self, request: SizingRequest, account: AccountView) -> Decimal:
        """Return an unsigned quantity in whole lots; zero means no order."""
        done = closing(request, account)
        if done is not None:
            return done
        config = self._config
        unit = request.price * account.instrument(request.symbol).contract_size
        wanted = max(account.equity, Decimal(0)) * config.percent / unit
        return entry(wanted, request, account, slippage=config.slippage, leverage=config.leverage)
