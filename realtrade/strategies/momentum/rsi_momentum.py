"""Buy strength by the RSI, leave when it is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import backtrader as bt

from realtrade.plugins.ports.strategy import StrategySpec
from realtrade.strategies.signals import Signal
from realtrade.strategies.stances import StanceStrategy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.plugins.ports.build import BuildContext
    from realtrade.strategies.momentum.rsi_momentum_config import RsiMomentumConfig


class RsiMomentumSignal(Signal):
    """With a strong RSI, until it is not."""

    def __init__(self, datas: Sequence[Any], p: Any) -> None:
        super().__init__(datas, p)
        self._strengths = [bt.ind.RSI(data.close, period=p.period, safediv=True) for data in datas]

    def stance(self, index: int, now: int) -> int:
        """Enter on strength, leave when it has gone."""
        strength = self._strengths[index][0]
        if strength > self.p.strong:
            return 1
        if strength < 100.0 - self.p.strong:
            return -1
        gone = strength < self.p.middle if now > 0 else strength > 100.0 - self.p.middle
        return 0 if gone else now


class RsiMomentum(StanceStrategy):
    """Buy strength by the RSI, leave when it is gone.

    What it does, why, and in which markets it fails: see `RsiMomentumConfig`.

    Example:
        ```python
        cerebro.addstrategy(RsiMomentum, period=14, strong=60.0, middle=50.0)
        ```
    """

    params = (("period", 14), ("strong", 60.0), ("middle", 50.0))
    signal = RsiMomentumSignal


def build(config: RsiMomentumConfig, context: BuildContext) -> StrategySpec:
    """Return the strategy with its checked parameters."""
    return StrategySpec(RsiMomentum, config.params.model_dump())
