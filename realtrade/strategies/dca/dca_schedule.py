"""Buy the same amount at regular intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import backtrader as bt

from realtrade.plugins.ports.strategy import StrategySpec
from realtrade.strategies.rhythm import Rhythm
from realtrade.strategies.working import OrdersAtWork

if TYPE_CHECKING:
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.strategies.dca.dca_schedule_config import DcaScheduleConfig


class DcaSchedule(bt.Strategy):
    """Buy the same amount at regular intervals.

    What it does, why, and in which markets it fails: see `DcaScheduleConfig`.

    Example:
        ```python
        cerebro.addstrategy(DcaSchedule, every=24, take_profit=0.3)
        ```
    """

    params = (("every", 24), ("take_profit", 0.0))

    def __init__(self) -> None:
        self._rhythms = [Rhythm(data, self.p.every) for data in self.datas]
        self._due: set[int] = set()
        self._working = OrdersAtWork()

    def next(self) -> None:
        """Note what is due, and buy or sell once no order of the feed is at work."""
        for index, data in enumerate(self.datas):
            if self._rhythms[index].begins():
                self._due.add(index)
            if not self._working.on(index):
                self._working.add(self._trade(index, data), index)

    def _trade(self, index: int, data: Any) -> Any:
        position = self.getposition(data)
        goal = position.price * (1.0 + self.p.take_profit)
        if self.p.take_profit and position.size > 0 and data.close[0] >= goal:
            return self.close(data=data)
        if index not in self._due:
            return None
        self._due.remove(index)
        return self.buy(data=data)

    def notify_order(self, order: Any) -> None:
        """Forget an order that is over."""
        self._working.notice(order)


def build(config: DcaScheduleConfig, context: BuildContext) -> StrategySpec:
    """Return the strategy with its checked parameters."""
    return StrategySpec(DcaSchedule, config.params.model_dump())
