"""How one order is found again by our id: without a way to do so, nothing may be sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from realtrade.common.rest.errors import OddAnswer, RestError
from realtrade.generic_ccxt import answers
from realtrade.generic_ccxt.rehearsal import lookup_name
from realtrade.plugins.ports.gateway import Answer, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.generic_ccxt.account import Reader
    from realtrade.generic_ccxt.store import CcxtStore
    from realtrade.model.account import VenueOrder
    from realtrade.model.order import OrderIntent

_LISTS = (
    ("fetchOrders", "fetch_orders"),
    ("fetchCanceledAndClosedOrders", "fetch_canceled_and_closed_orders"),
    ("fetchClosedOrders", "fetch_closed_orders"),
)
_BACK_MS = 60_000
_PAGE = 100
_LEAST_PAGE = 50
"""No exchange cuts a list of past orders shorter than that."""


@dataclass(frozen=True, slots=True)
class Ways:
    """How an exchange can be asked for an order by our id."""

    by_id: bool
    """`fetch_order` takes it."""
    closed: tuple[str, str] | None
    """ccxt's names of the list of orders that are over; open ones are listed beside it."""

    @property
    def none(self) -> bool:
        """Tell whether there is no way at all."""
        return not self.by_id and self.closed is None

    def __str__(self) -> str:
        if self.by_id:
            return "by our id"
        return f"in lists of open and past orders ({self.closed[0]})" if self.closed else "not"


def ways(store: CcxtStore, symbol: str, name: str, placed_as: str | None) -> Ways:
    """Find out how orders can be looked for.

    Args:
        store: of the account.
        symbol: any that is traded.
        name: an order id as the exchange takes it; no order has it.
        placed_as: under which name it leaves when an order is placed.

    Raises:
        RestError: the exchange was asked something on the way, and did not answer.
    """
    has = store.exchange.has
    asked_as = lookup_name(
        store, lambda client: client.fetch_order("", symbol, {"clientOrderId": name}), name
    )
    lists = next((pair for pair in _LISTS if has.get(pair[0])), None)
    return Ways(
        by_id=bool(has.get("fetchOrder")) and _same_id(asked_as, placed_as),
        closed=lists if has.get("fetchOpenOrders") else None,
    )


def _same_id(asked_as: str | None, placed_as: str | None) -> bool:
    """Tell whether an id is asked for as what it was placed as: Kraken's `userref` is another."""
    if asked_as is None or placed_as is None:
        return False
    asked, placed = (one.lower().rpartition(".")[2] for one in (asked_as, placed_as))
    return asked in {"path", placed} or asked.endswith(placed.removeprefix("new"))


class Finder:
    """Finds single orders."""

    def __init__(self, store: CcxtStore, reader: Reader, ways: Ways) -> None:
        self._store, self._reader, self._ways = store, reader, ways

    def find(self, intent: OrderIntent) -> Answer:
        """Ask for one order: ACK with it, or ABSENT.

        Raises:
            RestError: no answer, or an error.
        """
        told = self._by_their_id(intent) or self._by_our_id(intent)
        if told is not None:
            return Answer(outcome=Outcome.ACK, order=told)
        if self._ways.by_id or self._ways.closed is None:
            return Answer(outcome=Outcome.ABSENT)
        return self._listed(intent, self._ways.closed[1])

    def _by_their_id(self, intent: OrderIntent) -> VenueOrder | None:
        known = self._reader.names.venue_order_id(intent.client_order_id)
        if known is None:
            return None
        return self._unless_absent(lambda: self._reader.order(intent.symbol, known))

    def _by_our_id(self, intent: OrderIntent) -> VenueOrder | None:
        if not self._ways.by_id:
            return None
        name = self._reader.names.spelled(intent.client_order_id)

        def ask() -> VenueOrder:
            params = {"clientOrderId": name}
            row = self._reader.ask("fetch_order", "", intent.symbol, params)
            told = answers.order(row, self._reader.names)
            if told.client_order_id != intent.client_order_id:
                msg = f"{name} was asked for, another order was told"
                raise OddAnswer(msg)
            return told

        return self._unless_absent(ask)

    def _unless_absent(self, ask: Callable[[], VenueOrder]) -> VenueOrder | None:
        try:
            told = ask()
        except RestError as error:
            if self._store.outcome_of(error) is not Outcome.ABSENT:
                raise
            return None
        self._reader.names.learn(told.symbol, told.venue_order_id, told.client_order_id)
        return told

    def _listed(self, intent: OrderIntent, method: str) -> Answer:
        """Look through open and past orders; a list that is full may go on, and proves nothing."""
        names, since_ms = self._reader.names, max(0, intent.created_ms - _BACK_MS)
        wanted = names.spelled(intent.client_order_id)
        rows = [*self._reader.ask("fetch_open_orders", intent.symbol)]
        past = self._reader.ask(method, intent.symbol, since_ms or None, _PAGE)
        for row in (*rows, *past):
            if str(row.get("clientOrderId") or "") == wanted:
                told = answers.order(row, names)
                names.learn(told.symbol, told.venue_order_id, intent.client_order_id)
                told = replace(told, client_order_id=intent.client_order_id)
                return Answer(outcome=Outcome.ACK, order=told)
        if len(past) >= _LEAST_PAGE:
            return Answer(outcome=Outcome.UNKNOWN, reason="the list of past orders is cut")
        return Answer(outcome=Outcome.ABSENT)
