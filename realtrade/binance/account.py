"""What a Binance account has: balances, positions, open orders, trades from a cursor on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.binance import answers
from realtrade.common.rest.errors import OddAnswer
from realtrade.common.rest.rate_gate import Urgency
from realtrade.common.rest.unified import number
from realtrade.model.account import AccountState, Balance
from realtrade.model.order import Position

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from realtrade.binance.search import Finder
    from realtrade.binance.store import BinanceStore
    from realtrade.model.account import VenueOrder
    from realtrade.model.order import Fill

PAGE = 1_000
_HURRY: dict[str, Any] = {"urgency": Urgency.ORDER, "tries": 3}
"""Questions about the account come before bars, and must not keep cancels waiting for long."""
_DAY_MS = 86_400_000
_SPAN_MS = {"spot": _DAY_MS, "swap": 7 * _DAY_MS}
"""The longest span of trades one request may ask for."""


def spot_state(store: BinanceStore) -> AccountState:
    """Return the balances of a spot account.

    Raises:
        RestError: no answer, or none to trust.
    """
    told = store.read("privateGetAccount", {"omitZeroBalances": "true"}, **_HURRY)
    rows = _rows(told, "balances")
    balances = {
        str(row["asset"]): Balance(number(row.get("free")), number(row.get("locked")))
        for row in rows
    }
    return AccountState(balances=balances, time_ms=store.now_ms())


def swap_state(store: BinanceStore) -> AccountState:
    """Return balances and positions of a USDⓈ-M account, and whether it is hedged.

    A balance's total is the wallet's, without what open positions have gained or lost.

    Raises:
        RestError: no answer, or none to trust.
    """
    balances = {
        str(row["asset"]): _wallet(row)
        for row in _rows(store.read("fapiPrivateV3GetBalance", **_HURRY))
        if number(row.get("balance"))
    }
    positions: dict[str, Position] = {}
    hedged = is_hedged(store)
    for row in _rows(store.read("fapiPrivateV3GetPositionRisk", **_HURRY)):
        quantity = number(row.get("positionAmt"))
        symbol = store.symbol_of(str(row.get("symbol")))
        hedged = hedged or row.get("positionSide", "BOTH") != "BOTH"
        if quantity:
            positions[symbol] = Position(quantity, number(row.get("entryPrice")))
    return AccountState(
        balances=balances, positions=positions, hedged=hedged, time_ms=store.now_ms()
    )


def is_hedged(store: BinanceStore) -> bool:
    """Tell whether the account holds longs and shorts side by side.

    Raises:
        RestError: no answer, or none to trust.
    """
    told = store.read("fapiPrivateGetPositionSideDual", **_HURRY)
    if not isinstance(told, dict) or not isinstance(told.get("dualSidePosition"), bool):
        raise OddAnswer("the position mode was asked for and not told")
    return bool(told["dualSidePosition"])


def _wallet(row: Mapping[str, Any]) -> Balance:
    total = number(row.get("balance"))
    free = min(number(row.get("availableBalance")), total)
    return Balance(free, total - free)


class AccountReader:
    """Reads open orders and trades, page after page."""

    def __init__(self, store: BinanceStore, finder: Finder) -> None:
        self._store = store
        self._finder = finder

    def open_orders(self, symbols: Sequence[str] | None) -> list[VenueOrder]:
        """Return every open order of these symbols, or of all, plain and conditional.

        Raises:
            RestError: no answer, or none to trust.
            LookupError: a symbol is not listed.
        """
        asked = [None] if symbols is None else symbols
        found = [order for symbol in asked for order in self._open(symbol)]
        for order in found:
            self._finder.learn(order)
        return found

    def _open(self, symbol: str | None) -> Iterator[VenueOrder]:
        params = {} if symbol is None else {"symbol": self._store.known(symbol).id}
        names = ("privateGetOpenOrders", "fapiPrivateGetOpenOrders")
        for row in _rows(self._store.ask(*names, params, **_HURRY)):
            yield answers.order(row, self._store.symbol_of(str(row.get("symbol"))))
        if self._store.market_type == "swap":
            for row in _rows(self._store.read("fapiPrivateGetOpenAlgoOrders", params, **_HURRY)):
                yield answers.algo_order(row, self._store.symbol_of(str(row.get("symbol"))))

    def fills(self, symbol: str, after: str) -> list[Fill]:
        """Return all trades behind a cursor, oldest first.

        Raises:
            RestError: no answer, or none to trust.
            LookupError: the symbol is not listed, or the cursor is none.
        """
        rows = sorted(self._trades(symbol, after), key=lambda row: int(row["id"]))
        return [self._fill(row, symbol) for row in rows]

    def _fill(self, row: Mapping[str, Any], symbol: str) -> Fill:
        name = self._finder.client_id(symbol, int(row["orderId"]))
        return answers.trade(row, symbol, name)

    def _trades(self, symbol: str, after: str) -> Iterator[Mapping[str, Any]]:
        kind, _, value = after.rpartition(":")
        if kind not in ("", "ms") or not value.isdigit():
            msg = f"the cursor {after!r} is no trade id and no ms:<time>"
            raise LookupError(msg)
        page = self._first(symbol, int(value)) if kind else self._page(symbol, int(value))
        while page:
            yield from page
            if len(page) < PAGE:
                return
            page = self._page(symbol, max(int(row["id"]) for row in page))

    def _first(self, symbol: str, since_ms: int) -> list[Mapping[str, Any]]:
        """Return the first trades since a time, looking span by span where nothing was traded."""
        span_ms, now_ms = _SPAN_MS[self._store.market_type], self._store.now_ms()
        while since_ms <= now_ms:
            until_ms = since_ms + span_ms - 1
            page = self._ask(symbol, {"startTime": since_ms, "endTime": until_ms})
            if page:
                last = max(int(row["id"]) for row in page)
                return page if len(page) == PAGE else [*page, *self._page(symbol, last)]
            since_ms += span_ms
        return []

    def _page(self, symbol: str, after_id: int) -> list[Mapping[str, Any]]:
        return self._ask(symbol, {"fromId": after_id + 1})

    def _ask(self, symbol: str, span: dict[str, int]) -> list[Mapping[str, Any]]:
        params = {"symbol": self._store.known(symbol).id, "limit": PAGE, **span}
        rows = _rows(
            self._store.ask("privateGetMyTrades", "fapiPrivateGetUserTrades", params, **_HURRY)
        )
        if not all(isinstance(row.get("id"), int) for row in rows):
            raise OddAnswer("trades without ids")
        return rows


def _rows(told: Any, name: str = "") -> list[Mapping[str, Any]]:
    rows = told
    if name:
        rows = told.get(name) if isinstance(told, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        msg = f"expected a list{' of ' + name if name else ''}, got {type(rows).__name__}"
        raise OddAnswer(msg)
    return rows
