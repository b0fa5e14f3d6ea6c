"""Events of the USDⓈ-M user stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.testing.binance.call import wire_symbol
from realtrade.testing.binance.text import eight, plain
from realtrade.testing.binance.usdm import shapes
from realtrade.testing.exchange.events import BalancesChanged, OrderChanged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from realtrade.testing.exchange.core import Core
    from realtrade.testing.exchange.events import Event
    from realtrade.testing.exchange.order import SimOrder

_EXECUTION = {
    "new": "NEW",
    "trade": "TRADE",
    "canceled": "CANCELED",
    "expired": "EXPIRED",
    "rejected": "EXPIRED",
}

_EXPIRY = {
    "UNFILLED_IOC_QUANTITY_EXPIRED": "2",
    "KNOCKED_OUT": "4",
    "INSUFFICIENT_LIQUIDITY": "9",
}
"""Why an order expired, by Binance's number."""


class UsdmReports:
    """Turns events of the exchange into those of the user stream."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def of(self, event: Event) -> Iterator[tuple[str, dict[str, Any]]]:
        """Return API key and payload of every message about `event`; nothing about spot."""
        if isinstance(event, BalancesChanged) and event.futures:
            yield event.account.key, self._account(event)
        elif isinstance(event, OrderChanged) and not event.order.market.is_spot:
            if event.order.request.trigger is None:
                yield event.account.key, _order(event)
                yield from self._parent(event)
            else:
                child = shapes.child_of(event.order, event.account.orders)
                yield event.account.key, _algo(event, child)
                if child is not None and not child.open:
                    yield event.account.key, _finished(event, event.order, child)

    def _parent(self, event: OrderChanged) -> Iterator[tuple[str, dict[str, Any]]]:
        """A conditional order is FINISHED when its child is done."""
        parent_id = event.order.parent_id
        if parent_id is None or event.now.open:
            return
        parent = next(one for one in reversed(event.account.orders) if one.id == parent_id)
        if parent.status == "triggered":
            yield event.account.key, _finished(event, parent, event.order)

    def _account(self, event: BalancesChanged) -> dict[str, Any]:
        held = [(asset, event.account.futures.total(asset)) for asset in event.assets]
        return {
            "e": "ACCOUNT_UPDATE",
            "E": event.time_ms,
            "T": event.time_ms,
            "a": {
                "m": event.cause,
                "B": [
                    {
                        "a": asset,
                        "wb": eight(total),
                        "cw": eight(total),
                        "bc": eight(event.delta),
                    }
                    for asset, total in held
                ],
                "P": self._positions(event),
            },
        }

    def _positions(self, event: BalancesChanged) -> list[dict[str, Any]]:
        if event.market is None:
            return []
        symbol = event.market.symbol
        position = event.account.position(symbol)
        return [
            {
                "s": wire_symbol(symbol),
                "pa": plain(position.quantity),
                "ep": plain(round(position.entry, 8)),
                "bep": plain(round(position.entry, 8)),
                "cr": eight(position.realised),
                "up": eight(position.quantity * (self._core.desks[symbol].price - position.entry)),
                "mt": event.account.margin_type.get(symbol, "cross"),
                "iw": "0",
                "ps": "BOTH",
            }
        ]


def _order(event: OrderChanged) -> dict[str, Any]:
    order, now, fill = event.order, event.now, event.fill
    asked = order.request
    body: dict[str, Any] = {
        "s": wire_symbol(now.symbol),
        "c": now.client_order_id,
        "S": now.side.upper(),
        "o": now.type,
        "f": now.time_in_force,
        "q": plain(now.quantity),
        "p": plain(now.price),
        "ap": plain(round(now.quote_filled / now.filled, 8) if now.filled else 0),
        "sp": plain(now.stop_price),
        "x": _EXECUTION[event.execution],
        "X": shapes.STATUS[now.status],
        "i": now.id,
        "l": plain(fill.quantity if fill else 0),
        "z": plain(now.filled),
        "L": plain(fill.price if fill else 0),
        "T": now.updated_ms,
        "t": fill.id if fill else 0,
        "b": "0",
        "a": "0",
        "m": fill is not None and fill.maker,
        "R": now.reduce_only,
        "wt": asked.extra.get("workingType", "CONTRACT_PRICE"),
        "ot": asked.extra.get("parent_type", now.type),
        "ps": "BOTH",
        "cp": asked.close_position,
        "rp": plain(fill.realised if fill else 0),
        "pP": False,
        "si": 0,
        "ss": 0,
        "V": "EXPIRE_MAKER",
        "pm": "NONE",
        "gtd": asked.good_till_ms,
        "er": _EXPIRY.get(order.expiry, "0") if event.execution == "expired" else "0",
    }
    if fill is not None:
        body |= {"N": fill.fee_asset, "n": plain(fill.fee)}
    return {"e": "ORDER_TRADE_UPDATE", "E": event.time_ms, "T": event.time_ms, "o": body}


def _algo(event: OrderChanged, child: SimOrder | None) -> dict[str, Any]:
    order, asked = event.order, event.order.request
    status = shapes.algo_status(order, None)
    body = {
        "caid": order.client_order_id,
        "aid": order.id,
        "at": "CONDITIONAL",
        "o": asked.type,
        "s": wire_symbol(order.market.symbol),
        "S": asked.side.upper(),
        "ps": "BOTH",
        "f": asked.time_in_force,
        "q": plain(order.quantity),
        "X": status,
        "ai": "" if child is None else str(child.id),
        "ap": plain(round(child.average, 8)) if child is not None else "0.00000",
        "aq": plain(child.filled) if child is not None else "0.00000",
        "act": "0" if child is None else child.request.type,
        "tp": plain(asked.stop_price),
        "p": plain(asked.price),
        "V": "EXPIRE_MAKER",
        "wt": asked.extra.get("workingType", "CONTRACT_PRICE"),
        "pm": "NONE",
        "cp": asked.close_position,
        "pP": False,
        "R": asked.reduce_only,
        "tt": max(order.working_ms, 0),
        "gtd": asked.good_till_ms,
        "rm": "Reduce Only reject" if status == "REJECTED" else "",
        "ia": asked.trail_bps is not None and order.best is not None,
    }
    return {"e": "ALGO_UPDATE", "T": event.time_ms, "E": event.time_ms, "o": body}


def _finished(event: OrderChanged, parent: SimOrder, child: SimOrder) -> dict[str, Any]:
    about_parent = OrderChanged(
        account=event.account,
        order=parent,
        now=parent.truth(),
        execution="triggered",
        time_ms=event.time_ms,
    )
    message = _algo(about_parent, child)
    message["o"]["X"] = "FINISHED"
    return message
