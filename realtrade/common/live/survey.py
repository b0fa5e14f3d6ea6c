"""One look at all an exchange holds of an account: orders, executions, balances, positions.

The same look at a start, after every gap of the account's events, and on a timer. Each question is
a job of its own, so that cancels pass between them; one without an answer is asked again, later
each time.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

from realtrade.common.broker.strays import of_stray
from realtrade.common.live.courier import Priority
from realtrade.execution.protocol import Stage
from realtrade.execution.reconcile import Snapshot
from realtrade.model.events import EventType
from realtrade.plugins.ports.gateway import GatewayError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from realtrade.common.live.dispatch import Dispatch
    from realtrade.common.live.order import LiveOrder
    from realtrade.model.account import AccountState, VenueOrder
    from realtrade.model.order import Fill
    from realtrade.plugins.ports.gateway import Answer, Gateway

T = TypeVar("T")
_AGAIN_S = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
_TELL_AFTER = 6
"""Questions in a row without an answer until people are told."""


class Question(Generic[T]):
    """Asks until there is an answer; `give_up` ends it, also while one is on its way."""

    def __init__(
        self, dispatch: Dispatch, subject: str, ask: Callable[[], T], then: Callable[[T], None]
    ) -> None:
        self._dispatch = dispatch
        self._subject = subject
        self._request, self._then = ask, then
        self._tries = 0
        self.given_up = False

    def ask(self) -> None:
        """Put the question."""
        after_s = _AGAIN_S[min(self._tries, len(_AGAIN_S)) - 1] if self._tries else 0.0
        self._dispatch.courier.put(Priority.QUESTION, self._run, after_s)

    def _run(self) -> None:
        try:
            answer = self._request()
        except GatewayError as error:
            self._dispatch.inbox.post(partial(self._failed, str(error)))
        else:
            self._dispatch.inbox.post(partial(self._answered, answer))

    def _failed(self, reason: str) -> None:
        if self.given_up:
            return
        self._tries += 1
        if self._tries == _TELL_AFTER:
            message = f"the exchange does not tell {self._subject}: {reason}"
            self._dispatch.tell(EventType.CONNECTION_LOST, message)
        self.ask()

    def _answered(self, answer: T) -> None:
        if not self.given_up:
            self._then(answer)


class Survey:
    """Asks for everything once, applies it, and hands over what it saw."""

    def __init__(
        self, dispatch: Dispatch, symbols: Sequence[str], done: Callable[[Snapshot], None]
    ) -> None:
        self._dispatch = dispatch
        self._symbols = tuple(symbols)
        self._done = done
        self._orders: Sequence[VenueOrder] = ()
        self._fills: list[Fill] = []
        self._gone: frozenset[str] = frozenset()
        self._missing: list[LiveOrder] = []
        self._left: set[str] = set()
        self._looked = False
        self._question: Question[Sequence[VenueOrder]] | Question[AccountState]
        self.given_up = False

    def begin(self) -> None:
        """Ask for open orders; the rest follows from the answer."""
        ask = partial(self._dispatch.gateway.open_orders, self._symbols)
        question = Question(self._dispatch, "open orders", ask, self._listed)
        self._question = question
        question.ask()

    def give_up(self) -> None:
        """Ask nothing more, and hand nothing over: events were missed meanwhile."""
        self.given_up = self._question.given_up = True

    def _listed(self, orders: Sequence[VenueOrder]) -> None:
        self._orders = orders
        listed = {order.client_order_id for order in orders}
        self._missing = [
            order
            for order in self._dispatch.orders.values()
            if order.may_be_there and order.stage is not Stage.SENDING and order.id not in listed
        ]
        self._left = set(self._symbols)
        self._dispatch.strangers.foreign.clear()  # those still open are told of now
        for said in orders:
            self._dispatch.heard(said)
        for symbol in self._symbols:
            self._dispatch.trades.fetch(symbol, partial(self._read, symbol))
        self._next("")

    def _look_for_missing(self) -> None:
        """Ask for orders that are not open there, if their executions did not tell their end.

        Ask, too, for those that only their executions tell of.
        """
        missing, self._missing = [each for each in self._missing if each.may_be_there], []
        self._gone = frozenset(each.id for each in missing if each.stage is Stage.PLACED)
        strangers, self._looked = self._dispatch.strangers.unseen, True
        self._left = {order.id for order in missing} | {one.client_order_id for one in strangers}
        for order in missing:
            self._find(order)
        for fill in strangers:
            self._meet(fill)

    def _meet(self, fill: Fill) -> None:
        """Ask for an order with a name of ours that nobody here knows."""
        named = of_stray(None, fill, "")

        def ask() -> None:
            answer = self._dispatch.sender.find(named)
            self._dispatch.inbox.post(partial(self._met, fill.client_order_id, answer))

        self._dispatch.courier.put(Priority.QUESTION, ask)

    def _met(self, client_order_id: str, answer: Answer) -> None:
        if answer.order is not None:
            self._dispatch.heard(answer.order)
        self._next(client_order_id)

    def _find(self, order: LiveOrder) -> None:
        """Ask for one order that may be at the exchange and is not open there."""
        clock, gateway = self._dispatch.clock, self._dispatch.gateway
        intent = order.sent

        def ask() -> None:
            asked = clock.monotonic_s(), gateway.now_ms()
            answer = self._dispatch.sender.find(intent)
            self._dispatch.inbox.post(partial(self._found, order, answer, asked))

        self._dispatch.courier.put(Priority.QUESTION, ask)

    def _found(self, order: LiveOrder, answer: Answer, asked: tuple[float, int]) -> None:
        """Apply an answer; should it be none, the order's own search goes on."""
        order.asked = asked
        self._dispatch.found(order, answer, asked)
        self._next(order.id)

    def _read(self, symbol: str, fills: Sequence[Fill]) -> None:
        self._fills += fills
        self._next(symbol)

    def _next(self, answered: str) -> None:
        """Ask for balances last: they have then in them what was executed."""
        self._left.discard(answered)
        if not (self._left or self._looked):
            self._look_for_missing()
        if self._left or self.given_up:
            return
        ask = partial(state_of, self._dispatch.gateway)
        question = Question(self._dispatch, "balances and positions", ask, self._complete)
        self._question = question
        question.ask()

    def _complete(self, state: AccountState) -> None:
        fills = sorted(self._fills, key=lambda fill: fill.time_ms)
        self._done(Snapshot(orders=self._orders, fills=fills, state=state, gone=self._gone))


def state_of(gateway: Gateway) -> AccountState:
    """Return balances and positions, stamped with the moment of asking.

    What an event tells of a later moment is newer, even when it comes before the answer.
    """
    asked_ms = gateway.now_ms()
    return replace(gateway.state(), time_ms=asked_ms)
