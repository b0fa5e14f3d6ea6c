"""Go with the direction while the trend is strong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.plugins.ports.strategy import StrategySpec
from realtrade.strategies.indicators import Adx
from realtrade.strategies.signals import Signal
from realtrade.strategies.stances import StanceStrategy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.plugins.ports.build import BuildContext
    from realtrade.strategies.trend.adx_trend_config import AdxTrendConfig


class AdxTrendSignal(Signal):
    """The side of a strong trend."""

    def __init__(self, datas: Sequence[Any], p: Any) -> None:
        super().__init__(datas, p)
        self._trends = [Adx(data, period=p.period) for data in datas]

    def stance(self, index: int, now: int) -> int:
        """Enter a strong trend; leave a weak one, or one that has turned."""
        trend = self._trends[index]
        strength, lead = trend.adx[0], trend.plus[0] - trend.minus[0]
        side = int(lead > 0) - int(lead < 0)
        if strength >= self.p.strong:
            return side
        return now if now == side and strength >= self.p.weak else 0


class AdxTrend(StanceStrategy):
    """Go with the direction while the trend is strong.

    What it does, why, and in which markets it fails: see `AdxTrendConfig`.

    Example:
        ```python
        cerebro.addstrategy(AdxTrend, period=14, strong=25.0, weak=20.0)
        ```
    """

    params = (("period", 14), ("strong", 25.0), ("weak", 20.0))
    signal = AdxTrendSignal


def build(config: AdxTrendConfig, context: BuildContext) -> StrategySpec:
    """Return the strategy with its checked parameters."""
    return StrategySpec(AdxTrend, config.params.model_dump())
