"""Buy when the price comes back into its Bollinger bands from below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import backtrader as bt

from realtrade.plugins.ports.strategy import StrategySpec
from realtrade.strategies.indicators import RollingScore
from realtrade.strategies.signals import Signal
from realtrade.strategies.stances import StanceStrategy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.plugins.ports.build import BuildContext
    from realtrade.strategies.mean_reversion.bollinger_config import BollingerConfig


class BollingerSignal(Signal):
    """Back into the bands, until the goal."""

    def __init__(self, datas: Sequence[Any], p: Any) -> None:
        super().__init__(datas, p)
        self._goal = 0.0 if p.leave == "middle" else p.width
        self._scores, self._returns = [], []
        for data in datas:
            score = RollingScore(data.close, period=p.period).score
            self._scores.append(score)
            crosses = [bt.ind.CrossOver(score, band) for band in (-p.width, p.width)]
            self._returns.append(crosses)

    def stance(self, index: int, now: int) -> int:
        """Enter on the way back into the bands, leave at the goal."""
        score = self._scores[index][0]
        if now:
            return 0 if score * now >= self._goal else now
        lower, upper = self._returns[index]
        return int(lower[0] > 0) - int(upper[0] < 0)


class Bollinger(StanceStrategy):
    """Buy when the price comes back into its Bollinger bands from below.

    What it does, why, and in which markets it fails: see `BollingerConfig`.

    Example:
        ```python
        cerebro.addstrategy(Bollinger, period=20, width=2.0, leave="middle")
        ```
    """

    params = (("period", 20), ("width", 2.0), ("leave", "middle"))
    signal = BollingerSignal


def build(config: BollingerConfig, context: BuildContext) -> StrategySpec:
    """Return the strategy with its checked parameters."""
    return StrategySpec(Bollinger, config.params.model_dump())
