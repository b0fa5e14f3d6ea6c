"""Buy more each time the price has dropped further."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import backtrader as bt

from realtrade.plugins.ports.strategy import StrategySpec
from realtrade.strategies.awake import Awake
from realtrade.strategies.dca.growth import Growth
from realtrade.strategies.working import OrdersAtWork

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from realtrade.plugins.ports.build import BuildContext
    from realtrade.strategies.dca.dca_drop_config import DcaDropConfig


class _Lots:
    """What has been bought of one feed since it was last out."""

    def __init__(self) -> None:
        self.count = 0
        self.last_price = 0.0
        self.growth = Growth()

    def look(self, position: Any) -> None:
        """Count what was bought; orders come one at a time, so it was one purchase."""
        price = self.growth.look(position)
        if position.size <= 0:
            self.count = 0
        elif price is not None:
            self.count += 1
            self.last_price = price

    def remember(self) -> list[float]:
        return [self.count, self.last_price, *(self.growth.remember() or ())]

    def restore(self, count: int, last_price: float, *held: float) -> None:
        self.count, self.last_price = count, last_price
        if held:
            self.growth.restore(*held)


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
        self._awake = Awake(self.datas)
        self._begun = False

    def notify_data(self, data: Any, status: int, *words: Any, **named: Any) -> None:
        """Learn that bars are of now."""
        self._awake.notice(data, status)

    def next(self) -> None:
        """Buy or sell, feed by feed, where no order is at work."""
        if not self._awake:
            return
        if not self._begun:
            self._begun = True
            self._working.find(self)
        for index, data in enumerate(self.datas):
            if not self._working.on(index):
                self._working.add(self._trade(index, data), index)

    def _trade(self, index: int, data: Any) -> Any:
        position, lots, close = self.getposition(data), self._lots[index], data.close[0]
        lots.look(position)
        if position.size <= 0:
            low_enough = close <= self._highs[index][0] * (1.0 - self.p.drop)
            return self.buy(data=data) if low_enough else None
        if close >= position.price * (1.0 + self.p.take_profit):
            return self.close(data=data)
        more = 0 < lots.count < self.p.most and close <= lots.last_price * (1.0 - self.p.drop)
        return self.buy(data=data) if more else None

    def notify_order(self, order: Any) -> None:
        """Note the price of a purchase, and forget an order that is over."""
        self._working.notice(order)
        if order.isbuy() and not order.alive() and order.executed.size:
            index = next(at for at, data in enumerate(self.datas) if data is order.data)
            self._lots[index].growth.tell(order.executed.price)

    def remember(self) -> Mapping[str, Any]:
        """Return of each feed: purchases, price of the last, size and cost they were counted at."""
        return {"lots": [lots.remember() for lots in self._lots]}

    def on_recover(self, memory: Mapping[str, Any]) -> None:
        """Take back what `remember` gave, if it was of as many feeds.

        A purchase executed between then and now is counted with the first bar of now.
        """
        known: Sequence[Sequence[Any]] = memory.get("lots", [])
        if len(known) == len(self._lots):
            for lots, values in zip(self._lots, known, strict=True):
                lots.restore(*values)


def build(config: DcaDropConfig, context: BuildContext) -> StrategySpec:
    """Return the strategy with its checked parameters."""
    return StrategySpec(DcaDrop, config.params.model_dump())
