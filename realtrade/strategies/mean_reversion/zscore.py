"""Buy what is unusually far below its average."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.plugins.ports.strategy import StrategySpec
from realtrade.strategies.indicators import RollingScore
from realtrade.strategies.mean_reversion.scores import reverting
from realtrade.strategies.signals import Signal
from realtrade.strategies.stances import StanceStrategy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.plugins.ports.build import BuildContext
    from realtrade.strategies.mean_reversion.zscore_config import ZscoreConfig


class ZscoreSignal(Signal):
    """Against a price far from its mean, until it is near."""

    def __init__(self, datas: Sequence[Any], p: Any) -> None:
        super().__init__(datas, p)
        self._scores = [RollingScore(data.close, period=p.period).score for data in datas]

    def stance(self, index: int, now: int) -> int:
        """Enter far from the average, leave near it."""
        return reverting(self._scores[index][0], now, entry=self.p.entry, leave=self.p.leave)


class Zscore(StanceStrategy):
    """Buy what is unusually far below its average.

    What it does, why, and in which markets it fails: see `ZscoreConfig`.

    Example:
        ```python
        cerebro.addstrategy(Zscore, period=50, entry=2.0, leave=0.5)
        ```
    """

    params = (("period", 50), ("entry", 2.0), ("leave", 0.5))
    signal = ZscoreSignal


def build(config: ZscoreConfig, context: BuildContext) -> StrategySpec:
    """Return the strategy with its checked parameters."""
    return StrategySpec(Zscore, config.params.model_dump())
