"""From the broker to its strategies: order notifications and the trades they make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import backtrader as bt

from realtrade.engine.lean.trades import copy_of, new_trade, update

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, MutableMapping, MutableSequence

_TRADES_KEPT = 100


def deliver(cerebro: Any, heard: Callable[[Any], None] | None = None) -> None:
    """Let the broker see the bar and hand on what it has to tell: `Cerebro._brokernotify`.

    Strategies and analyzers are told with the next bar; `heard` gets each order at once.
    """
    broker, quick = cerebro._broker, cerebro.p.quicknotify
    broker.next()
    while (order := broker.get_notification()) is not None:
        if heard is not None:
            heard(order)
        owner = order.owner
        if owner is None:
            owner = cerebro.runningstrats[0]
        if quick or type(owner)._addnotification is not bt.Strategy._addnotification:
            owner._addnotification(order, quicknotify=quick)
        else:
            _note(vars(owner), order)


def forget(state: MutableMapping[str, Any]) -> None:
    """Empty a strategy's queues of the bar: `Strategy.clear` without its record.

    Backtrader keeps every order it ever told about in `_orders`, which nothing reads: on a million
    bars that is most of a process's memory.
    """
    state["_orderspending"] = []
    state["_tradespending"] = []


def forget_trades(strategies: Iterable[Any]) -> None:
    """Keep the newest trades of each data and trade id: the last is all Backtrader looks at."""
    for strategy in strategies:
        for kinds in strategy._trades.values():
            for trades in kinds.values():
                del trades[:-_TRADES_KEPT]


def _note(state: MutableMapping[str, Any], order: Any) -> None:
    """Queue an order for its strategy, with the trades it opened or closed."""
    if not order.p.simulated:
        state["_orderspending"].append(order)
    if order.executed.size:
        _note_trades(state, order)


def _note_trades(state: MutableMapping[str, Any], order: Any) -> None:
    data = order.data if order.data._compensate is None else order.data._compensate
    trades, news = state["_trades"][data][order.tradeid], state["_tradespending"]
    history = state["_tradehistoryon"]
    trade = trades[-1] if trades else None
    for bit in order.executed.iterpending():
        if trade is None:
            trades.append(trade := new_trade(data, order, history=history))
        if bit.closed:
            update(trade, order, bit.closed, bit.price, bit.closedcomm)
            _tell_closed(trade, news)
        if bit.opened:
            if trade.isclosed:
                trades.append(trade := new_trade(data, order, history=history))
            update(trade, order, bit.opened, bit.price, bit.openedcomm)
            # Where orders of another trade id brought the position to zero, this opens and closes.
            _tell_closed(trade, news)
        if trade.justopened:
            news.append(copy_of(trade))


def _tell_closed(trade: Any, news: MutableSequence[Any]) -> None:
    if trade.isclosed:
        news.append(copy_of(trade))
