"""Hold while a fast moving average is above a slow one."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import backtrader as bt

from realtrade.plugins.ports.strategy import StrategySpec
from realtrade.strategies.indicators import Kama
from realtrade.strategies.stances import StanceStrategy

if TYPE_CHECKING:
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.strategies.trend.ma_cross_config import MaCrossConfig

AVERAGES = MappingProxyType(
    {"sma": bt.ind.SMA, "ema": bt.ind.EMA, "wma": bt.ind.WMA, "hma": bt.ind.HMA, "kama": Kama}
)


class MaCross(StanceStrategy):
    """Hold while a fast moving average is above a slow one.

    What it does, why, and in which markets it fails: see `MaCrossConfig`.

    Example:
        ```python
        cerebro.addstrategy(MaCross, fast=10, slow=30)
        ```
    """

    params = (("fast", 10), ("slow", 30), ("average", "sma"))

    def __init__(self) -> None:
        super().__init__()
        average = AVERAGES[self.p.average]
        self._crosses = [
            bt.ind.CrossOver(
                average(data.close, period=self.p.fast), average(data.close, period=self.p.slow)
            )
            for data in self.datas
        ]

    def stance(self, index: int, now: int) -> int:
        """Take the side the averages cross to."""
        cross = self._crosses[index][0]
        return int(cross) if cross else now


def build(config: MaCrossConfig, context: BuildContext) -> StrategySpec:
    """Return the strategy with its checked parameters."""
    return StrategySpec(MaCross, config.params.model_dump())
