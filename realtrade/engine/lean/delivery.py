"""From the broker to its strategies: order notifications and the trades they make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import backtrader as bt
from backtrader.trade import Trade

if TYPE_CHECKING:
    from collections.abc import MutableMapping


def deliver(cerebro: Any) -> None:
    """Let the broker see the bar and hand on what it has to tell: `Cerebro._brokernotify`."""
    broker, quick = cerebro._broker, cerebro.p.quicknotify
    broker.next()
    while (order := broker.get_notification()) is not None:
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


def _note(state: MutableMapping[str, Any], order: Any) -> None:
    """Queue an order for its strategy, with the trades it opened or closed."""
    if not order.p.simulated:
        state["_orderspending"].append(order)
    if order.executed.size:
        _note_trades(state, order)


def _note_trades(state: MutableMapping[str, Any], order: Any) -> None:
    data = order.data if order.data._compensate is None else order.data._compensate
    trades = state["_trades"][data][order.tradeid]
    if not trades:
        trades.append(_trade(state, order, data))
    for bit in order.executed.iterpending():
        if bit is None:
            break
        if bit.closed:
            _closed(trades[-1], order, bit, state)
        if bit.opened:
            if trades[-1].isclosed:
                trades.append(_trade(state, order, data))
            _opened(trades[-1], order, bit, state)
        if trades[-1].justopened:
            state["_tradespending"].append(_copy(trades[-1]))


def _trade(state: MutableMapping[str, Any], order: Any, data: Any) -> Any:
    return Trade(data=data, tradeid=order.tradeid, historyon=state["_tradehistoryon"])


def _closed(trade: Any, order: Any, bit: Any, state: MutableMapping[str, Any]) -> None:
    figures = (bit.closed, bit.price, bit.closedvalue, bit.closedcomm, bit.pnl)
    trade.update(order, *figures, comminfo=order.comminfo)
    if trade.isclosed:
        state["_tradespending"].append(_copy(trade))


def _opened(trade: Any, order: Any, bit: Any, state: MutableMapping[str, Any]) -> None:
    figures = (bit.opened, bit.price, bit.openedvalue, bit.openedcomm, bit.pnl)
    trade.update(order, *figures, comminfo=order.comminfo)
    if trade.isclosed:
        # Orders of another trade id brought the position to zero: this "opens" and closes at once.
        state["_tradespending"].append(_copy(trade))


def _copy(trade: Any) -> Any:
    """Return what `copy.copy` returns, without its detours."""
    copy = object.__new__(type(trade))
    copy.__dict__.update(trade.__dict__)
    return copy
