"""What was asked of the other side and not answered yet."""

from __future__ import annotations

from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING

from realtrade.common.streaming.errors import SubscriptionRefused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def parts(channels: Sequence[str], size: int) -> Iterator[tuple[str, ...]]:
    """Cut channels into pieces of at most `size`; no channels are one empty piece."""
    rest = iter(channels)
    first = tuple(islice(rest, size))
    yield first
    while piece := tuple(islice(rest, size)):
        yield piece


class Subscriptions:
    """Requests by number, until each is answered. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._open: dict[int, tuple[str, ...]] = {}
        self._refusal: SubscriptionRefused | None = None
        self._number = 0

    def number(self) -> int:
        """Return a number that was not used before."""
        with self._lock:
            self._number += 1
            return self._number

    def asked(self, number: int, channels: tuple[str, ...]) -> None:
        """Remember a request."""
        with self._lock:
            self._open[number] = channels

    def answered(self, number: int, refusal: str | None) -> None:
        """Note an answer; those to earlier connections are nobody's."""
        with self._lock:
            channels = self._open.pop(number, None)
            if refusal is not None and channels is not None:
                named = ", ".join(channels[:3]) + (", …" if channels[3:] else "")
                self._refusal = SubscriptionRefused(f"{named or 'subscription'}: {refusal}")

    def clear(self) -> None:
        """Forget everything: a new connection begins."""
        with self._lock:
            self._open.clear()
            self._refusal = None

    @property
    def settled(self) -> bool:
        """Tell whether all requests were granted.

        Raises:
            SubscriptionRefused: one was not.
        """
        with self._lock:
            if self._refusal is not None:
                raise self._refusal
            return not self._open
