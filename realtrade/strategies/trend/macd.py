"""Hold while the MACD is above its signal line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import backtrader as bt

from realtrade.plugins.ports.strategy import StrategySpec
from realtrade.strategies.signals import Signal
from realtrade.strategies.stances import StanceStrategy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.plugins.ports.build import BuildContext
    from realtrade.strategies.trend.macd_config import MacdConfig


class MacdSignal(Signal):
    """The side the MACD has crossed its signal line to."""

    def __init__(self, datas: Sequence[Any], p: Any) -> None:
        super().__init__(datas, p)
        self._crosses = []
        for data in datas:
            macd = bt.ind.MACD(
                data.close,
                period_me1=p.fast,
                period_me2=p.slow,
                period_signal=p.signal,
            )
            self._crosses.append(bt.ind.CrossOver(macd.macd, macd.signal))

    def stance(self, index: int, now: int) -> int:
        """Take the side the MACD crosses to."""
        return int(self._crosses[index][0]) or now


class Macd(StanceStrategy):
    """Hold while the MACD is above its signal line.

    What it does, why, and in which markets it fails: see `MacdConfig`.

    Example:
        ```python
        cerebro.addstrategy(Macd, fast=12, slow=26, signal=9)
        ```
    """

    params = (("fast", 12), ("slow", 26), ("signal", 9))
    signal = MacdSignal


def build(config: MacdConfig, context: BuildContext) -> StrategySpec:
    """Return the strategy with its checked parameters."""
    return StrategySpec(Macd, config.params.model_dump())
