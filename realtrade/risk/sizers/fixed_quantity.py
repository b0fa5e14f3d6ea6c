"""Always the same quantity."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from realtrade.plugins.config import PluginConfig
from realtrade.risk.settings import Leverage, NotNegativePercent, PositiveNumber
from realtrade.risk.sizing import closing, entry

if TYPE_CHECKING:
    from realtrade.plugins.ports.account import AccountView
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.plugins.ports.risk import SizingRequest


class FixedQuantityConfig(PluginConfig):
    """Settings of the `fixed_quantity` sizer.

    Example:
        ```yaml
        sizing: {type: fixed_quantity, quantity: 0.01}
        ```
    """

    type: Literal["fixed_quantity"] = "fixed_quantity"
    quantity: PositiveNumber
    """Units or contracts of each entry."""
    slippage: NotNegativePercent = Decimal(0)
    """Set aside for filling at a worse price than the last close, as a share of it."""
    leverage: Leverage = Decimal(1)
    """On a swap, value per free cash at most; spot always takes 1."""


class FixedQuantity:
    """Buy the same quantity each time, less where the cash does not pay for it.

    The same in a backtest and live.
    """

    def __init__(self, config: FixedQuantityConfig, context: BuildContext) -> None:
        self._config = config

    def quantity(self, request: SizingRequest, account: AccountView) -> Decimal:
        """Return an unsigned quantity in whole lots; zero means no order."""
        done = closing(request, account)
        if done is not None:
            return done
        config = self._config
        wanted = config.quantity
        return entry(wanted, request, account, slippage=config.slippage, leverage=config.leverage)
