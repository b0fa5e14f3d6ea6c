"""Hold while the MACD is above its signal line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import backtrader as bt

from realtrade.plugins.ports.strategy import StrategySpec
from realtrade.strategies.stances import StanceStrategy

if TYPE_CHECKING:
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.strategies.trend.macd_config import MacdConfig


class Macd(StanceStrategy):
    """Hold while the MACD is above its signal line.

    What it does, why, and in which markets it fails: see `MacdConfig`.

    Example:
        ```python
        cerebro.addstrategy(Macd, fast=12, slow=26, signal=9)
        ```
    """

    params = (("fast", 12), ("slow", 26), ("signal", 9))

    def __init__(self) -> None:
        super().__init__()
        self._crosses = []
        for data in self.datas:
            macd = bt.ind.MACD(
                data.close,
                period_me1=self.p.fast,
                period_me2=self.p.slow,
                period_signal=self.p.signal,
            )
            self._crosses.append(bt.ind.CrossOver(macd.macd, macd.signal))

    def stance(self, index: int, now: int) -> int:
        """Take the side the MACD crosses to."""
        return int(self._crosses[index][0]) or now


def build(config: MacdConfig, context: BuildContext) -> StrategySpec:
    """Return the strategy with its checked parameters."""
    return StrategySpec(Macd, config.params.model_dump())
