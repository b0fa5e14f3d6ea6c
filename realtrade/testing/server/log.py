"""Every request that arrived, as it arrived."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(slots=True, kw_only=True)
class Request:
    """One received request. Signatures and keys are as sent: this is a test's own log."""

    method: str
    path: str
    params: dict[str, str]
    """Of query and body together."""
    headers: dict[str, str] = field(repr=False)
    body: str = field(repr=False, default="")
    time_ms: int
    """When it had arrived whole."""
    status: int = 0
    """Of the answer; 0 while there is none, and for ever when it was never given."""
    executed: bool = False
    """Whether the exchange acted on it, whatever the answer said."""
    fault: str = ""
    """The fault that spoiled it."""


class RequestLog:
    """Requests in the order of their arrival. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: list[Request] = []

    def add(self, request: Request) -> None:
        """Note a request."""
        with self._lock:
            self._requests.append(request)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._requests.clear()

    def of(self, method: str, path: str) -> list[Request]:
        """Return the requests of one method and path."""
        return [one for one in self if (one.method, one.path) == (method, path)]

    def __iter__(self) -> Iterator[Request]:
        with self._lock:
            return iter(list(self._requests))

    def __len__(self) -> int:
        return len(self._requests)

    def __getitem__(self, index: int) -> Request:
        return self._requests[index]
