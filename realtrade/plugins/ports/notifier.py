"""A way to reach people."""

from __future__ import annotations

from typing import Protocol


class Channel(Protocol):
    """One channel; called off the trading thread, and it may block."""

    def send(self, title: str, text: str) -> None:
        """Deliver one message.

        Raises:
            Exception: anything; the caller retries with backoff.
        """
        ...
