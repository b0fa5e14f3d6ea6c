"""The searched strategy in Backtrader's words, unchanged for every engine that runs them."""

from __future__ import annotations

from typing import Any

import backtrader as bt


class Cross(bt.Strategy):
    """Long while the fast average is above the slow one."""

    params = (("fast", 10), ("slow", 30))

    def __init__(self) -> None:
        self.fast = bt.ind.SMA(period=self.p.fast)
        self.slow = bt.ind.SMA(period=self.p.slow)
        self.closed = 0

    def next(self) -> None:
        """Decide on one bar."""
        if self.fast[0] > self.slow[0]:
            if not self.position:
                self.buy()
        elif self.position:
            self.close()

    def notify_trade(self, trade: Any) -> None:
        """Count."""
        self.closed += trade.isclosed
