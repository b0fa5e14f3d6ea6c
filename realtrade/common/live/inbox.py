"""Where everything that arrives waits for the trading thread: answers, events, timers."""

from __future__ import annotations

from collections import deque
from threading import Event
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.model.account import AccountEvent

    Call = Callable[[], None]


class Inbox:
    """Calls from any thread, to be made on the trading thread, in the order they came."""

    def __init__(self, wake: Callable[[], None] | None = None) -> None:
        """`wake` ends the trading thread's wait for bars, so that it looks in here."""
        self._calls: deque[Call] = deque()
        self._wake = wake
        self._filled = Event()

    def post(self, call: Call) -> None:
        """Leave something to be done; from any thread."""
        self._calls.append(call)
        self._filled.set()
        if self._wake is not None:
            self._wake()

    def empty(self) -> int:
        """Do everything that was left here before now; return how much it was."""
        self._filled.clear()
        waiting = len(self._calls)
        for _ in range(waiting):
            self._calls.popleft()()
        return waiting

    def wait(self, seconds: float) -> None:
        """Return when something was left here, or so many seconds later."""
        self._filled.wait(seconds)

    def __len__(self) -> int:
        return len(self._calls)


class AccountListener:
    """An `AccountSink` that leaves everything in an inbox."""

    def __init__(
        self,
        inbox: Inbox,
        *,
        event: Callable[[AccountEvent], None],
        connected: Call,
        lost: Callable[[str], None],
    ) -> None:
        """What is handed over is called on the trading thread."""
        self._inbox = inbox
        self._event, self._connected, self._lost = event, connected, lost

    def publish(self, event: AccountEvent) -> None:
        """Hand over one event."""
        self._inbox.post(lambda: self._event(event))

    def connected(self) -> None:
        """Say that events flow from now on."""
        self._inbox.post(self._connected)

    def lost(self, reason: str) -> None:
        """Say that events may be missing from now on."""
        self._inbox.post(lambda: self._lost(reason))
