"""A strategy that writes down every bar it is shown."""

from __future__ import annotations

from typing import Any, ClassVar

import backtrader as bt

from realtrade.common.data_tape import to_ms


class BarRecorder(bt.Strategy):
    """Notes bars by feed, what was seen in one call, and statuses. One run at a time."""

    bars: ClassVar[dict[str, list[tuple[int, float, float]]]] = {}
    calls: ClassVar[list[tuple[str, ...]]] = []
    statuses: ClassVar[list[str]] = []

    def __init__(self) -> None:
        self._lengths = dict.fromkeys((data._name for data in self.datas), 0)

    @classmethod
    def forget(cls) -> None:
        cls.bars.clear()
        cls.calls.clear()
        cls.statuses.clear()

    def notify_data(self, data: Any, status: int, *args: Any, **kwargs: Any) -> None:
        self.statuses.append(data._getstatusname(status))

    def prenext(self) -> None:
        self.next()

    def next(self) -> None:
        seen = []
        for data in self.datas:
            if len(data) > self._lengths[data._name]:
                assert len(data) == self._lengths[data._name] + 1
                self._lengths[data._name] += 1
                seen.append(data._name)
                row = (to_ms(data.datetime[0]), data.open[0], data.close[0])
                self.bars.setdefault(data._name, []).append(row)
        self.calls.append(tuple(seen))
