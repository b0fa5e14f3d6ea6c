"""What a strategy that takes a stance thinks, apart from who trades it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


class Signal:
    """The stance to take on each of some feeds, and the indicators it follows from.

    A `StanceStrategy` trades one, a composite strategy several: so a family is written once and
    tested by its signals. Made inside a strategy's `__init__`, to which its indicators then belong.

    Example:
        ```python
        class Above(Signal):
            def __init__(self, datas, p):
                super().__init__(datas, p)
                self._averages = [bt.ind.SMA(data, period=p.period) for data in datas]

            def stance(self, index, now):
                return 1 if self.datas[index].close[0] > self._averages[index][0] else 0

        class HoldAbove(StanceStrategy):
            params = (("period", 50),)
            signal = Above
        ```
    """

    def __init__(self, datas: Sequence[Any], p: Any) -> None:
        """Take the feeds to judge and the strategy's parameters, values as attributes of `p`."""
        self.datas = datas
        self.p = p

    def stance(self, index: int, now: int) -> int:
        """Return the stance to take on feed `index`: 1 long, -1 short, 0 out.

        `now` is the stance it has; return it to change nothing. Called once a bar of the feed.
        """
        raise NotImplementedError
