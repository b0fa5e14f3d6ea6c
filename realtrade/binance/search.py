"""One order by its client id, where Binance keeps it: among the common or the conditional ones."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from realtrade.binance import answers
from realtrade.binance.ids import Ids
from realtrade.binance.orders import CONDITIONAL
from realtrade.common.rest.errors import OddAnswer, Refused, RestError
from realtrade.common.rest.rate_gate import Urgency
from realtrade.model.account import VenueOrder
from realtrade.model.order import OrderStatus
from realtrade.plugins.ports.gateway import Answer, Outcome

if TYPE_CHECKING:
    from realtrade.binance.store import BinanceStore
    from realtrade.model.order import OrderIntent

_ALGO = "algo-"
_DAY_MS = 86_400_000
_GONE_MS, _OLD_MS = 3 * _DAY_MS, 90 * _DAY_MS
_SETTLED_S = 60.0
_CANCEL = "-x"
"""Behind the id of an order of ours, the id of its cancel: a name spot may know it by later."""
_LONGEST_ID = 36
_NO_LIST = -1
_ARCHIVED = -2026
_FORGOTTEN = "ended without an execution, and forgotten by the exchange"


class _Conditional(NamedTuple):
    order: VenueOrder
    fired: bool
    became: str
    """Binance's id of the order it became; empty before."""


class Finder:
    """Finds and cancels single orders, and remembers which id of ours each of theirs belongs to."""

    def __init__(self, store: BinanceStore) -> None:
        self._store = store
        self._ids = Ids(store.connection.clock)

    def learn(self, order: VenueOrder) -> None:
        """Remember an order's ids: trades are told by the exchange's alone."""
        self.learn_name(order.symbol, order.venue_order_id, order.client_order_id)

    def learn_name(self, symbol: str, venue_order_id: str, client_order_id: str) -> None:
        """Remember the ids of an order."""
        self._ids.learn(symbol, venue_order_id, client_order_id)

    def client_id(self, symbol: str, venue_order_id: int) -> str:
        """Return the client id of an order, asked for where it is not known.

        Raises:
            RestError: it was not told.
        """
        known = self._ids.ours(symbol, str(venue_order_id))
        if known is None:
            params = {"symbol": self._id(symbol), "orderId": venue_order_id}
            row = self._ask("Order", params)
            told = answers.order(row, symbol)
            if self._is_spot and _alone(row):
                name = told.client_order_id.removesuffix(_CANCEL)
                told = replace(told, client_order_id=name)
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
        try:
            if not self._is_algo(intent):
                told = self._common(intent.symbol, intent.client_order_id)
                return Answer(outcome=Outcome.ACK, order=told)
            return self._fired(intent, self._algo(intent))
        except RestError as error:
            if not self._forgotten(intent, error):
                raise
        number = self._ids.theirs(intent.symbol, intent.client_order_id) or ""
        gone = replace(VenueOrder.cancelled(intent, number), reason=_FORGOTTEN)
        return Answer(outcome=Outcome.ACK, order=gone)

    def _forgotten(self, intent: OrderIntent, error: RestError) -> bool:
        """Tell whether an order is not found because it ended without an execution, and long ago.

        On spot that is what the error says. USDⓈ-M finds no such order three days after its making
        ("Query Order", "Query Algo Order"), and none at all after ninety. Not to take the lag of a
        query for an end, an order must have been known for a while.
        """
        if self._is_spot:
            return isinstance(error, Refused) and error.code == _ARCHIVED
        known_s = self._ids.known_s(intent.symbol, intent.client_order_id)
        age_ms = self._store.now_ms() - intent.created_ms
        absent = self._store.outcome_of(error) is Outcome.ABSENT
        return absent and known_s > _SETTLED_S and _GONE_MS < age_ms < _OLD_MS

    def _fired(self, intent: OrderIntent, resting: _Conditional | None) -> Answer:
        """Return a conditional order as it rests, or what it became."""
        if resting is not None and not resting.fired:
            return Answer(outcome=Outcome.ACK, order=resting.order)
        try:
            became = self._became(intent, resting)
        except RestError as error:
            if resting is None or self._store.outcome_of(error) is not Outcome.ABSENT:
                raise
            told = "it has fired, into what?"
            return Answer(outcome=Outcome.UNKNOWN, order=resting.order, reason=told)
        became = replace(became, type=intent.type, stop_price=intent.stop_price)
        return Answer(outcome=Outcome.ACK, order=became)

    def _became(self, intent: OrderIntent, resting: _Conditional | None) -> VenueOrder:
        """Ask for what a conditional order became: by our id, which it keeps, then by its own."""
        symbol, name = intent.symbol, intent.client_order_id
        try:
            return self._common(symbol, name)
        except RestError as error:
            absent = self._store.outcome_of(error) is Outcome.ABSENT
            if not absent or resting is None or not resting.became:
                raise
        told = answers.order(self._numbered(symbol, resting.became, name), symbol)
        self.learn(told)
        return told

    def _algo(self, intent: OrderIntent) -> _Conditional | None:
        """Return a conditional order, or None where there is none of that id."""
        try:
            row = self._ask("AlgoOrder", {"clientAlgoId": intent.client_order_id})
        except RestError as error:
            if self._store.outcome_of(error) is not Outcome.ABSENT:
                raise
            return None
        told = self._checked(answers.algo_order(row, intent.symbol), intent.client_order_id)
        became = str(row.get("actualOrderId") or "")
        fired = row.get("algoStatus") in answers.FIRED
        return _Conditional(told, fired, became if became.isdigit() else "")

    def _common(self, symbol: str, client_order_id: str) -> VenueOrder:
        params = {"symbol": self._id(symbol), "origClientOrderId": client_order_id}
        try:
            row = self._ask("Order", params)
        except RestError as error:
            row = self._renamed(symbol, client_order_id, error)
        told = self._checked(answers.order(row, symbol), client_order_id)
        self.learn(told)
        return told

    def _renamed(self, symbol: str, client_order_id: str, error: RestError) -> Any:
        """Ask by Binance's own id, or by our cancel's, for an order that is not found by ours.

        On spot the id of a cancel takes the place of the order's: "`newClientOrderId` will replace
        `clientOrderId` of the canceled order", says "Cancel order" of the WebSocket API. It takes
        that of both orders of a list: then it tells nothing.
        """
        known = self._ids.theirs(symbol, client_order_id)
        if not self._is_spot or self._store.outcome_of(error) is not Outcome.ABSENT:
            raise error
        if known is not None:
            return self._numbered(symbol, known, client_order_id)
        cancel_id = client_order_id + _CANCEL
        row = self._ask("Order", {"symbol": self._id(symbol), "origClientOrderId": cancel_id})
        if not _alone(row) or row.get("clientOrderId") != cancel_id:
            raise error
        return {**row, "clientOrderId": client_order_id}

    def _numbered(self, symbol: str, venue_order_id: str, client_order_id: str) -> Any:
        """Ask for an order by Binance's own id; it is ours, whatever it is called there."""
        wanted = {"symbol": self._id(symbol), "orderId": int(venue_order_id)}
        row = self._ask("Order", wanted)
        if not isinstance(row, dict) or str(row.get("orderId")) != venue_order_id:
            msg = f"asked for the order {venue_order_id}, told of another one"
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
            cancel_id = wanted + _CANCEL
            ours = not isinstance(order, VenueOrder) and len(cancel_id) <= _LONGEST_ID
            if self._is_spot and ours:
                params["newClientOrderId"] = cancel_id
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

    @property
    def _is_spot(self) -> bool:
        return self._store.market_type == "spot"

    def _is_algo(self, order: VenueOrder | OrderIntent) -> bool:
        if self._is_spot:
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
        room = "private" if self._is_spot else "fapiPrivate"
        return f"{room}{verb}{name}"


def _alone(row: Any) -> bool:
    """Tell whether an order belongs to no list."""
    return isinstance(row, dict) and row.get("orderListId") == _NO_LIST


def _cancelled(order: VenueOrder | OrderIntent, row: dict[str, Any]) -> VenueOrder:
    if isinstance(order, VenueOrder):
        return replace(order, status=OrderStatus.CANCELLED)
    return VenueOrder.cancelled(order, f"{_ALGO}{row.get('algoId', '')}")
