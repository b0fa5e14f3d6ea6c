"""Buy more each time the price has dropped further."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import backtrader as bt

from realtrade.plugins.ports.strategy import StrategySpec
from realtrade.strategies.working import OrdersAtWork

if TYPE_CHECKING:
    from collections.abc import Mapping

    from realtrade.plugins.ports.build import BuildContext
    from realtrade.strategies.dca.dca_drop_config import DcaDropConfig


class _Lots:
    """What has been bought of one feed since it was last out."""

    def __init__(self) -> None:
        self.count = 0
        self.last_price = 0.0


class DcaDrop(bt.Strategy):
    """Buy more each time the price has dropped further.

    What it does, why, and in which markets it fails: see `DcaDropConfig`.

    Example:
        ```python
        cerebro.addstrategy(DcaDrop, period=72, drop=0.05, most=5, take_profit=0.03)
        ```
    """

    params = (("period", 72), ("drop", 0.05), ("most", 5), ("take_profit", 0.03))

    def __init__(self) -> None:
        self._highs = [bt.ind.Highest(data.high, period=self.p.period) for data in self.datas]
        self._lots = [_Lots() for _ in self.datas]
        self._working = OrdersAtWork()

    def next(self) -> None:
        """Buy or sell, feed by feed, where no order is at work."""
        for index, data in enumerate(self.datas):
            if not self._working.on(index):
                self._working.add(self._trade(index, data), index)

    def _trade(self, index: int, data: Any) -> Any:
        position, lots, close = self.getposition(data), self._lots[index], data.close[0]
        if position.size <= 0:
            lots.count = 0
            low_enough = close <= self._highs[index][0] * (1.0 - self.p.drop)
            return self.buy(data=data) if low_enough else None
        if close >= position.price * (1.0 + self.p.take_profit):
            return self.close(data=data)
        more = 0 < lots.count < self.p.most and close <= lots.last_price * (1.0 - self.p.drop)
        return self.buy(data=data) if more else None

    def notify_order(self, order: Any) -> None:
        """Count a purchase, and forget an order that is over."""
        self._working.notice(order)
        if order.isbuy() and not order.alive() and order.executed.size:
            index = next(at for at, data in enumerate(self.datas) if data is order.data)
            lots = self._lots[index]
            lots.count += 1
            lots.last_price = order.executed.price

    def remember(self) -> Mapping[str, Any]:
        """Return how often each feed has been bought, and at which price last."""
        return {"lots": [[lots.count, lots.last_price] for lots in self._lots]}

    def on_recover(self, memory: Mapping[str, Any]) -> None:
        """Take back what `remember` gave, if it was of as many feeds."""
        known = memory.get("lots", [])
        if len(known) == len(self._lots):
            for lots, (count, price) in zip(self._lots, known, strict=True):
                lots.count, lots.last_price = count, price


def build(config: DcaDropConfig, context: BuildContext) -> StrategySpec:
    """Return the strategy with its checked parameters."""
    return StrategySpec(DcaDrop, config.params.model_dump())
