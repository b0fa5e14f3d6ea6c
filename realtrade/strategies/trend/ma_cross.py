"""Hold while a fast moving average is above a slow one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import backtrader as bt

from realtrade.plugins.ports.strategy import StrategySpec

if TYPE_CHECKING:
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.strategies.trend.ma_cross_config import MaCrossConfig

_AVERAGES = {"sma": bt.ind.SMA, "ema": bt.ind.EMA, "wma": bt.ind.WMA}


class MaCross(bt.Strategy):
    """Buy when the fast average crosses above the slow one, close when it crosses below.

    Every feed is traded on its own, so give it one feed per symbol. How much is bought is
    the sizer's business. With `short` the strategy also sells short at the cross below.

    Example:
        ```python
        cerebro.addstrategy(MaCross, fast=10, slow=30)
        ```
    """

    params = (("fast", 10), ("slow", 30), ("average", "sma"), ("short", False))

    def __init__(self) -> None:
        average = _AVERAGES[self.p.average]
        self._crosses = [
            bt.ind.CrossOver(
                average(data.close, period=self.p.fast), average(data.close, period=self.p.slow)
            )
            for data in self.datas
        ]
        self._signals: dict[int, float] = {}
        self._working: dict[int, int] = {}

    def next(self) -> None:
        """Note every cross, and act on it as soon as no order of its feed is at work."""
        for index, cross in enumerate(self._crosses):
            signal = cross[0]
            if signal:
                self._signals[index] = signal
        if self._signals:
            self._act()

    def _act(self) -> None:
        for index in [i for i in self._signals if i not in self._working.values()]:
            for order in self._trade(self.datas[index], up=self._signals.pop(index) > 0):
                if order is not None:
                    self._working[order.ref] = index

    def _trade(self, data: Any, *, up: bool) -> list[Any]:
        held = self.getposition(data).size
        if held and (held > 0) == up:
            return []
        orders = [self.close(data=data)] if held else []
        if up:
            orders.append(self.buy(data=data))
        elif self.p.short:
            orders.append(self.sell(data=data))
        return orders

    def notify_order(self, order: Any) -> None:
        """Forget an order that is over; live, a fill may take longer than a bar."""
        if not order.alive():
            self._working.pop(order.ref, None)


def build(config: MaCrossConfig, context: BuildContext) -> StrategySpec:
    """Return the strategy with its checked parameters."""
    return StrategySpec(MaCross, config.params.model_dump())
