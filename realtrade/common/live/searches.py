"""Looking for orders whose outcome is unknown, as `execution.unknown` says."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from realtrade.common.live.courier import Priority
from realtrade.execution import unknown
from realtrade.execution.protocol import Stage
from realtrade.execution.unknown import Next, Search
from realtrade.model.events import EventType
from realtrade.plugins.ports.gateway import Outcome
from realtrade.plugins.ports.journal import Attempt, JournalError
from realtrade.plugins.ports.venue import ReportKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.common.live.dispatch import Dispatch
    from realtrade.common.live.order import LiveOrder
    from realtrade.model.account import VenueOrder
    from realtrade.model.order import Fill

_DOUBTS_S = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Pauses before asking again for an order that is known to exist, and was not found."""


class Searches:
    """Keeps a search for every order in UNKNOWN; the trading thread's."""

    ALERT_AFTER_S: ClassVar[float] = unknown.ALERT_AFTER_S

    def __init__(self, dispatch: Dispatch) -> None:
        self._dispatch = dispatch
        self.healthy_since_s: float | None = None
        """Since when the account's events flow; None while they do not."""
        self.lost_s: float | None = None
        """When they stopped; None while they flow, and before they ever did."""

    def keep(self, order: LiveOrder) -> None:
        """Begin a search for an order that needs one, end it for one that does not."""
        if order.stage is not Stage.UNKNOWN:
            order.search = None
        elif order.search is None:
            began_s = self._dispatch.clock.monotonic_s()
            order.search = Search(dead_at_ms=order.dead_at_ms, began_s=began_s)
            self._dispatch.later(unknown.ALERT_AFTER_S, partial(self._overdue, order))

    def ask(self, order: LiveOrder, after_s: float) -> None:
        """Ask for an order after a pause, which grows with every look in vain."""
        if order.search is not None and order.asked is not None:
            order.search, order.asked = unknown.looked(order.search), None
            after_s = max(after_s, self._pause_s(order.search))
        self._dispatch.ask(order, after_s)

    def missed(self, order: LiveOrder) -> None:
        """The exchange was asked and knew no such order."""
        if order.search is None:
            self._doubt(order)
            return
        asked = order.asked or (self._dispatch.clock.monotonic_s(), 0)
        order.asked = None
        order.search = unknown.missed(
            order.search,
            now_s=asked[0],
            exchange_ms=asked[1],
            healthy_since_s=self.healthy_since_s,
        )
        if unknown.wants(order.search) is Next.SWEEP:
            run = partial(self._sweep, order, self._dispatch.trades.cursor(order.intent.symbol))
            self._dispatch.courier.put(Priority.QUESTION, run)
        else:
            self._dispatch.ask(order, self._pause_s(order.search))

    def _pause_s(self, search: Search) -> float:
        return search.pause_s(self._dispatch.gateway.now_ms())

    def _doubt(self, order: LiveOrder) -> None:
        """An order that was there is not found: its executions tell more than its absence."""
        if order.stage is not Stage.PLACED or order.progress.ended:
            return
        self._dispatch.trades.fetch(order.intent.symbol)
        if order.doubts < len(_DOUBTS_S):
            self._dispatch.ask(order, _DOUBTS_S[order.doubts])
        elif order.doubts == len(_DOUBTS_S):
            message = f"{order.id}: the exchange does not find an order it has accepted"
            self._dispatch.tell(EventType.ORDER_UNKNOWN, message)
        order.doubts += 1

    def _sweep(self, order: LiveOrder, after: str) -> None:
        """Look through everything, on the courier's thread."""
        found = self._dispatch.sender.sweep(order.intent.symbol, after)
        self._dispatch.inbox.post(partial(self._swept, order, found))

    def _swept(
        self, order: LiveOrder, found: tuple[Sequence[VenueOrder], Sequence[Fill]] | None
    ) -> None:
        if found is not None:
            for said in found[0]:
                self._dispatch.heard(said)
            for fill in found[1]:
                self._dispatch.book(fill)
        search = order.search
        if search is None:
            return
        quiet = self.healthy_since_s is None or search.first_miss_s < self.healthy_since_s
        if found is None or quiet:
            order.search = replace(unknown.looked(search), misses=0, dead=False)
            self._dispatch.ask(order, self._pause_s(order.search))
        elif unknown.wants(search, swept=True) is Next.GIVE_UP:
            self._give_up(order)

    def _give_up(self, order: LiveOrder) -> None:
        """Bury an order that was never placed; the tombstone says so after a restart, too."""
        reason = "the exchange never had it"
        tombstone = Attempt(
            client_order_id=order.id,
            number=order.tries,
            dead_at_ms=order.dead_at_ms,
            outcome=Outcome.ABSENT,
            reason=reason,
        )
        try:
            self._dispatch.journal.attempt(tombstone)
        except JournalError as error:
            self._dispatch.halt(f"the journal cannot be written: {error}")
        self._dispatch.refuse(order, ReportKind.REJECTED, reason, Stage.ABSENT)

    def _overdue(self, order: LiveOrder) -> None:
        if order.search is None:
            return
        order.search, tell = unknown.overdue(order.search, self._dispatch.clock.monotonic_s())
        if tell:
            words = f"{order.intent.side} {order.intent.quantity} {order.intent.symbol}"
            message = f"{words} ({order.id}): still unknown whether it was placed"
            self._dispatch.tell(EventType.ORDER_UNKNOWN, message)
