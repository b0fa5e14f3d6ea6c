"""What a Binance account has: balances, positions, open orders, trades from a cursor on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.binance import answers
from realtrade.binance.executions import HURRY, Executions
from realtrade.common.rest.errors import OddAnswer, RestError
from realtrade.common.rest.unified import number
from realtrade.model.account import AccountState, Balance
from realtrade.model.order import Position
from realtrade.plugins.ports.gateway import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from realtrade.binance.search import Finder
    from realtrade.binance.store import BinanceStore
    from realtrade.model.account import VenueOrder
    from realtrade.model.order import Fill


def spot_state(store: BinanceStore) -> AccountState:
    """Return the balances of a spot account.

    Raises:
        RestError: no answer, or none to trust.
    """
    told = store.read("privateGetAccount", {"omitZeroBalances": "true"}, **HURRY)
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
        for row in _rows(store.read("fapiPrivateV3GetBalance", **HURRY))
        if number(row.get("balance"))
    }
    positions: dict[str, Position] = {}
    hedged = is_hedged(store)
    for row in _rows(store.read("fapiPrivateV3GetPositionRisk", **HURRY)):
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
    told = store.read("fapiPrivateGetPositionSideDual", **HURRY)
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
        self._executions = Executions(store)

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
        for row in _rows(self._store.ask(*names, params, **HURRY)):
            yield answers.order(row, self._store.symbol_of(str(row.get("symbol"))))
        if self._store.market_type == "swap":
            for row in _rows(self._store.read("fapiPrivateGetOpenAlgoOrders", params, **HURRY)):
                if row.get("algoStatus") not in answers.FIRED:  # what it became tells, not it
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
        return answers.trade(row, symbol, self._owner(symbol, int(row["orderId"])))

    def _owner(self, symbol: str, venue_order_id: int) -> str:
        """Return our id of the order behind a trade; one that is forgotten is nobody's."""
        try:
            return self._finder.client_id(symbol, venue_order_id)
        except RestError as error:
            if self._store.outcome_of(error) is not Outcome.ABSENT:
                raise
            return ""

    def _trades(self, symbol: str, after: str) -> Iterator[Mapping[str, Any]]:
        kind, _, value = after.rpartition(":")
        if kind not in ("", "ms") or not value.isdigit():
            msg = f"the cursor {after!r} is no trade id and no ms:<time>"
            raise LookupError(msg)
        read = self._executions.since if kind else self._executions.behind
        return read(symbol, int(value))


def _rows(told: Any, name: str = "") -> list[Mapping[str, Any]]:
    rows = told
    if name:
        rows = told.get(name) if isinstance(told, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        msg = f"expected a list{' of ' + name if name else ''}, got {type(rows).__name__}"
        raise OddAnswer(msg)
    return rows
