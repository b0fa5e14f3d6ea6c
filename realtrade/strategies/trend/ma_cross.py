"""Hold while a fast moving average is above a slow one."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import backtrader as bt

from realtrade.plugins.ports.strategy import StrategySpec
from realtrade.strategies.indicators import Kama
from realtrade.strategies.signals import Signal
from realtrade.strategies.stances import StanceStrategy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.plugins.ports.build import BuildContext
    from realtrade.strategies.trend.ma_cross_config import MaCrossConfig

AVERAGES = MappingProxyType(
    {"sma": bt.ind.SMA, "ema": bt.ind.EMA, "wma": bt.ind.WMA, "hma": bt.ind.HMA, "kama": Kama}
)


class MaCrossSignal(Signal):
    """The side a fast average has crossed to."""

    def __init__(self, datas: Sequence[Any], p: Any) -> None:
        super().__init__(datas, p)
        average = AVERAGES[p.average]
        self._crosses = [
            bt.ind.CrossOver(average(data.close, period=p.fast), average(data.close, period=p.slow))
            for data in datas
        ]

    def stance(self, index: int, now: int) -> int:
        """Take the side the averages cross to."""
        cross = self._crosses[index][0]
        return int(cross) if cross else now


class MaCross(StanceStrategy):
    """Hold while a fast moving average is above a slow one.

    What it does, why, and in which markets it fails: see `MaCrossConfig`.

    Example:
        ```python
        cerebro.addstrategy(MaCross, fast=10, slow=30)
        ```
    """

    params = (("fast", 10), ("slow", 30), ("average", "sma"))
    signal = MaCrossSignal


def build(config: MaCrossConfig, context: BuildContext) -> StrategySpec:
    """Return the strategy with its checked parameters."""
    return StrategySpec(MaCross, config.params.model_dump())
