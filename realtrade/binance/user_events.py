"""Events of Binance's user streams in our values, spot and USDⓈ-M; numbers straight from text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.binance.answers import ALGO_STATUSES, STATUSES, TYPES
from realtrade.common.rest.unified import number
from realtrade.model.account import Balance, BalancesChanged, OrderChanged, VenueOrder
from realtrade.model.order import Fill, OrderType, Position, Side

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from realtrade.model.account import AccountEvent

    SymbolOf = Callable[[str], str]

_FINISHED = "FINISHED"
_EXECUTED = frozenset({"TRADE", "CALCULATED"})
"""Kinds of changes that may be an execution; the second one is of a liquidation."""
_EXPIRIES: Mapping[str, str] = {
    "1": "it would have met an order of the same account",
    "2": "the rest of it could not be filled at once",
    "3": "the rest of it would have met an order of the same account",
    "4": "it gave way to another order that reduces the position",
    "5": "the account was liquidated",
    "6": "its condition does not hold any more",
    "7": "the symbol was delisted",
    "8": "its stop has fired",
    "9": "there was nothing left to fill it with",
}
"""Why an order of USDⓈ-M expired, by Binance's number ("Event: Order Update")."""
_SWAP_TYPES = {**TYPES, "TAKE_PROFIT": OrderType.STOP_LIMIT}
"""On spot a `TAKE_PROFIT` has no limit price, on USDⓈ-M it has one."""


def event_of(event: Mapping[str, Any], symbol_of: SymbolOf) -> AccountEvent | None:
    """Return what an event says of orders or money; None for events about something else.

    Args:
        event: as Binance sends it, without the wrapper of its stream.
        symbol_of: gives the unified symbol for Binance's own.

    Raises:
        KeyError: a field is missing, or a status, side or type is not known.
        ValueError: a field is something else.
        TypeError: a field is something else.
    """
    read = _READERS.get(str(event.get("e")))
    return None if read is None else read(event, symbol_of)


def _execution(event: Mapping[str, Any], symbol_of: SymbolOf) -> OrderChanged:
    """Read spot's `executionReport`."""
    # A cancel has an id of its own; the order's is then the original one.
    client_order_id = str(event.get("C") or event["c"])
    kind = OrderType.TRAILING_STOP if event.get("d") else TYPES[event["o"]]
    return _changed(event, client_order_id, kind, symbol_of(event["s"]), stop=event.get("P"))


def _trade_update(event: Mapping[str, Any], symbol_of: SymbolOf) -> OrderChanged:
    """Read USDⓈ-M's `ORDER_TRADE_UPDATE`; what a conditional order became has its client id."""
    told = event["o"]
    kind = _SWAP_TYPES[told.get("ot") or told["o"]]
    return _changed(told, str(told["c"]), kind, symbol_of(told["s"]), stop=told.get("sp"))


def _changed(
    told: Mapping[str, Any], client_order_id: str, kind: OrderType, symbol: str, *, stop: Any
) -> OrderChanged:
    side = Side[told["S"]]
    order = VenueOrder(
        client_order_id=client_order_id,
        venue_order_id=str(told["i"]),
        symbol=symbol,
        side=side,
        type=kind,
        status=STATUSES[told["X"]],
        quantity=number(told["q"]),
        filled=number(told["z"]),
        limit_price=number(told["p"]) or None,
        stop_price=number(stop) or None,
        reason=_reason(told),
        time_ms=int(told["T"]),
    )
    if told["x"] not in _EXECUTED or not number(told["l"]):
        return OrderChanged(order)
    fill = Fill(
        trade_id=str(told["t"]),
        client_order_id=client_order_id,
        symbol=symbol,
        side=side,
        quantity=number(told["l"]),
        price=number(told["L"]),
        fee=number(told.get("n")),
        fee_currency=str(told.get("N") or ""),
        maker=told["m"] is True,
        time_ms=int(told["T"]),
    )
    return OrderChanged(order, fill)


def _reason(told: Mapping[str, Any]) -> str:
    refused = told.get("r")
    if refused not in (None, "", "NONE"):
        return str(refused)
    if told["X"] == "EXPIRED_IN_MATCH":
        return "EXPIRED_IN_MATCH"
    if told["X"] != "EXPIRED":
        return ""
    return str(told.get("eR") or _EXPIRIES.get(str(told.get("er")), ""))


def _algo(event: Mapping[str, Any], symbol_of: SymbolOf) -> OrderChanged | None:
    """Read USDⓈ-M's `ALGO_UPDATE`: a conditional order before it fires, and while it does.

    Once it is finished, what it became has told how.
    """
    told = event["o"]
    if told["X"] == _FINISHED:
        return None
    order = VenueOrder(
        client_order_id=str(told["caid"]),
        venue_order_id=f"algo-{told['aid']}",
        symbol=symbol_of(told["s"]),
        side=Side[told["S"]],
        type=_SWAP_TYPES[told["o"]],
        status=ALGO_STATUSES[told["X"]],
        quantity=number(told["q"]),
        filled=number(None),
        limit_price=number(told["p"]) or None,
        stop_price=number(told.get("tp")) or None,
        reason=str(told.get("rm") or "") if told["X"] in ("REJECTED", "EXPIRED") else "",
        time_ms=int(event["T"]),
    )
    return OrderChanged(order)


def _balances(event: Mapping[str, Any], symbol_of: SymbolOf) -> BalancesChanged:
    """Read spot's `outboundAccountPosition`."""
    held = {str(row["a"]): Balance(number(row["f"]), number(row["l"])) for row in event["B"]}
    return BalancesChanged(held, time_ms=int(event["u"]))


def _account(event: Mapping[str, Any], symbol_of: SymbolOf) -> BalancesChanged:
    """Read USDⓈ-M's `ACCOUNT_UPDATE`: wallets, whose margin in use it does not tell."""
    told = event["a"]
    held = {str(row["a"]): Balance(number(row["wb"])) for row in told.get("B", ())}
    positions = {
        symbol_of(row["s"]): Position(number(row["pa"]), number(row["ep"]))
        for row in told.get("P", ())
        if row["ps"] == "BOTH"  # the other ones are of hedged accounts, which we do not trade
    }
    return BalancesChanged(held, positions, int(event["T"]))


_READERS: Mapping[str, Callable[[Mapping[str, Any], SymbolOf], AccountEvent | None]] = {
    "executionReport": _execution,
    "outboundAccountPosition": _balances,
    "ORDER_TRADE_UPDATE": _trade_update,
    "ALGO_UPDATE": _algo,
    "ACCOUNT_UPDATE": _account,
}
