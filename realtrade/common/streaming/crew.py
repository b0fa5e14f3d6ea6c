"""Threads around one lock, begun and ended together."""

from __future__ import annotations

from threading import Condition, Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_JOIN_S = 1.0


class Crew:
    """Some threads, the lock of what they share, and the word that ends them."""

    def __init__(self) -> None:
        self.changed = Condition()
        """The lock; notify when there is something to do."""
        self.stopping = False
        """Every thread is to look at it after every wait."""
        self.threads: list[Thread] = []

    def add(self, name: str, work: Callable[[], None]) -> None:
        """Have `work` done on a thread of its own."""
        self.threads.append(Thread(target=work, name=name, daemon=True))

    def start(self) -> None:
        """Begin."""
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        """End; returns when the threads have, or a second later for each that is held up."""
        self.stopping = True
        with self.changed:
            self.changed.notify_all()
        for thread in self.threads:
            if thread.ident is not None:
                thread.join(_JOIN_S)
