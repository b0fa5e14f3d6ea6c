"""Who is told what became of an order: the strategy, the journal, the risk gate, listeners."""

from __future__ import annotations

from collections import deque
from contextlib import nullcontext
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from realtrade.common.broker.account import exact, plain
from realtrade.execution import is_over
from realtrade.model.events import Event, EventType
from realtrade.model.order import OrderStatus, Side
from realtrade.plugins.ports.journal import KnowsOrders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from contextlib import AbstractContextManager
    from decimal import Decimal

    from realtrade.common.broker.order import LightOrder
    from realtrade.common.broker.ticket import Ticket
    from realtrade.model.order import Fill, OrderIntent
    from realtrade.model.verdict import Action
    from realtrade.plugins.ports.account import AccountView
    from realtrade.plugins.ports.journal import Attempt, Journal
    from realtrade.plugins.ports.risk import RiskGate

_EVENTS = MappingProxyType(
    {
        OrderStatus.SUBMITTED: EventType.ORDER_SUBMITTED,
        OrderStatus.FILLED: EventType.ORDER_FILLED,
        OrderStatus.PARTIALLY_FILLED: EventType.ORDER_FILLED,
        OrderStatus.CANCELLED: EventType.ORDER_CANCELLED,
        OrderStatus.EXPIRED: EventType.ORDER_EXPIRED,
        OrderStatus.REJECTED: EventType.ORDER_REJECTED,
        OrderStatus.MARGIN: EventType.ORDER_REJECTED,
        OrderStatus.DENIED: EventType.ORDER_DENIED,
    }
)


class Teller:
    """Passes on every change of an order exactly once, in the order the changes came."""

    def __init__(
        self,
        account: AccountView,
        *,
        exact: AccountView,
        gate: RiskGate | None,
        journal: Journal | None,
        events: Callable[[Event], None] | None,
    ) -> None:
        self.notes: deque[LightOrder] = deque()
        """Copies of orders, each as it was at its change, for their strategies."""
        self._account, self._exact = account, exact
        self._gate = gate
        self._journal = journal
        self._events = events
        self.publishes = not (journal is None and events is None)
        """Whether somebody beside the strategy and the risk rules hears of orders."""

    @property
    def wants_fills(self) -> bool:
        """Tell whether anybody but the strategy hears of executions."""
        return self.publishes or not (self._gate is None or self._gate.silent)

    def remember(
        self, tickets: Sequence[Ticket], sendings: Callable[[Sequence[Ticket]], Iterable[Attempt]]
    ) -> None:
        """Commit intents, and those sendings that follow at once: one commit instead of two.

        What the journal raises must keep the orders from being sent.
        """
        if self._journal is None:
            return
        with self._journal.together():
            for ticket in tickets:
                self._journal.intent(ticket.intent)
                ticket.journaled = True
            for sending in sendings(tickets):
                self._journal.attempt(sending)

    def moved(self, ticket: Ticket, reason: str = "", *, note: bool = True) -> None:
        """An order has a new status; `note` it for its strategy."""
        if note:
            self.notes.append(ticket.order.clone())
        if not self.publishes or ticket.passed_over:
            return
        with self.together():
            if self._journal is not None and ticket.journaled:
                self._journal.status(ticket.intent.client_order_id, ticket.status, reason)
            self._announce(ticket, reason)

    def again(self, ticket: Ticket) -> None:
        """A strategy has the order of before a restart back: tell it where that stands.

        Where it has gone on since, what waits to be told of it says so.
        """
        name = ticket.intent.client_order_id
        if all(note.client_order_id != name for note in self.notes):
            self.notes.append(ticket.order.clone())

    def executed(self, fill: Fill) -> bool:
        """An execution is to be booked: False when the journal knows it, and nothing may be.

        The journal has the last word, for everybody else forgets. Whoever calls makes one commit of
        this and of all that follows from it.
        """
        return self._journal is None or self._journal.fill(fill)

    def filled(self, ticket: Ticket, fill: Fill | None) -> None:
        """An order was executed, perhaps in part, and that is booked."""
        self.notes.append(ticket.order.clone())
        if fill is None:
            return
        with self.together():
            self._follow(fill)
            if self._journal is not None:
                self._journal.status(fill.client_order_id, ticket.status)
            if self.publishes:
                self._announce(ticket, "")

    def meet(self, order: OrderIntent) -> None:
        """An order over and forgotten was executed: the journal, lost or restored, must know it."""
        memory: object = self._journal
        if self._journal is None or not isinstance(memory, KnowsOrders):
            return
        if not memory.knows(order.client_order_id):
            self._journal.intent(order)

    def stray(self, fill: Fill) -> None:
        """An order over and forgotten was executed, which is booked: it is money all the same."""
        self._follow(fill)

    def _follow(self, fill: Fill) -> None:
        """Remember all that an execution changes: what is held, what the risk rules remember."""
        if self._gate is not None:
            self._gate.on_fill(fill, self._account)
        if self._journal is None:
            return
        self._journal.position(fill.symbol, self._exact.position(fill.symbol))
        if self._gate is not None:
            self._journal.risk(self._gate.remembered)

    def together(self) -> AbstractContextManager[None]:
        """Make one commit of everything remembered inside, where anything is."""
        return nullcontext() if self._journal is None else self._journal.together()

    def acted(self, action: Action) -> None:
        """A risk rule had something done; a halt must outlive the process from here on."""
        if self._journal is not None and self._gate is not None:
            self._journal.risk(self._gate.remembered)
        halts = action.kind.value.endswith("halt")
        kind = EventType.RISK_HALT if halts else EventType.RISK_ACTION
        data = {"rule": action.rule, "action": action.kind.value, "symbol": action.symbol or ""}
        self._emit(Event(kind, self._account.now_ms, f"{action.rule}: {action.reason}", data))

    def _announce(self, ticket: Ticket, reason: str) -> None:
        kind = _EVENTS.get(ticket.status)
        if kind is None:
            return
        intent, executed = ticket.intent, ticket.order.executed
        average = plain(executed.price)
        data: dict[str, Any] = {
            "client_order_id": intent.client_order_id,
            "symbol": intent.symbol,
            "feed": intent.feed,
            "side": intent.side.value,
            "type": intent.type.value,
            "status": ticket.status.value,
            "quantity": intent.quantity,
            "filled": exact(abs(executed.size)),
            "average_price": average,
            "fee": exact(executed.comm),
            "price": intent.price,
            "limit_price": intent.limit_price,
            "stop_price": intent.stop_price,
            "reason": reason,
        }
        data = {name: value for name, value in data.items() if value is not None}
        wanted = intent.stop_price or intent.limit_price or intent.reference_price
        if kind is EventType.ORDER_FILLED and wanted:
            data["slippage_bps"] = _slippage_bps(intent, average, wanted)
        words = f"{intent.side} {intent.quantity} {intent.symbol} {ticket.status}"
        if kind is EventType.ORDER_FILLED:
            words += f" at {average}"
        message = f"{words}: {reason}" if reason and is_over(ticket.status) else words
        self._emit(Event(kind, self._account.now_ms, message, data))

    def _emit(self, event: Event) -> None:
        if self._journal is not None:
            self._journal.event(event)
        if self._events is not None:
            self._events(event)


def _slippage_bps(intent: OrderIntent, average: Decimal, wanted: Decimal) -> Decimal:
    """Return how much worse than at its signal an order was filled, in basis points.

    The signal's price is the stop or limit asked for, else the close it was decided on.
    """
    worse = average - wanted
    if intent.side is Side.SELL:
        worse = -worse
    return round(worse / wanted * 10_000, 2)
