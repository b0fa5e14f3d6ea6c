"""Backtrader's trades, made and brought up to date without its detours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backtrader.trade import Trade

if TYPE_CHECKING:
    from collections.abc import Callable

_bare: Callable[[Any], Any] = object.__new__  # an instance without a constructor: we set it up
_REFERENCES = Trade.refbasis


def new_trade(data: Any, order: Any, *, history: bool) -> Any:
    """Return `Trade(data, tradeid, history)`.

    A strategy keeps every trade. Attributes set one by one share their names between instances:
    a third of the memory of a dictionary each.
    """
    trade: Any = _bare(Trade)
    trade.ref = next(_REFERENCES)
    trade.data = data
    trade.tradeid = order.tradeid
    trade.size = 0
    trade.price = trade.value = trade.commission = trade.pnl = trade.pnlcomm = 0.0
    trade.justopened = trade.isopen = trade.isclosed = False
    trade.baropen = trade.barclose = trade.barlen = 0
    trade.dtopen = trade.dtclose = 0.0
    trade.historyon = history
    trade.history = []
    trade.status = Trade.Created
    return trade


def copy_of(trade: Any) -> Any:
    """Return what `copy.copy` returns."""
    copy: Any = _bare(type(trade))
    copy.__dict__ = trade.__dict__.copy()
    return copy


def update(trade: Any, order: Any, size: float, price: float, fee: float) -> None:
    """Take in a part of an execution, not empty: `Trade.update`, operation for operation."""
    state, scheme = trade.__dict__, order.comminfo
    if state["historyon"]:
        trade.update(order, size, price, 0.0, fee, 0.0, comminfo=scheme)
        return
    lines, before = state["data"].lines, state["size"]
    bar, held = len(lines.lines[0]), before + size
    state["size"] = held
    state["commission"] += fee
    state["justopened"] = not before
    state["isopen"] = bool(held)
    state["isclosed"] = bool(before and not held)
    if not before:
        state["baropen"] = bar
        state["dtopen"] = 0.0 if order.p.simulated else lines.datetime[0]
        state["long"] = held > 0
    state["barlen"] = bar - state["baropen"]
    if held:
        state["status"] = Trade.Open
    elif before:
        state["status"] = Trade.Closed
        state["barclose"], state["dtclose"] = bar, lines.datetime[0]
    if abs(held) > abs(before):
        state["price"] = (before * state["price"] + size * price) / held
        state["pnl"] += 0.0
    else:
        state["pnl"] += scheme.profitandloss(-size, state["price"], price)
    state["pnlcomm"] = state["pnl"] - state["commission"]
    state["value"] = scheme.getvaluesize(held, state["price"])
