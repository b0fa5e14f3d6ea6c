"""What is known of a running bot, for everybody who looks: page, metrics, command line, chat.

The trading thread hangs up a whole new picture and goes on; whoever looks takes the newest one.
Nothing in a picture ever changes.
"""

from __future__ import annotations

from collections import Counter, deque
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from realtrade.model.events import Event

_MOST_EVENTS = 200
_MOST_LINES = 300
_MOST_POINTS = 1_500


class Board:
    """The newest picture, the latest events and log lines, and the equity curve in outline."""

    def __init__(self, now: Callable[[], Mapping[str, Any]] = dict, **fixed: Any) -> None:
        """Hang up what never changes, such as `name` and `mode`.

        `now` is asked for what may change at any moment, such as the phase.
        """
        self._now = now
        self._fixed = fixed
        self._lock = Lock()
        self._picture: Mapping[str, Any] = {}
        self._events: deque[dict[str, Any]] = deque(maxlen=_MOST_EVENTS)
        self._counts: Counter[str] = Counter()
        self._lines: deque[tuple[int, str]] = deque(maxlen=_MOST_LINES)
        self._line = 0
        self._points: list[tuple[int, str]] = []
        self._every = 1
        self._skipped = 0
        self._version = 0
        self._looking: list[Callable[[], None]] = []

    # -- from the bot ---------------------------------------------------------------------------

    def hang(self, picture: Mapping[str, Any]) -> None:
        """Hang up a new picture: plain values that nobody changes any more."""
        with self._lock:
            self._picture = picture
        self.touch()

    def point(self, time_ms: int, equity: str) -> None:
        """Note the equity after a bar; when there are many, every second one is let go."""
        with self._lock:
            self._skipped += 1
            if self._skipped < self._every:
                return
            self._skipped = 0
            self._points.append((time_ms, equity))
            if len(self._points) > _MOST_POINTS:
                del self._points[::2]
                self._every *= 2

    def event(self, event: Event) -> None:
        """Note something that happened."""
        row = {
            "time_ms": event.time_ms,
            "type": event.type.value,
            "message": event.message,
            "client_order_id": str(event.data.get("client_order_id", "")),
        }
        with self._lock:
            self._events.append(row)
            self._counts[event.type.value] += 1
        self.touch()

    def line(self, text: str) -> None:
        """Note a line of the log, redacted already."""
        with self._lock:
            self._line += 1
            self._lines.append((self._line, text))
        self.touch()

    def touch(self) -> None:
        """Let everybody who looks know that something has changed."""
        self._version += 1
        for look in tuple(self._looking):
            look()

    # -- for those who look ---------------------------------------------------------------------

    def subscribe(self, look: Callable[[], None]) -> Callable[[], None]:
        """Call `look` after every change, on whatever thread made it; return what ends that."""
        self._looking.append(look)
        return lambda: self._looking.remove(look)

    @property
    def version(self) -> int:
        """Return a number that grows with every change."""
        return self._version

    def status(self) -> dict[str, Any]:
        """Return the newest picture with what never changes."""
        with self._lock:
            known = {**self._fixed, **self._picture}
        return {**known, **self._now()}

    def curve(self) -> list[tuple[int, str]]:
        """Return time and equity, oldest first, in outline; the newest picture's at the end."""
        with self._lock:
            picture, points = self._picture, list(self._points)
        if "equity" in picture and picture.get("bar_ms"):
            points.append((picture["bar_ms"], picture["equity"]))
        return points

    def events(self) -> list[dict[str, Any]]:
        """Return the latest events, newest first."""
        with self._lock:
            return list(reversed(self._events))

    def counts(self) -> dict[str, int]:
        """Return how many events of each type there were."""
        with self._lock:
            return dict(self._counts)

    def lines(self, after: int = 0) -> list[tuple[int, str]]:
        """Return the latest log lines with their numbers, oldest first."""
        with self._lock:
            return [(number, text) for number, text in self._lines if number > after]
