"""Orders and account of one key through ccxt: nothing goes twice, what is unclear is UNKNOWN."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from realtrade.common.rest.errors import RestError
from realtrade.common.rest.rate_gate import Urgency
from realtrade.generic_ccxt import account, answers, orders
from realtrade.generic_ccxt.account import Reader, is_over
from realtrade.generic_ccxt.leaving import Departure, Withheld, guarded
from realtrade.generic_ccxt.lookup import Finder
from realtrade.generic_ccxt.outcomes import unsent, what_came
from realtrade.generic_ccxt.rehearsal import Rehearsals, objection
from realtrade.model.account import VenueOrder
from realtrade.plugins.ports.gateway import Answer, GatewayError, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from realtrade.generic_ccxt.lookup import Ways
    from realtrade.generic_ccxt.names import Names
    from realtrade.generic_ccxt.store import CcxtStore
    from realtrade.model.account import AccountState
    from realtrade.model.instrument import Instrument
    from realtrade.model.order import Fill, OrderIntent

P = ParamSpec("P")
T = TypeVar("T")


class CcxtGateway:
    """One of ccxt's exchanges behind the `Gateway` port. Called from one thread.

    Args:
        store: with the account's key.
        names: whose order is whose; shared with the stream of the account.
        ways: how orders are found again; with none there is no gateway.
        currency: the account is kept in.
    """

    def __init__(
        self, store: CcxtStore, names: Names, ways: Ways, *, currency: str = "USDT"
    ) -> None:
        self._store, self._names = store, names
        self.account = store.connection.account_at(f"ccxt-{store.NAME}")
        self.currency = currency
        """Currency the account is kept in."""
        self.receive_window_ms = store.traits.window_ms
        """How long after its stamp the exchange may still act on a request."""
        self._rehearsals = Rehearsals(store)
        self._reader = Reader(store, names)
        self._finder = Finder(store, Reader(store, names, tries=1), ways)

    def now_ms(self) -> int:
        """Return the exchange's clock, as last measured."""
        return self._store.now_ms()

    def instrument(self, symbol: str) -> Instrument | None:
        """Return what is traded under `symbol`, or None."""
        listing = self._store.listing(symbol)
        if listing is None:
            return None
        self._names.trade(symbol)
        return listing.instrument

    def refuses(self, intent: OrderIntent) -> str | None:
        """Return why an intent cannot be placed exactly as it is, or None when it can."""
        listing = self._store.listing(intent.symbol)
        where = f"{self._store.NAME} {self._store.market_type} through ccxt"
        if listing is None:
            return f"{where}: {intent.symbol} is not listed"
        told = next(self._store.objections(intent, listing), None)
        if told is None:
            with suppress(RestError):  # asked again before anything leaves
                told = self._rehearsed(intent)
        return None if told is None else f"{where}: {told}"

    def _rehearsed(self, intent: OrderIntent) -> str | None:
        return self._rehearsals.problem(intent, self._names.spelled(intent.client_order_id))

    def place(self, intent: OrderIntent) -> Answer:
        """Send one order, once."""
        refusal = self.refuses(intent)
        if refusal is not None:
            return Answer(outcome=Outcome.REJECTED, reason=refusal)
        try:
            problem = self._rehearsed(intent)
        except RestError as error:
            return unsent(self._store, error)
        if problem is not None:
            return Answer(outcome=Outcome.REJECTED, reason=problem)
        return self._place(intent)

    def _place(self, intent: OrderIntent) -> Answer:
        name = self._names.spelled(intent.client_order_id)
        departure = Departure(lambda leaving: objection(leaving, intent, name))
        self._names.trade(intent.symbol)
        words = orders.words(intent, name)
        try:
            with guarded(self._store.exchange.wiring.session, departure):
                row = self._store.call("create_order", *words.arguments, urgency=Urgency.ORDER)
        except RestError as error:
            self._names.moved.set()
            if not departure.left:
                return unsent(self._store, error)
            if departure.asked:
                return Answer(outcome=Outcome.UNKNOWN, reason=str(error))
            return what_came(self._store, error)
        return self._placed(intent, row)

    def _placed(self, intent: OrderIntent, row: Any) -> Answer:
        """Read the answer to an order that has left; whatever is odd about it proves nothing."""
        try:
            told = answers.placed(row, intent, self._names)
            if told is None:
                told = self._confirmed(intent, str(row["id"]))
        except RestError as error:
            self._names.moved.set()
            return Answer(outcome=Outcome.UNKNOWN, reason=str(error))
        self._names.follow(told, over=is_over(told))
        self._names.moved.set()
        return Answer(outcome=Outcome.ACK, order=told)

    def _confirmed(self, intent: OrderIntent, venue_order_id: str) -> VenueOrder:
        """Look at an order whose answer did not name it by our id.

        Raises:
            RestError: it was not told; the outcome of the placing is not known then.
        """
        told = self._reader.order(intent.symbol, venue_order_id)
        if told.client_order_id != intent.client_order_id:
            msg = f"the answer to {intent.client_order_id} tells of another order"
            raise Withheld(msg)
        return told

    def cancel(self, order: VenueOrder | OrderIntent) -> Answer:
        """Cancel one order, then look at it; ABSENT when there is none open."""
        return self._answered(lambda: self._cancel(order))

    def _cancel(self, order: VenueOrder | OrderIntent) -> Answer:
        theirs = getattr(order, "venue_order_id", "") or self._names.venue_order_id(
            order.client_order_id
        )
        if not theirs:
            found = self._finder.find(order)  # type: ignore[arg-type]  # without an id of theirs: ours
            if found.order is None or is_over(found.order):
                return found if found.order is None else Answer(outcome=Outcome.ABSENT)
            theirs = found.order.venue_order_id
        self._store.call("cancel_order", theirs, order.symbol, urgency=Urgency.CANCEL)
        self._names.moved.set()
        return Answer(outcome=Outcome.ACK, order=self._cancelled(order, theirs))

    def _cancelled(self, order: VenueOrder | OrderIntent, theirs: str) -> VenueOrder:
        """Look at an order that was just cancelled: answers to cancels tell little, and differ.

        Some exchanges forget what was cancelled unfilled. Executions are read anyway.
        """
        try:
            return self._reader.order(order.symbol, theirs)
        except RestError as error:
            if self._store.outcome_of(error) is not Outcome.ABSENT:
                raise
        return VenueOrder.cancelled(order, theirs)

    def find(self, intent: OrderIntent) -> Answer:
        """Ask for one order by its client id: ACK with the order, or ABSENT."""
        return self._answered(lambda: self._finder.find(intent))

    def _answered(self, act: Callable[[], Answer]) -> Answer:
        try:
            return act()
        except RestError as error:
            return what_came(self._store, error)

    def open_orders(self, symbols: Sequence[str]) -> Sequence[VenueOrder]:
        """Return every open order of these symbols, ours and foreign.

        Raises:
            GatewayError: no answer, or none to trust.
        """
        return self._asked(self._reader.open_orders, symbols)

    def fills(self, symbol: str, after: str) -> Sequence[Fill]:
        """Return executions of a symbol behind a cursor, oldest first, all of them.

        Raises:
            GatewayError: no answer, or none to trust.
        """
        return self._asked(self._reader.fills, symbol, after)

    def cursor(self, fill: Fill) -> str:
        """Return the cursor behind an execution."""
        return account.cursor(fill)

    def state(self) -> AccountState:
        """Return balances and positions.

        Raises:
            GatewayError: no answer, or none to trust.
        """
        return self._asked(self._reader.state)

    def learn(self, symbol: str, venue_order_id: str, client_order_id: str) -> None:
        """Remember the ids of an order from before: trades are told by the exchange's alone."""
        self._names.learn(symbol, venue_order_id, client_order_id)

    def resync(self) -> None:
        """Measure the exchange's clock anew; without an answer the old measurement stands."""
        with suppress(RestError):
            self._store.clock.measure()

    def _asked(self, ask: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return ask(*args, **kwargs)
        except (RestError, LookupError) as error:
            raise GatewayError(str(error)) from error
