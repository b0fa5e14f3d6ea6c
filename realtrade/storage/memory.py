"""A journal that lives and dies with the process: for replays, paper trading and tests."""

from __future__ import annotations

from collections import deque
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, NamedTuple

from realtrade.plugins.ports.journal import JournalError, Recalled, Undelivered
from realtrade.utils.recent import Recent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager

    from realtrade.model.events import Event
    from realtrade.model.order import Fill, OrderIntent, OrderStatus, Position
    from realtrade.plugins.ports.journal import Attempt


class Moved(NamedTuple):
    """One move of one order."""

    client_order_id: str
    status: OrderStatus
    reason: str


class MemoryJournal:
    """The newest `limit` rows of each kind, oldest first.

    Nothing survives the process, so nothing is ever recalled: never give it real money.
    """

    def __init__(self, limit: int = 10_000) -> None:
        self.intents: deque[OrderIntent] = deque(maxlen=limit)
        self._intents: dict[str, OrderIntent] = {}
        self.attempts: deque[Attempt] = deque(maxlen=limit)
        self.moves: deque[Moved] = deque(maxlen=limit)
        self.fills: deque[Fill] = deque(maxlen=limit)
        self.events: deque[Event] = deque(maxlen=limit)
        self._seen: Recent[tuple[str, str], None] = Recent(2 * limit)
        self._commands: Recent[str, None] = Recent(2 * limit)
        self._outbox: dict[tuple[int, str], Undelivered] = {}
        self._told = 0
        self._closed = False

    def together(self) -> AbstractContextManager[None]:
        """Return a context without effect: nothing is ever half written here."""
        return nullcontext()

    def intent(self, intent: OrderIntent) -> None:
        """Remember an intent before anything is sent; an equal one again is harmless."""
        self._must_be_open()
        name = intent.client_order_id
        before = self._intents.get(name)
        if before is not None:
            if before != intent:
                msg = f"order {name} is known as another"
                raise JournalError(msg)
            return
        self._intents[name] = intent
        if len(self.intents) == self.intents.maxlen:
            self._intents.pop(self.intents[0].client_order_id, None)
        self.intents.append(intent)

    def knows(self, client_order_id: str) -> bool:
        """Tell whether there is an intent of that id; long ago it is forgotten."""
        return client_order_id in self._intents

    def attempt(self, attempt: Attempt) -> None:
        """Remember a sending, or what it came to."""
        self._must_be_open()
        self.attempts.append(attempt)

    def status(self, client_order_id: str, status: OrderStatus, reason: str = "") -> None:
        """Remember that an order moved."""
        self._must_be_open()
        self.moves.append(Moved(client_order_id, status, reason))

    def fill(self, fill: Fill) -> bool:
        """Remember an execution; False when it was known; long ago it is forgotten."""
        self._must_be_open()
        key = (fill.symbol, fill.trade_id)
        if key in self._seen:
            return False
        self._seen.put(key, None)
        self.fills.append(fill)
        return True

    def booked(self, symbol: str, trade_id: str) -> bool:
        """Tell whether an execution was remembered; long ago it is forgotten."""
        return (symbol, trade_id) in self._seen

    def position(self, symbol: str, position: Position) -> None:
        """Forget it: nothing is recalled."""
        self._must_be_open()

    def adjust(self, symbol: str, before: Position, after: Position, reason: str) -> None:
        """Forget it: nothing is recalled."""
        self._must_be_open()

    def cursor(self, name: str, value: str) -> None:
        """Forget it: nothing is recalled."""
        self._must_be_open()

    def bar(self, feed: str, time_ms: int) -> None:
        """Forget it: nothing is recalled."""
        self._must_be_open()

    def risk(self, memory: Mapping[str, Any]) -> None:
        """Forget it: nothing is recalled."""
        self._must_be_open()

    def strategy(self, memory: Mapping[str, Any]) -> None:
        """Forget it: nothing is recalled."""
        self._must_be_open()

    def event(self, event: Event, routes: Sequence[str] = ()) -> None:
        """Remember something worth telling people."""
        self._must_be_open()
        self.events.append(event)
        self._told += 1
        for route in routes:
            row = Undelivered(number=self._told, event=event, route=route)
            self._outbox[self._told, route] = row

    def undelivered(self) -> Sequence[Undelivered]:
        """Return what somebody still has to be told of, oldest first."""
        return list(self._outbox.values())

    def delivered(self, number: int, route: str) -> None:
        """Remember that an event was told by a route."""
        self._must_be_open()
        self._outbox.pop((number, route), None)

    def command(self, name: str, number: str) -> bool:
        """Remember a person's command; False when it was known."""
        self._must_be_open()
        if number in self._commands:
            return False
        self._commands.put(number, None)
        return True

    def recall(self) -> Recalled:
        """Return nothing: every start is the first."""
        return Recalled()

    def close(self) -> None:
        """Refuse whatever is written from now on; what was written can still be read."""
        self._closed = True

    def _must_be_open(self) -> None:
        if self._closed:
            msg = "the journal is closed: nothing may be written after the end of a run"
            raise JournalError(msg)
