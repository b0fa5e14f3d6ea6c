"""A bounded queue between the receiving thread and callbacks that may be slow."""

from __future__ import annotations

from collections import deque
from threading import Condition, Thread, current_thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Relay:
    """Handles messages on a thread of its own, in order; what does not fit is dropped and told.

    Args:
        name: of the thread.
        capacity: messages that may wait.
        handle: called with each message and its stamp; must not raise.
        overflowed: called with the number of messages dropped in a row, once there is room again.
    """

    def __init__(
        self,
        name: str,
        *,
        capacity: int,
        handle: Callable[[str, float], None],
        overflowed: Callable[[int], None],
    ) -> None:
        self._capacity = capacity
        self._handle = handle
        self._overflowed = overflowed
        self._changed = Condition()
        self._waiting: deque[tuple[str, float]] = deque()
        self._dropped = 0
        self._stopped = False
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin to handle."""
        self._thread.start()

    def put(self, text: str, at_s: float) -> None:
        """Add a message, or count it as dropped."""
        with self._changed:
            if len(self._waiting) >= self._capacity:
                self._dropped += 1
                return
            self._waiting.append((text, at_s))
            self._changed.notify()

    def stop(self, timeout_s: float) -> None:
        """Handle nothing more; returns when the thread has ended, or after `timeout_s`."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        if self._thread is not current_thread():
            self._thread.join(timeout_s)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._stopped)
                if self._stopped:
                    return
                text, at_s = self._waiting.popleft()
                dropped, self._dropped = self._dropped, 0
            if dropped:
                self._overflowed(dropped)
            self._handle(text, at_s)
