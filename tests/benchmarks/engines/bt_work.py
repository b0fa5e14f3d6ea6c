"""The common work as a Backtrader strategy, unchanged for every engine that runs them."""

from __future__ import annotations

from typing import Any

from turn import FAST, SLOW


def strategy(bt: Any, *, idle: bool) -> type:
    """Return the strategy class, made with the given Backtrader."""

    class Cross(bt.Strategy):
        """Long while the fast average is above the slow one."""

        def __init__(self) -> None:
            self.fast = bt.ind.SMA(period=FAST)
            self.slow = bt.ind.SMA(period=SLOW)
            self.closed = 0

        def next(self) -> None:
            if self.fast[0] > self.slow[0]:
                if not self.position:
                    self.buy()
            elif self.position:
                self.close()

        def notify_trade(self, trade: Any) -> None:
            self.closed += trade.isclosed

    class Idle(Cross):
        """Has the indicators and does nothing with them."""

        def next(self) -> None:
            pass

    return Idle if idle else Cross
