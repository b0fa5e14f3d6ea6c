"""Follow the SuperTrend line from side to side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import backtrader as bt

from realtrade.plugins.ports.strategy import StrategySpec
from realtrade.strategies.indicators import SuperTrend
from realtrade.strategies.signals import Signal
from realtrade.strategies.stances import StanceStrategy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.plugins.ports.build import BuildContext
    from realtrade.strategies.trend.supertrend_config import SupertrendConfig


class SupertrendSignal(Signal):
    """The side of the SuperTrend line the price is on, from its first turn on."""

    def __init__(self, datas: Sequence[Any], p: Any) -> None:
        super().__init__(datas, p)
        self._turns = [
            bt.ind.CrossOver(SuperTrend(data, period=p.period, factor=p.factor).trend, 0.0)
            for data in datas
        ]

    def stance(self, index: int, now: int) -> int:
        """Take the side the trend turns to."""
        return int(self._turns[index][0]) or now


class SupertrendStrategy(StanceStrategy):
    """Follow the SuperTrend line from side to side.

    What it does, why, and in which markets it fails: see `SupertrendConfig`.

    Example:
        ```python
        cerebro.addstrategy(SupertrendStrategy, period=10, factor=3.0)
        ```
    """

    params = (("period", 10), ("factor", 3.0))
    signal = SupertrendSignal


def build(config: SupertrendConfig, context: BuildContext) -> StrategySpec:
    """Return the strategy with its checked parameters."""
    return StrategySpec(SupertrendStrategy, config.params.model_dump())
