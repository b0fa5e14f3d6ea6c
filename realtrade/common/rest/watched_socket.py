"""A socket that keeps a request's deadline, however slowly the other side drips."""

from __future__ import annotations

import io
import socket
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from realtrade.utils.clock import Clock


@dataclass(slots=True)
class Sending:
    """One request on its way, known to the sockets of its thread."""

    clock: Clock
    until_s: float
    """Deadline on the clock's monotonic time."""
    sent: bool = False
    """True as soon as a byte of the request itself may have left."""

    def left_s(self) -> float:
        """Return the seconds left.

        Raises:
            TimeoutError: there are none.
        """
        left = self.until_s - self.clock.monotonic_s()
        if left <= 0:
            raise TimeoutError("the deadline of the request has passed")
        return left


SENDING: ContextVar[Sending] = ContextVar("SENDING")
"""The request of the current thread."""


class WatchedSocket:
    """Wraps a connected socket, plain or TLS: every read and write ends at the deadline.

    A socket's own timeout holds for each read alone, so that a body that comes byte by byte is
    waited for without end.
    """

    def __init__(self, inner: socket.socket) -> None:
        self._inner = inner
        self._files = 0
        self._closed = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def recv_into(self, buffer: bytearray | memoryview, nbytes: int = 0, flags: int = 0) -> int:
        """Read what there is, up to the deadline."""
        self._inner.settimeout(SENDING.get().left_s())
        return self._inner.recv_into(buffer, nbytes, flags)

    def sendall(self, data: bytes | bytearray | memoryview, flags: int = 0) -> None:
        """Write everything, up to the deadline."""
        self._inner.settimeout(SENDING.get().left_s())
        self._inner.sendall(data, flags)

    def makefile(self, mode: str = "rb", *args: Any, **kwargs: Any) -> io.BufferedReader:
        """Return a buffered reader, as `http.client` wants one."""
        self._files += 1
        return io.BufferedReader(socket.SocketIO(cast("socket.socket", self), "r"))

    def _decref_socketios(self) -> None:
        """Learn from a reader that it was closed."""
        self._files -= 1
        if self._closed:
            self.close()

    def close(self) -> None:
        """Close the socket once no reader needs it."""
        self._closed = True
        if self._files <= 0:
            self._inner.close()
