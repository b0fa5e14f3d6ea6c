"""Buy what the RSI calls oversold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import backtrader as bt

from realtrade.plugins.ports.strategy import StrategySpec
from realtrade.strategies.signals import Signal
from realtrade.strategies.stances import StanceStrategy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.plugins.ports.build import BuildContext
    from realtrade.strategies.mean_reversion.rsi_reversion_config import RsiReversionConfig


class RsiReversionSignal(Signal):
    """Against an extreme RSI, until its middle."""

    def __init__(self, datas: Sequence[Any], p: Any) -> None:
        super().__init__(datas, p)
        self._strengths = [bt.ind.RSI(data.close, period=p.period, safediv=True) for data in datas]

    def stance(self, index: int, now: int) -> int:
        """Enter at the extremes, leave at the middle."""
        strength = self._strengths[index][0]
        if now:
            over = strength >= self.p.middle if now > 0 else strength <= self.p.middle
            return 0 if over else now
        return int(strength < self.p.low) - int(strength > self.p.high)


class RsiReversion(StanceStrategy):
    """Buy what the RSI calls oversold.

    What it does, why, and in which markets it fails: see `RsiReversionConfig`.

    Example:
        ```python
        cerebro.addstrategy(RsiReversion, period=14, low=30.0, middle=50.0, high=70.0)
        ```
    """

    params = (("period", 14), ("low", 30.0), ("middle", 50.0), ("high", 70.0))
    signal = RsiReversionSignal


def build(config: RsiReversionConfig, context: BuildContext) -> StrategySpec:
    """Return the strategy with its checked parameters."""
    return StrategySpec(RsiReversion, config.params.model_dump())
