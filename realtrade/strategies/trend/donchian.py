"""Buy new highs, leave at new lows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.plugins.ports.strategy import StrategySpec
from realtrade.strategies.indicators import Donchian
from realtrade.strategies.signals import Signal
from realtrade.strategies.stances import StanceStrategy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.plugins.ports.build import BuildContext
    from realtrade.strategies.trend.donchian_config import DonchianConfig


class DonchianBreakoutSignal(Signal):
    """The side of the last breakout, until the shorter channel is left."""

    def __init__(self, datas: Sequence[Any], p: Any) -> None:
        super().__init__(datas, p)
        self._entries = [Donchian(data, period=p.entry) for data in datas]
        self._exits = [Donchian(data, period=p.leave) for data in datas]

    def stance(self, index: int, now: int) -> int:
        """Enter on a breakout, leave on the opposite one of the shorter channel."""
        close, entry, leave = self.datas[index].close[0], self._entries[index], self._exits[index]
        if close > entry.upper[0]:
            return 1
        if close < entry.lower[0]:
            return -1
        over = close < leave.lower[0] if now > 0 else now < 0 and close > leave.upper[0]
        return 0 if over else now


class DonchianBreakout(StanceStrategy):
    """Buy new highs, leave at new lows.

    What it does, why, and in which markets it fails: see `DonchianConfig`.

    Example:
        ```python
        cerebro.addstrategy(DonchianBreakout, entry=20, leave=10)
        ```
    """

    params = (("entry", 20), ("leave", 10))
    signal = DonchianBreakoutSignal


def build(config: DonchianConfig, context: BuildContext) -> StrategySpec:
    """Return the strategy with its checked parameters."""
    return StrategySpec(DonchianBreakout, config.params.model_dump())
