"""What an account has, by ccxt's unified methods: orders, executions, balances, positions."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from realtrade.common.rest import unified
from realtrade.common.rest.errors import OddAnswer, RestError
from realtrade.common.rest.rate_gate import Urgency
from realtrade.common.rest.unified import number
from realtrade.generic_ccxt import answers
from realtrade.generic_ccxt.executions import Executions
from realtrade.model.account import AccountState, Balance, VenueOrder
from realtrade.model.order import OrderStatus
from realtrade.plugins.ports.gateway import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from realtrade.generic_ccxt.names import Names
    from realtrade.generic_ccxt.store import CcxtStore
    from realtrade.model.order import Fill

_OVER = frozenset(
    {OrderStatus.FILLED, OrderStatus.CANCELLED, OrderStatus.EXPIRED, OrderStatus.REJECTED}
)


def is_over(order: VenueOrder) -> bool:
    """Tell whether nothing more will become of an order."""
    return order.status in _OVER


class Reader:
    """Asks; every method may raise `RestError`.

    Args:
        store: with the account's key.
        names: tells whose is whose, and learns.
        tries: how often a question is put.
    """

    def __init__(self, store: CcxtStore, names: Names, *, tries: int = 3) -> None:
        self._store = store
        self.names = names
        self._hurry: dict[str, Any] = {"urgency": Urgency.ORDER, "tries": tries}

    def ask(self, method: str, *args: Any) -> Any:
        """Put a question to one of ccxt's methods."""
        return self._store.read(method, *args, **self._hurry)

    def open_orders(self, symbols: Sequence[str]) -> list[VenueOrder]:
        """Return every open order of these symbols, ours and foreign."""
        found = []
        for symbol in symbols:
            rows = _rows(self.ask("fetch_open_orders", symbol))
            told = [answers.order(row, self.names) for row in rows]
            found += [each for each in told if not is_over(each)]
        for order in found:
            self.names.learn(order.symbol, order.venue_order_id, order.client_order_id)
        return found

    def order(self, symbol: str, venue_order_id: str) -> VenueOrder:
        """Return one order by the exchange's id."""
        told = answers.order(self.ask("fetch_order", venue_order_id, symbol), self.names)
        if told.venue_order_id != venue_order_id:
            msg = f"the order {venue_order_id} was asked for, another one was told"
            raise OddAnswer(msg)
        self.names.learn(symbol, venue_order_id, told.client_order_id)
        return told

    # ---- executions ----

    def fills(self, symbol: str, after: str) -> list[Fill]:
        """Return executions behind a cursor, oldest first.

        Args:
            symbol: unified.
            after: `ms:<time>`, or `at:<time>:<trade id>` as `cursor` writes it.

        Raises:
            RestError: no answer, or none to trust.
            LookupError: the cursor is none.
        """
        since_ms, last = _cursor(after)
        rows = sorted(self._trades(symbol, since_ms), key=_order)
        return [
            answers.trade(row, symbol, self._owner(symbol, row))
            for row in rows
            if _order(row) > (since_ms, _natural(last))
        ]

    def _owner(self, symbol: str, row: dict[str, Any]) -> str:
        """Return our id of the order behind an execution; of a foreign one whatever it is called.

        Raises:
            RestError: it was not told. One the exchange has forgotten is nobody's.
        """
        number = str(row.get("order") or "")
        known = self.names.of(symbol, number)
        if known is None and number:
            try:
                known = self.order(symbol, number).client_order_id
            except RestError as error:
                if self._store.outcome_of(error) is not Outcome.ABSENT:
                    raise
        return known or ""

    def _trades(self, symbol: str, since_ms: int) -> Iterator[dict[str, Any]]:
        told = self._store.features().get("fetchMyTrades") or {}
        return Executions(self._page, symbol, told, self._store.now_ms()).since(since_ms)

    def _page(
        self, symbol: str, since_ms: int, limit: int, more: dict[str, int]
    ) -> list[dict[str, Any]]:
        return _rows(self.ask("fetch_my_trades", symbol, since_ms, limit, more))

    # ---- money ----

    def state(self) -> AccountState:
        """Return balances and positions; totals are without what positions have gained."""
        store = self._store
        if store.market_type == "spot":
            return unified.state(store)
        rows = _rows(store.read("fetch_positions", **self._hurry))
        hedged = any(row.get("hedged") is True for row in rows)
        told = unified.balances(store.read("fetch_balance", **self._hurry))
        gained: dict[str, Decimal] = {}
        if store.traits.wallet == "equity":
            for row in rows:
                name = str(row.get("symbol") or "").rpartition(":")[2]
                gained[name] = gained.get(name, Decimal(0)) + number(row.get("unrealizedPnl"))
        balances = {name: _wallet(one, gained.get(name)) for name, one in told.items()}
        return AccountState(
            balances=balances,
            positions=unified.positions(rows),
            hedged=hedged,
            time_ms=store.now_ms(),
        )


def cursor(fill: Fill) -> str:
    """Return where reading goes on behind an execution: ids alone have no order here."""
    return f"at:{fill.time_ms}:{fill.trade_id}"


def _cursor(text: str) -> tuple[int, str]:
    kind, _, rest = text.partition(":")
    when, _, last = rest.partition(":")
    if kind not in ("ms", "at") or not when.isdigit():
        msg = f"the cursor {text!r} is no at:<time>:<trade id> and no ms:<time>"
        raise LookupError(msg)
    return int(when), last


def _order(row: dict[str, Any]) -> tuple[int, tuple[int, str]]:
    return int(row.get("timestamp") or 0), _natural(str(row.get("id") or ""))


def _natural(text: str) -> tuple[int, str]:
    """Return what ids are sorted by: numbers by their value, everything else by its letters."""
    return (int(text), "") if text.isascii() and text.isdigit() else (-1 if not text else 0, text)


def _wallet(told: Balance, gained: Decimal | None) -> Balance:
    total = told.total - (gained or Decimal(0))
    free = max(Decimal(0), min(told.free, total))
    return replace(told, free=free, locked=total - free)


def _rows(told: Any) -> list[dict[str, Any]]:
    if not isinstance(told, list) or not all(isinstance(row, dict) for row in told):
        msg = f"expected a list, got {type(told).__name__}"
        raise OddAnswer(msg)
    return told
