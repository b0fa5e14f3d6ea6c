"""A journal that lives and dies with the process: for replays, paper trading and tests."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from realtrade.model.events import Event
    from realtrade.model.order import Fill, OrderIntent, OrderStatus


class Moved(NamedTuple):
    """One move of one order."""

    client_order_id: str
    status: OrderStatus
    reason: str


class MemoryJournal:
    """The newest `limit` rows of each kind, oldest first.

    Nothing survives the process, so nothing can be recovered from it: never give it real money.
    """

    def __init__(self, limit: int = 10_000) -> None:
        self.intents: deque[OrderIntent] = deque(maxlen=limit)
        self.moves: deque[Moved] = deque(maxlen=limit)
        self.fills: deque[Fill] = deque(maxlen=limit)
        self.events: deque[Event] = deque(maxlen=limit)
        self._closed = False

    def intent(self, intent: OrderIntent) -> None:
        """Remember an intent before anything is sent."""
        self._must_be_open()
        self.intents.append(intent)

    def status(self, client_order_id: str, status: OrderStatus, reason: str = "") -> None:
        """Remember that an order moved."""
        self._must_be_open()
        self.moves.append(Moved(client_order_id, status, reason))

    def fill(self, fill: Fill) -> None:
        """Remember an execution."""
        self._must_be_open()
        self.fills.append(fill)

    def event(self, event: Event) -> None:
        """Remember something worth telling people."""
        self._must_be_open()
        self.events.append(event)

    def close(self) -> None:
        """Refuse whatever is written from now on; what was written can still be read."""
        self._closed = True

    def _must_be_open(self) -> None:
        if self._closed:
            msg = "the journal is closed: nothing may be written after the end of a run"
            raise RuntimeError(msg)
