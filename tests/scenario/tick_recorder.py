"""A strategy that writes down every tick and every bar made of ticks."""

from __future__ import annotations

from typing import Any, ClassVar

import backtrader as bt

from realtrade.common.data_tape import to_ms

Row = tuple[int, float, float, float, float, float]


class TickRecorder(bt.Strategy):
    """Notes rows by feed, and statuses. One run at a time."""

    rows: ClassVar[dict[str, list[Row]]] = {}
    statuses: ClassVar[list[str]] = []
    live_during_history: ClassVar[int] = 0

    def __init__(self) -> None:
        self._lengths = dict.fromkeys((data._name for data in self.datas), 0)
        self._time = 0.0

    @classmethod
    def forget(cls) -> None:
        cls.rows.clear()
        cls.statuses.clear()
        cls.live_during_history = 0

    def notify_data(self, data: Any, status: int, *args: Any, **kwargs: Any) -> None:
        self.statuses.append(data._getstatusname(status))
        if "LIVE" in self.statuses and not self.rows and status == data.LIVE:
            type(self).live_during_history += 1

    def prenext(self) -> None:
        self.next()

    def next(self) -> None:
        assert self.datetime[0] >= self._time, "time stepped back"
        self._time = self.datetime[0]
        for data in self.datas:
            if len(data) > self._lengths[data._name]:
                assert len(data) == self._lengths[data._name] + 1
                self._lengths[data._name] += 1
                prices = (data.open[0], data.high[0], data.low[0], data.close[0])
                row = (to_ms(data.datetime[0]), *prices, data.volume[0])
                self.rows.setdefault(data._name, []).append(row)


class Once(TickRecorder):
    """Buys on the first live tick, once, and leaves the rest to the rules of risk."""

    params = (("quantity", 2.0),)

    filled: ClassVar[list[tuple[str, float, float]]] = []

    @classmethod
    def forget(cls) -> None:
        super().forget()
        cls.filled.clear()

    def __init__(self) -> None:
        super().__init__()
        self._bought = False

    def notify_order(self, order: Any) -> None:
        if order.status == order.Completed:
            side = "buy" if order.isbuy() else "sell"
            self.filled.append((side, order.executed.size, order.executed.price))

    def next(self) -> None:
        super().next()
        if "LIVE" in self.statuses and not self._bought:
            self._bought = True
            self.buy(size=self.p.quantity)
