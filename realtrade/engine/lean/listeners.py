"""Who wants to be told what: per-bar work is done only when somebody overrides the method."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

import backtrader as bt

if TYPE_CHECKING:
    from collections.abc import Iterable

_CASH = ("notify_cashvalue", "notify_fund", "_notify_cashvalue", "_notify_fund")
_ORDER = ("notify_order", "_notify_order")
_TRADE = ("notify_trade", "_notify_trade")
_BAR = ("next", "prenext", "nextstart", "_next", "_prenext", "_nextstart")


class Listeners:
    """What one strategy, its analyzers and its observers must be told, and in which order."""

    def __init__(self, strategy: Any) -> None:
        self._strategy = strategy
        self._quick: bool = strategy.cerebro.p.quicknotify
        analyzers = list(strategy.analyzers)
        heard = list(chain(analyzers, strategy._slave_analyzers))
        self._order = [x for x in heard if _cares(x, _ORDER)]
        self._trade = [x for x in heard if _cares(x, _TRADE)]
        self._cash = [x for x in heard if _cares(x, _CASH)]
        self.analyzers = [x for x in analyzers if _cares(x, _BAR)]
        self.observed = bool(strategy.getobservers())
        own_order = _overrides(
            strategy, bt.Strategy, ("notify_order", "_notify", "_addnotification")
        )
        steps = [x for x in self._order if not getattr(x, "only_executions", False)]
        self.orders = bool(steps) or own_order or self.observed or self._quick
        """Somebody wants to hear of every step of an order, not only of what it executed."""
        own_cash = _overrides(strategy, bt.Strategy, _CASH[:2])
        self.cash = bool(self._cash) or own_cash
        self.own_notify = _overrides(strategy, bt.Strategy, ("_notify",))
        self.every_bar = self.cash or self.own_notify
        self.after_bar = bool(self.analyzers) or self.observed

    def notify(self) -> None:
        """Pass on orders, trades and, if somebody listens, money, in `Strategy._notify`'s order."""
        strategy = self._strategy
        if self.own_notify:
            strategy._notify()
            return
        if not self._quick:
            if self.orders or self._order:
                self._notify_orders(strategy._orderspending)
            self._notify_trades(strategy._tradespending)
        if self.cash:
            self._notify_cash()

    def _notify_orders(self, orders: Iterable[Any]) -> None:
        for order in orders:
            if order.exectype != order.Historical or order.histnotify:
                self._strategy.notify_order(order)
            for analyzer in self._order:
                analyzer._notify_order(order)

    def _notify_trades(self, trades: Iterable[Any]) -> None:
        for trade in trades:
            self._strategy.notify_trade(trade)
            for analyzer in self._trade:
                analyzer._notify_trade(trade)

    def _notify_cash(self) -> None:
        strategy, broker = self._strategy, self._strategy.broker
        cash, value = broker.getcash(), broker.getvalue()
        fund_value, fund_shares = broker.fundvalue, broker.fundshares
        strategy.notify_cashvalue(cash, value)
        strategy.notify_fund(cash, value, fund_value, fund_shares)
        for analyzer in self._cash:
            analyzer._notify_cashvalue(cash, value)
            analyzer._notify_fund(cash, value, fund_value, fund_shares)

    def bar_done(self, status: int) -> None:
        """Let analyzers, then observers, see the bar; `status` is minimum period less length."""
        for analyzer in self.analyzers:
            if status < 0:
                analyzer._next()
            elif status == 0:
                analyzer._nextstart()
            else:
                analyzer._prenext()
        if self.observed:
            self._strategy._next_observers(status, once=True)


def _cares(analyzer: Any, names: tuple[str, ...]) -> bool:
    children = analyzer._children
    return _overrides(analyzer, bt.Analyzer, names) or any(_cares(x, names) for x in children)


def _overrides(thing: Any, base: type, names: tuple[str, ...]) -> bool:
    mine, kind = vars(thing), type(thing)
    return any(
        name in mine or getattr(kind, name, None) is not getattr(base, name, None) for name in names
    )
