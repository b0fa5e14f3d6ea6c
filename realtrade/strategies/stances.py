"""What strategies that take a stance have in common: entering, reversing, leaving, feed by feed."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import backtrader as bt

from realtrade.strategies.awake import Awake
from realtrade.strategies.working import OrdersAtWork

if TYPE_CHECKING:
    from realtrade.strategies.signals import Signal

ALLOWED = MappingProxyType({"long": (0, 1), "short": (-1, 0), "both": (-1, 1)})
"""The least and the greatest stance of each direction."""


class StanceStrategy(bt.Strategy):
    """Says of every feed whether to be long, short or out; the orders are made here.

    Only a change of stance trades, at the market, and how much is the sizer's business. So a
    position that a stop has closed is not entered again until the stance has been left. While an
    order of a feed is at work, which is longer than a bar only live, the latest change waits; one
    that waits for a price, as the recipe's `orders` may have it, is cancelled to make room.

    A position found at the start is taken for the stance: the strategy will leave it. Live, history
    is shown first; what it says to leave is left with the first bar, what it says to enter is not.
    An order that is found open is one of ours at work.

    Every feed is traded on its own, so give it one feed per symbol. Where the market cannot be
    sold short, a short entry is refused by the broker, with its name in the log.

    A subclass names a `signal`, which others may then combine, or overrides `stance` itself.

    Params:
        direction: `long`, `short` or `both`: the stances that are taken; the others mean out.
    """

    params: Any = (("direction", "long"),)
    signal: type[Signal] | None = None
    """What says the stance."""

    def __init__(self) -> None:
        self._least, self._most = ALLOWED[self.p.direction]
        self._stances = [0] * len(self.datas)
        self._pending: dict[int, int] = {}
        self._working = OrdersAtWork()
        self._awake = Awake(self.datas)
        self._unseen = False
        """True when a restart may have left orders that were not looked for yet."""
        if self.signal is not None and type(self).stance is StanceStrategy.stance:
            # Asked on every bar: a detour through this class would cost as much as the answer.
            self.stance = self.signal(self.datas, self.p).stance  # type: ignore[method-assign]  # as said above

    def stance(self, index: int, now: int) -> int:
        """Return the stance to take on feed `index`: 1 long, -1 short, 0 out.

        `now` is the stance it has; return it to change nothing. Called at every bar.
        """
        raise NotImplementedError

    def look(self) -> None:
        """Ask for the stance on every feed; for those that look at all feeds together."""
        for index, now in enumerate(self._stances):
            wanted = self.stance(index, now)
            if wanted != now:
                self.take(index, self.allowed(wanted))

    def allowed(self, stance: int) -> int:
        """Return a stance, or out if `direction` does not allow it."""
        return stance if self._least <= stance <= self._most else 0

    def take(self, index: int, stance: int) -> None:
        """Take a stance on a feed, to be traded when no order of the feed is at work."""
        if stance != self._stances[index]:
            self._stances[index] = self._pending[index] = stance

    def nextstart(self) -> None:
        """Take what is held for the stance."""
        sizes = [self.getposition(data).size for data in self.datas]
        self._stances = [(size > 0) - (size < 0) for size in sizes]
        self.next()

    def notify_data(self, data: Any, status: int, *words: Any, **named: Any) -> None:
        """Leave, as soon as bars are of now, what history says is over."""
        if not self._awake.notice(data, status):
            return
        self._unseen = True
        self._pending.clear()
        for index, stance in enumerate(self._stances):
            size = self.getposition(self.datas[index]).size
            if size and size * stance <= 0:
                self._pending[index] = stance

    def next(self) -> None:
        """Note every change of stance, and act on it as soon as no order of its feed is at work."""
        self.look()
        if self._pending:
            self._act()

    def _act(self) -> None:
        if self._unseen:
            self._unseen = False
            self._working.find(self)
        for index in list(self._pending):
            if self._working.on(index):
                for order in self._working.withdraw(index):
                    self.cancel(order)
                continue
            for order in self._trade(self.datas[index], self._pending.pop(index)):
                self._working.add(order, index)

    def _trade(self, data: Any, stance: int) -> list[Any]:
        held = self.getposition(data).size
        if held * stance > 0:
            return []
        # Sized first: a quick exchange may have closed the position when `close` returns.
        size = self.getsizing(data, isbuy=stance > 0) if stance else None
        orders = [self.close(data=data)] if held else []
        if stance:
            enter = self.buy if stance > 0 else self.sell
            orders.append(enter(data=data, size=size))
        return orders

    def notify_order(self, order: Any) -> None:
        """Forget an order that is over."""
        self._working.notice(order)
