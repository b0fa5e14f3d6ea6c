"""Orders and account of one Binance key: every answer classified, nothing sent twice."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from realtrade.binance import answers, orders, pairs
from realtrade.binance.account import AccountReader
from realtrade.binance.errors import FILTERS
from realtrade.binance.search import Finder
from realtrade.binance.setup import Setup
from realtrade.common.rest.errors import Gated, OddAnswer, Refused, RestError
from realtrade.common.rest.rate_gate import Urgency
from realtrade.plugins.ports.gateway import Answer, GatewayError, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from realtrade.binance.store import BinanceStore
    from realtrade.common.rest.listing import Listing
    from realtrade.model.account import AccountState, VenueOrder
    from realtrade.model.instrument import Instrument
    from realtrade.model.order import Fill, OrderIntent

_CERTAIN = frozenset({Outcome.THROTTLED, Outcome.CLOCK, Outcome.AUTH, Outcome.REJECTED})
P = ParamSpec("P")
T = TypeVar("T")


class BinanceGateway:
    """Binance behind the `Gateway` port. Called from one thread.

    Orders go out once through ccxt's endpoints by name, so that exactly the documented parameters
    leave; ccxt signs them and our transport sends them.
    """

    def __init__(
        self, store: BinanceStore, *, currency: str = "USDT", setup: Setup | None = None
    ) -> None:
        if store.connection.apikey is None:
            msg = "orders need api_key and secret"
            raise GatewayError(msg)
        self._store = store
        self.account = store.connection.account_at("binance")
        self.currency = currency
        """Currency the account is kept in."""
        self.receive_window_ms = store.connection.receive_window_ms
        """How long after its stamp the exchange may still act on a request."""
        self._setup = setup or Setup(store)
        self._finder = Finder(store)
        self._reader = AccountReader(store, self._finder)
        self._rules_moved = False

    def now_ms(self) -> int:
        """Return Binance's clock, as last measured."""
        return self._store.now_ms()

    def instrument(self, symbol: str) -> Instrument | None:
        """Return what is traded under `symbol`, or None."""
        listing = self._store.listing(symbol)
        return None if listing is None else listing.instrument

    def refuses(self, intent: OrderIntent) -> str | None:
        """Return why an intent cannot be placed exactly as it is, or None when it can."""
        listing = self._store.listing(intent.symbol)
        if listing is None:
            return f"Binance {self._store.market_type} lists no {intent.symbol}"
        return orders.refusal(intent, listing, self.now_ms())

    def place(self, intent: OrderIntent) -> Answer:
        """Send one order, once."""
        return self._answered(lambda: self._place(intent))

    def _place(self, intent: OrderIntent) -> Answer:
        listing = self._store.listing(intent.symbol)
        refusal = self.refuses(intent)
        if listing is None or refusal is not None:
            return Answer(outcome=Outcome.REJECTED, reason=refusal or "")
        unready = self._unready(listing)
        if unready is not None:
            return unready
        request = orders.request(intent, listing)
        row = self._store.call(request.endpoint, request.params, urgency=Urgency.ORDER)
        algo = "Algo" in request.endpoint
        told = (answers.algo_order if algo else answers.order)(row, intent.symbol)
        if told.client_order_id != intent.client_order_id or row.get("symbol") != listing.id:
            msg = f"the answer to {intent.client_order_id} tells of another order"
            raise OddAnswer(msg)
        self._finder.learn(told)
        return Answer(outcome=Outcome.ACK, order=told, fills=answers.placed_fills(row, told))

    def place_pair(self, limit: OrderIntent, stop: OrderIntent) -> Sequence[Answer]:
        """Send two exits as one order list of spot, once; return an answer for each."""
        try:
            return self._place_pair(limit, stop)
        except RestError as error:
            return [self._failed(error)] * 2

    def _place_pair(self, limit: OrderIntent, stop: OrderIntent) -> Sequence[Answer]:
        listing = self._store.listing(limit.symbol)
        if listing is None:
            return [Answer(outcome=Outcome.REJECTED, reason=f"{limit.symbol} is not listed")] * 2
        refusal = pairs.refusal(limit, stop, listing, self.now_ms())
        if refusal is not None:
            return [Answer(outcome=Outcome.REJECTED, reason=refusal)] * 2
        request = pairs.request(limit, stop, listing)
        row = self._store.call(request.endpoint, request.params, urgency=Urgency.ORDER)
        told = pairs.placed(row, (limit, stop))
        for one in told:
            if one.order is not None:
                self._finder.learn(one.order)
        return told

    def resync(self) -> None:
        """Measure Binance's clock anew; without an answer the old measurement stands."""
        with suppress(RestError):
            self._store.clock.measure()

    def _unready(self, listing: Listing) -> Answer | None:
        """Return the answer to an order that is not sent because the account does not fit it."""
        try:
            problem = self._setup.problem(listing)
        except RestError as error:
            # Whatever became of the question, the order itself has not left.
            failed = self._failed(error)
            certain = failed.outcome in _CERTAIN
            return failed if certain else replace(failed, outcome=Outcome.NOT_SENT)
        return None if problem is None else Answer(outcome=Outcome.REJECTED, reason=problem)

    def cancel(self, order: VenueOrder | OrderIntent) -> Answer:
        """Cancel one order by its client id; ABSENT when there is none open."""
        return self._answered(lambda: self._finder.cancel(order))

    def find(self, intent: OrderIntent) -> Answer:
        """Ask for one order by its client id: ACK with the order, or ABSENT."""
        return self._answered(lambda: self._finder.find(intent))

    def open_orders(self, symbols: Sequence[str]) -> Sequence[VenueOrder]:
        """Return every open order of these symbols, ours and foreign, conditional ones too.

        Raises:
            GatewayError: no answer, or none to trust.
        """
        return self._asked(self._reader.open_orders, symbols)

    def fills(self, symbol: str, after: str) -> Sequence[Fill]:
        """Return executions of a symbol with trade ids behind `after`, oldest first, all of them.

        Raises:
            GatewayError: no answer, or none to trust.
        """
        return self._asked(self._reader.fills, symbol, after)

    def state(self) -> AccountState:
        """Return balances and positions.

        Raises:
            GatewayError: no answer, or none to trust.
        """
        if self._rules_moved:
            self._rules_moved = False
            self._asked(self._store.listings, reload=True)
        return self._asked(self._store.fetch_state)

    @property
    def counts_down(self) -> bool:
        """Tell whether this market cancels what rests when nothing is heard: USDⓈ-M does."""
        return self._store.market_type == "swap"

    def count_down(self, symbol: str, seconds: int) -> None:
        """Have every open order of a symbol cancelled in so many seconds; 0: never.

        Source: "Auto-Cancel All Open Orders" of Binance's USDⓈ-M API.

        Raises:
            GatewayError: no answer, or none to trust.
        """
        listing = self._store.listing(symbol)
        if listing is None:
            msg = f"Binance {self._store.market_type} lists no {symbol}"
            raise GatewayError(msg)
        wanted = {"symbol": listing.id, "countdownTime": seconds * 1000}
        urgency = Urgency.ORDER if seconds else Urgency.CANCEL
        row = self._asked(
            self._store.call, "fapiPrivatePostCountdownCancelAll", wanted, urgency=urgency
        )
        if not isinstance(row, dict) or row.get("symbol") != listing.id:
            msg = f"the answer to the countdown of {symbol} tells of something else"
            raise GatewayError(msg)

    def learn(self, symbol: str, venue_order_id: str, client_order_id: str) -> None:
        """Remember the ids of an order from before: trades are told by Binance's alone."""
        self._finder.learn_name(symbol, venue_order_id, client_order_id)

    def prepare(self, symbols: Sequence[str]) -> None:
        """Check the position mode, set leverage and margin mode where they are asked for.

        Raises:
            GatewayError: they are not as wanted and cannot be made so.
        """
        for symbol in symbols:
            listing = self._store.listing(symbol)
            problem = None if listing is None else self._asked(self._setup.problem, listing)
            if problem is not None:
                raise GatewayError(problem)

    def _asked(self, ask: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return ask(*args, **kwargs)
        except (RestError, LookupError) as error:
            raise GatewayError(str(error)) from error

    def _answered(self, act: Callable[[], Answer]) -> Answer:
        try:
            return act()
        except RestError as error:
            return self._failed(error)

    def _failed(self, error: RestError) -> Answer:
        outcome = self._store.outcome_of(error)
        code = error.code if isinstance(error, Refused) else None
        if outcome is Outcome.CLOCK:
            self.resync()
        self._rules_moved = self._rules_moved or code in FILTERS
        wait_s = error.retry_after_s if isinstance(error, Refused | Gated) else None
        return Answer(outcome=outcome, code=code, reason=str(error), retry_after_s=wait_s)
