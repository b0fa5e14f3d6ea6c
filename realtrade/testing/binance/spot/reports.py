"""Events of the spot user stream."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from realtrade.testing.binance.call import wire_symbol
from realtrade.testing.binance.spot.shapes import STATUS
from realtrade.testing.binance.text import eight, plain
from realtrade.testing.exchange.events import BalancesChanged, OrderChanged, PairChanged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from realtrade.testing.exchange.events import Event
    from realtrade.testing.exchange.truth import FillTruth

_EXECUTION = {
    "new": "NEW",
    "trade": "TRADE",
    "canceled": "CANCELED",
    "expired": "EXPIRED",
    "rejected": "EXPIRED",
    "triggered": "NEW",
}


class SpotReports:
    """Turns events of the exchange into those of the user stream; executions are numbered."""

    def __init__(self) -> None:
        self._executions = count(1)

    def of(self, event: Event) -> Iterator[tuple[str, dict[str, Any]]]:
        """Return API key and payload of every message about `event`; nothing about swaps."""
        if isinstance(event, OrderChanged) and event.order.market.is_spot:
            yield event.account.key, self._execution(event)
        elif isinstance(event, PairChanged):
            yield event.account.key, _list_status(event)
        elif isinstance(event, BalancesChanged) and not event.futures:
            if event.delta is not None:
                yield event.account.key, _transfer(event)
            yield event.account.key, _balances(event)

    def _execution(self, event: OrderChanged) -> dict[str, Any]:
        order, now, asked = event.order, event.now, event.order.request
        canceled = event.execution == "canceled"
        report = {
            "e": "executionReport",
            "E": event.time_ms,
            "s": wire_symbol(now.symbol),
            "c": event.cancel_id if canceled and event.cancel_id else now.client_order_id,
            "S": now.side.upper(),
            "o": now.type,
            "f": now.time_in_force,
            "q": eight(now.quantity),
            "p": eight(now.price),
            "P": eight(now.stop_price),
            "F": "0.00000000",
            "g": now.list_id or -1,
            "C": now.client_order_id if canceled and event.cancel_id else "",
            "x": _EXECUTION[event.execution],
            "X": STATUS[now.status],
            "r": "NONE",
            "i": now.id,
            **_filled(event.fill),
            "z": eight(now.filled),
            "T": now.updated_ms,
            "I": next(self._executions),
            "w": order.working and now.open,
            "M": False,
            "O": now.created_ms,
            "Z": eight(now.quote_filled),
            "Q": eight(asked.quote_quantity),
            "W": order.working_ms,
            "V": "EXPIRE_MAKER",
        }
        if asked.trail_bps is not None:
            report |= {"d": int(asked.trail_bps), "D": -1}
        if event.execution in {"expired", "rejected"} and order.expiry:
            report["eR"] = order.expiry
        return report


def _filled(fill: FillTruth | None) -> dict[str, Any]:
    if fill is None:
        return {
            "l": "0.00000000",
            "L": "0.00000000",
            "n": "0",
            "N": None,
            "t": -1,
            "m": False,
            "Y": "0.00000000",
        }
    return {
        "l": eight(fill.quantity),
        "L": eight(fill.price),
        "n": plain(fill.fee),
        "N": fill.fee_asset,
        "t": fill.id,
        "m": fill.maker,
        "Y": eight(fill.quantity * fill.price),
    }


def _balances(event: BalancesChanged) -> dict[str, Any]:
    held = [event.account.spot.balance(asset) for asset in event.assets]
    return {
        "e": "outboundAccountPosition",
        "E": event.time_ms,
        "u": event.time_ms,
        "B": [{"a": one.asset, "f": eight(one.free), "l": eight(one.locked)} for one in held],
    }


def _transfer(event: BalancesChanged) -> dict[str, Any]:
    return {
        "e": "balanceUpdate",
        "E": event.time_ms,
        "a": event.assets[0],
        "d": eight(event.delta),
        "T": event.time_ms,
    }


def _list_status(event: PairChanged) -> dict[str, Any]:
    symbol = wire_symbol(event.orders[0].market.symbol)
    return {
        "e": "listStatus",
        "E": event.time_ms,
        "s": symbol,
        "g": event.list_id,
        "c": "OCO",
        "l": "ALL_DONE" if event.done else "EXEC_STARTED",
        "L": "ALL_DONE" if event.done else "EXECUTING",
        "r": "NONE",
        "C": event.list_client_id,
        "T": event.time_ms,
        "O": [{"s": symbol, "i": one.id, "c": one.client_order_id} for one in event.orders],
    }
