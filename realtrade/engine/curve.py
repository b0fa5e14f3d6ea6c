"""The equity curve of a backtest on one feed, worked out afterwards instead of asked for per bar.

Cash and position change only when the broker has something to do; in between, equity follows the
closes. Asking the broker after every bar takes as long as all the rest of a backtest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import backtrader as bt
import numpy as np

from realtrade.common import BaseBroker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from realtrade.monitor import PerformanceTracker

    Floats = NDArray[np.float64]

_EPOCH_DAY = 719_163
"""1970-01-01 as Backtrader's date number."""
_DAY_MS = 86_400_000


_SIMPLE = (bt.CommInfoBase, bt.CommissionInfo)


class Step(NamedTuple):
    """The account from one bar on."""

    bar: int
    """Index of the bar, from 0."""
    cash: float
    quantity: float
    """Signed."""
    price: float
    """Average entry."""


class CurveBroker(BaseBroker):
    """Notes the account whenever it has changed; for one feed and a simulated venue."""

    def init(self) -> None:
        """Begin anew."""
        super().init()
        self.steps: list[Step] = [Step(0, float(self.venue.cash), 0.0, 0.0)]
        self._noted = self.steps[0][1:]
        self._looks_at: tuple[Any, Any, Any] | None = None

    def next(self) -> None:
        """Let the venue see the bar, then look at the account; nothing while idle."""
        if self.idle:
            return
        super().next()
        if self._looks_at is None:
            (data,) = self.cerebro.datas
            self._looks_at = self.simulated.account, self.positions[data], data.lines.datetime
        account, held, times = self._looks_at
        now = (account.cash, held.size, held.price)
        if now != self._noted:
            self._noted = now
            self.steps.append(Step(len(times) - 1, *now))

    def record_curve(self, tracker: PerformanceTracker, bars: int) -> None:
        """Hand the account after each of the first `bars` bars to `tracker`."""
        if not bars:
            return
        (data,) = self.cerebro.datas
        cash, quantity, price = by_bar(self.steps, bars)
        closes = np.array(data.lines.close.array[:bars], np.float64)
        numbers = np.array(data.lines.datetime.array[:bars], np.float64)
        times = np.rint((numbers - _EPOCH_DAY) * _DAY_MS).astype(np.int64)
        tracker.record_columns(times, cash, cash + self._worth_after(quantity, price, closes))

    def _worth_after(self, quantity: Floats, price: Floats, closes: Floats) -> Floats:
        """Return what the position was worth, operation for operation as `Account.worth` does."""
        scheme = self.getcommissioninfo(self.cerebro.datas[0])
        account = self.simulated.account
        if type(scheme) not in _SIMPLE or not (scheme.stocklike and account.short_cash):
            rows = zip(quantity.tolist(), price.tolist(), closes.tolist(), strict=True)
            worth = (_worth_by(scheme, *row, short_cash=account.short_cash) for row in rows)
            return np.array(list(worth), np.float64)
        return plain_worth(quantity, price, closes, leverage=scheme.get_leverage())


def by_bar(
    steps: Sequence[tuple[int, float, float, float]], bars: int
) -> tuple[Floats, Floats, Floats]:
    """Return cash, quantity and entry price after each of the first `bars` bars.

    `steps` are like `Step`, in order, the first of bar 0.
    """
    table = np.array(steps, np.float64)
    table = table[table[:, 0] < bars]
    lengths = np.diff(table[:, 0], append=bars).astype(np.int64)
    cash, quantity, price = (np.repeat(table[:, column], lengths) for column in (1, 2, 3))
    return cash, quantity, price


def plain_worth(quantity: Floats, price: Floats, closes: Floats, *, leverage: float) -> Floats:
    """Return what a position paid in full was worth at each close."""
    part = quantity * closes
    profit = closes - price
    profit *= quantity
    own: Floats = part - profit
    if leverage != 1.0:
        own /= leverage
    own += profit
    np.copyto(own, part, where=~(part > 0))
    return own


def _worth_by(
    scheme: Any, quantity: float, price: float, close: float, *, short_cash: bool
) -> float:
    """Ask a commission scheme of a user's own, bar by bar."""
    if not quantity:
        return 0.0
    part: float = scheme.getvaluesize(quantity, close)
    if not short_cash:
        part = abs(scheme.getvalue(bt.Position(quantity, price), close))
    profit: float = scheme.profitandloss(quantity, price, close)
    return (part - profit) / scheme.get_leverage() + profit if part > 0 else part
