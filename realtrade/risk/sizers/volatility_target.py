"""Move the account by the same share per bar, whatever the symbol does."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from realtrade.plugins.config import PluginConfig
from realtrade.risk.ranges import average_true_range
from realtrade.risk.settings import Count, Leverage, NotNegativePercent, PositivePercent
from realtrade.risk.sizing import closing, entry

if TYPE_CHECKING:
    from realtrade.plugins.ports.account import AccountView
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.plugins.ports.risk import SizingRequest


class VolatilityTargetConfig(PluginConfig):
    """Settings of the `volatility_target` sizer.

    Example:
        ```yaml
        sizing: {type: volatility_target, target: 1%, period: 14}
        ```
    """

    type: Literal["volatility_target"] = "volatility_target"
    target: PositivePercent
    """Share of equity that one average true range of the position is worth."""
    period: Count = 14
    """Bars of the symbol's shortest feed the range is averaged over."""
    cap: PositivePercent = Decimal(1)
    """Value of an entry at most, as a share of equity: a quiet symbol must not take all."""
    slippage: NotNegativePercent = Decimal(0)
    """Set aside for filling at a worse price than the last close, as a share of it."""
    leverage: Leverage = Decimal(1)
    """On a swap, value per free cash at most; spot always takes 1."""


class VolatilityTarget:
    """Buy as much as makes an average true range worth `target` of equity, less where cash ends.

    With fewer than `period` + 1 bars the range is not known and nothing is bought.

    The same in a backtest and live.
    """

    def __init__(self, config: VolatilityTargetConfig, context: BuildContext) -> None:
        self._config = config

    def quantity(self, request: SizingRequest, account: AccountView) -> Decimal:
        """Return an unsigned quantity in whole lots; zero means no order."""
        done = closing(request, account)
        if done is not None:
            return done
        config = self._config
        true_range = average_true_range(account, request.symbol, config.period)
        if not true_range:
            return Decimal(0)
        contract = account.instrument(request.symbol).contract_size
        equity = max(account.equity, Decimal(0))
        wanted = min(
            equity * config.target / (true_range * contract),
            equity * config.cap / (request.price * contract),
        )
        return entry(wanted, request, account, slippage=config.slippage, leverage=config.leverage)
