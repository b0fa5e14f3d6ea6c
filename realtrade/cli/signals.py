"""Ctrl-C and a container's SIGTERM become a clean stop."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def reloading(reload: Callable[[], None]) -> Iterator[None]:
    """Call `reload` on every SIGHUP, on a thread of its own."""
    with _calling(signal.SIGHUP, reload, "reloading"):
        yield


@contextmanager
def halting(halt: Callable[[], None]) -> Iterator[None]:
    """Call `halt` on every SIGUSR1, on a thread of its own: a kill switch without a terminal."""
    with _calling(signal.SIGUSR1, halt, "halting"):
        yield


@contextmanager
def _calling(which: signal.Signals, call: Callable[[], None], name: str) -> Iterator[None]:
    before = signal.getsignal(which)

    def handle(number: int, frame: Any) -> None:
        Thread(target=call, name=name, daemon=True).start()

    signal.signal(which, handle)
    try:
        yield
    finally:
        signal.signal(which, before)


@contextmanager
def stopping(stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` on the first signal; on the second, do what the signal usually does.

    `stop` runs on a thread of its own: a handler interrupts the main thread anywhere, also while
    it holds a lock that `stop` needs.
    """
    before = {number: signal.getsignal(number) for number in _SIGNALS}

    def handle(number: int, frame: Any) -> None:
        restore()
        Thread(target=stop, name="stopping", daemon=True).start()

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    for number in _SIGNALS:
        signal.signal(number, handle)
    try:
        yield
    finally:
        restore()
