"""A heartbeat beside a run: tells how far it is a few times a second, at no cost per bar."""

from __future__ import annotations

from threading import Event as Flag
from threading import Thread
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable

_EVERY_S = 0.2


class Pulse:
    """Calls `beat` every 200 ms on a thread of its own, and once more at the end.

    ```python
    with Pulse(lambda: observer.progress(*parts.progress())):
        cerebro.run()
    ```
    """

    def __init__(self, beat: Callable[[], None]) -> None:
        self._beat = beat
        self._over = Flag()
        self._thread = Thread(target=self._run, name="pulse", daemon=True)

    def __enter__(self) -> Self:
        """Start beating."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop beating; the thread has ended when this returns."""
        self._over.set()
        self._thread.join()
        self._beat()

    def _run(self) -> None:
        while not self._over.wait(_EVERY_S):
            self._beat()
