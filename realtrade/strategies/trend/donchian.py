"""Buy new highs, leave at new lows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.plugins.ports.strategy import StrategySpec
from realtrade.strategies.indicators import Donchian
from realtrade.strategies.stances import StanceStrategy

if TYPE_CHECKING:
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.strategies.trend.donchian_config import DonchianConfig


class DonchianBreakout(StanceStrategy):
    """Buy new highs, leave at new lows.

    What it does, why, and in which markets it fails: see `DonchianConfig`.

    Example:
        ```python
        cerebro.addstrategy(DonchianBreakout, entry=20, leave=10)
        ```
    """

    params = (("entry", 20), ("leave", 10))

    def __init__(self) -> None:
        super().__init__()
        self._entries = [Donchian(data, period=self.p.entry) for data in self.datas]
        self._exits = [Donchian(data, period=self.p.leave) for data in self.datas]

    def stance(self, index: int, now: int) -> int:
        """Enter on a breakout, leave on the opposite one of the shorter channel."""
        close, entry, leave = self.datas[index].close[0], self._entries[index], self._exits[index]
        if close > entry.upper[0]:
            return 1
        if close < entry.lower[0]:
            return -1
        over = close < leave.lower[0] if now > 0 else now < 0 and close > leave.upper[0]
        return 0 if over else now


def build(config: DonchianConfig, context: BuildContext) -> StrategySpec:
    """Return the strategy with its checked parameters."""
    return StrategySpec(DonchianBreakout, config.params.model_dump())
