"""The names a notification's `text` may use, by the events it is sent for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_ALWAYS = {
    "event": {"type", "time", "message"},
    "recipe": {"name", "mode"},
}
_ORDER = {
    "average_price",
    "client_order_id",
    "feed",
    "fee",
    "filled",
    "limit_price",
    "price",
    "quantity",
    "reason",
    "side",
    "slippage_bps",
    "status",
    "stop_price",
    "symbol",
    "type",
}
_TRADE = {
    "closed",
    "entry_price",
    "exit_price",
    "fees",
    "opened",
    "pnl",
    "quantity",
    "side",
    "symbol",
}


def names_for(events: Sequence[str]) -> dict[str, set[str]]:
    """Return what a text for all of these events may name: `order` only when each is an order's."""
    names = dict(_ALWAYS)
    if events and all(event.startswith("order_") for event in events):
        names["order"] = _ORDER
    if events and all(event == "trade_closed" for event in events):
        names["trade"] = _TRADE
    return names
