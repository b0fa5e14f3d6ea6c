"""A way to reach people."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


class Channel(Protocol):
    """One channel; called off the trading thread, and it may block."""

    def send(self, title: str, text: str) -> None:
        """Deliver one message.

        Raises:
            Exception: anything; the caller retries with backoff.
        """
        ...


@runtime_checkable
class KeyedChannel(Protocol):
    """A channel whose service, or whose reader, can tell a message that comes twice by its key."""

    def send_keyed(self, title: str, text: str, key: str) -> None:
        """Deliver one message; the same again, after a crash, has the same key.

        Raises:
            Exception: anything; the caller retries with backoff.
        """
        ...
