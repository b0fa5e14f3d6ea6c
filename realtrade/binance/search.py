"""One order by its client id, where Binance keeps it: among the common or the conditional ones."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from realtrade.binance import answers
from realtrade.binance.orders import CONDITIONAL
from realtrade.common.rest.errors import OddAnswer, RestError
from realtrade.common.rest.rate_gate import Urgency
from realtrade.model.account import VenueOrder
from realtrade.model.order import OrderStatus
from realtrade.plugins.ports.gateway import Answer, Outcome

if TYPE_CHECKING:
    from realtrade.binance.store import BinanceStore
    from realtrade.model.order import OrderIntent

_REMEMBERED = 10_000
_ALGO = "algo-"


class _Conditional(NamedTuple):
    order: VenueOrder
    fired: bool


class Finder:
    """Finds and cancels single orders, and remembers which id of ours each of theirs belongs to."""

    def __init__(self, store: BinanceStore) -> None:
        self._store = store
        self._names: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._theirs: OrderedDict[tuple[str, str], str] = OrderedDict()

    def learn(self, order: VenueOrder) -> None:
        """Remember an order's ids: trades are told by the exchange's alone."""
        self.learn_name(order.symbol, order.venue_order_id, order.client_order_id)

    def learn_name(self, symbol: str, venue_order_id: str, client_order_id: str) -> None:
        """Remember the ids of an order."""
        _keep(self._names, (symbol, venue_order_id), client_order_id)
        if not venue_order_id.startswith(_ALGO):
            _keep(self._theirs, (symbol, client_order_id), venue_order_id)

    def client_id(self, symbol: str, venue_order_id: int) -> str:
        """Return the client id of an order, asked for where it is not known.

        Raises:
            RestError: it was not told.
        """
        known = self._names.get((symbol, str(venue_order_id)))
        if known is None:
            params = {"symbol": self._id(symbol), "orderId": venue_order_id}
            told = answers.order(self._ask("Order", params), symbol)
            self.learn(told)
            known = told.client_order_id
        return known

    def find(self, intent: OrderIntent) -> Answer:
        """Ask for one order by its client id.

        A conditional order that has fired is told as the order it became; while that cannot be
        seen, its state is unknown. One that is not known among the conditional ones is looked for
        among the common ones too: the two services forget at different times.

        Raises:
            RestError: no answer, or an error.
        """
        if not self._is_algo(intent):
            return self._common(intent.symbol, intent.client_order_id)
        resting = self._algo(intent)
        if resting is not None and not resting.fired:
            return Answer(outcome=Outcome.ACK, order=resting.order)
        try:
            became = self._common(intent.symbol, intent.client_order_id).order
        except RestError as error:
            if resting is None or self._store.outcome_of(error) is not Outcome.ABSENT:
                raise
            told = "it has fired, into what?"
            return Answer(outcome=Outcome.UNKNOWN, order=resting.order, reason=told)
        if became is not None:
            became = replace(became, type=intent.type, stop_price=intent.stop_price)
        return Answer(outcome=Outcome.ACK, order=became)

    def _algo(self, intent: OrderIntent) -> _Conditional | None:
        """Return a conditional order, or None where there is none of that id."""
        try:
            row = self._ask("AlgoOrder", {"clientAlgoId": intent.client_order_id})
        except RestError as error:
            if self._store.outcome_of(error) is not Outcome.ABSENT:
                raise
            return None
        told = self._checked(answers.algo_order(row, intent.symbol), intent.client_order_id)
        return _Conditional(told, row.get("algoStatus") in answers.FIRED)

    def _common(self, symbol: str, client_order_id: str) -> Answer:
        params = {"symbol": self._id(symbol), "origClientOrderId": client_order_id}
        try:
            row = self._ask("Order", params)
        except RestError as error:
            row = self._renamed(symbol, client_order_id, error)
        told = self._checked(answers.order(row, symbol), client_order_id)
        self.learn(told)
        return Answer(outcome=Outcome.ACK, order=told)

    def _renamed(self, symbol: str, client_order_id: str, error: RestError) -> Any:
        """Ask by Binance's own id for an order that is not found by ours.

        On spot the id of a cancel takes the place of the order's: "`newClientOrderId` will replace
        `clientOrderId` of the canceled order", says "Cancel order" of the WebSocket API.
        """
        known = self._theirs.get((symbol, client_order_id))
        absent = self._store.outcome_of(error) is Outcome.ABSENT
        if known is None or not absent or self._store.market_type != "spot":
            raise error
        row = self._ask("Order", {"symbol": self._id(symbol), "orderId": int(known)})
        if not isinstance(row, dict) or str(row.get("orderId")) != known:
            msg = f"asked for the order {known}, told of another one"
            raise OddAnswer(msg)
        return {**row, "clientOrderId": client_order_id}

    def cancel(self, order: VenueOrder | OrderIntent) -> Answer:
        """Cancel one order; one that has fired meanwhile is cancelled as what it became.

        Raises:
            RestError: no answer, or an error.
        """
        if not self._is_algo(order):
            return self._cancel_common(order)
        try:
            return self._cancel_algo(order)
        except RestError as error:
            if self._store.outcome_of(error) is not Outcome.ABSENT:
                raise
        return self._cancel_common(order)

    def _cancel_common(self, order: VenueOrder | OrderIntent) -> Answer:
        params: dict[str, Any] = {"symbol": self._id(order.symbol)}
        wanted = order.client_order_id
        if wanted:
            params["origClientOrderId"] = wanted
        elif isinstance(order, VenueOrder):
            params["orderId"] = order.venue_order_id
        row = answers.one_of_list(self._delete("Order", params), order)
        told = answers.order(row, order.symbol)
        told = self._checked(told, wanted) if wanted else told
        return Answer(outcome=Outcome.ACK, order=told)

    def _cancel_algo(self, order: VenueOrder | OrderIntent) -> Answer:
        wanted = order.client_order_id
        params: dict[str, Any] = {"clientAlgoId": wanted}
        if not wanted and isinstance(order, VenueOrder):
            params = {"algoId": order.venue_order_id.removeprefix(_ALGO)}
        row = self._delete("AlgoOrder", params)
        if not isinstance(row, dict) or (wanted and row.get("clientAlgoId") != wanted):
            msg = f"the answer to cancelling {wanted} tells of another order"
            raise OddAnswer(msg)
        return Answer(outcome=Outcome.ACK, order=_cancelled(order, row))

    def _is_algo(self, order: VenueOrder | OrderIntent) -> bool:
        if self._store.market_type == "spot":
            return False
        if isinstance(order, VenueOrder):
            return order.venue_order_id.startswith(_ALGO)
        return order.type in CONDITIONAL

    def _checked(self, told: VenueOrder, client_order_id: str) -> VenueOrder:
        if told.client_order_id != client_order_id:
            msg = f"asked for {client_order_id}, told of another order"
            raise OddAnswer(msg)
        return told

    def _id(self, symbol: str) -> str:
        listing = self._store.listing(symbol)
        if listing is None:
            msg = f"Binance {self._store.market_type} lists no {symbol}"
            raise OddAnswer(msg)
        return listing.id

    def _ask(self, name: str, params: dict[str, Any]) -> Any:
        return self._store.call(self._endpoint("Get", name), params, urgency=Urgency.ORDER)

    def _delete(self, name: str, params: dict[str, Any]) -> Any:
        return self._store.call(self._endpoint("Delete", name), params, urgency=Urgency.CANCEL)

    def _endpoint(self, verb: str, name: str) -> str:
        room = "private" if self._store.market_type == "spot" else "fapiPrivate"
        return f"{room}{verb}{name}"


def _keep(known: OrderedDict[tuple[str, str], str], key: tuple[str, str], value: str) -> None:
    known[key] = value
    while len(known) > _REMEMBERED:
        known.popitem(last=False)


def _cancelled(order: VenueOrder | OrderIntent, row: dict[str, Any]) -> VenueOrder:
    if isinstance(order, VenueOrder):
        return replace(order, status=OrderStatus.CANCELLED)
    return VenueOrder.cancelled(order, f"{_ALGO}{row.get('algoId', '')}")
