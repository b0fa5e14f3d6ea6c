"""Buy new highs that come with unusual volume."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import backtrader as bt

from realtrade.plugins.ports.strategy import StrategySpec
from realtrade.strategies.indicators import Donchian
from realtrade.strategies.signals import Signal
from realtrade.strategies.stances import StanceStrategy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.plugins.ports.build import BuildContext
    from realtrade.strategies.momentum.volume_breakout_config import VolumeBreakoutConfig


class VolumeBreakoutSignal(Signal):
    """The side of the last breakout with volume, until the shorter channel is left."""

    def __init__(self, datas: Sequence[Any], p: Any) -> None:
        super().__init__(datas, p)
        period = p.period
        self._ranges = [Donchian(data, period=period) for data in datas]
        self._exits = [Donchian(data, period=p.leave) for data in datas]
        self._volumes = [bt.ind.SMA(data.volume(-1), period=period) for data in datas]

    def stance(self, index: int, now: int) -> int:
        """Enter on a breakout with volume, leave on the opposite one of the shorter channel."""
        data, leave = self.datas[index], self._exits[index]
        close = data.close[0]
        if data.volume[0] > self.p.factor * self._volumes[index][0]:
            if close > self._ranges[index].upper[0]:
                return 1
            if close < self._ranges[index].lower[0]:
                return -1
        over = close < leave.lower[0] if now > 0 else now < 0 and close > leave.upper[0]
        return 0 if over else now


class VolumeBreakout(StanceStrategy):
    """Buy new highs that come with unusual volume.

    What it does, why, and in which markets it fails: see `VolumeBreakoutConfig`.

    Example:
        ```python
        cerebro.addstrategy(VolumeBreakout, period=20, factor=2.0, leave=10)
        ```
    """

    params = (("period", 20), ("factor", 2.0), ("leave", 10))
    signal = VolumeBreakoutSignal


def build(config: VolumeBreakoutConfig, context: BuildContext) -> StrategySpec:
    """Return the strategy with its checked parameters."""
    return StrategySpec(VolumeBreakout, config.params.model_dump())
