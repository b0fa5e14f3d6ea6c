"""One HTTP request, once: a wall-clock deadline, a size cap, and whether a byte left."""

from __future__ import annotations

import zlib
from http.client import HTTPException
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from urllib3.exceptions import HTTPError

from realtrade.common.rest.connections import pools
from realtrade.common.rest.errors import NoAnswer, NotSent, OddAnswer, RestError
from realtrade.common.rest.redaction import blot, quiet
from realtrade.common.rest.watched_socket import SENDING, Sending
from realtrade.utils.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from urllib3 import BaseHTTPResponse

_CHUNK = 1 << 16
_GZIP_OR_ZLIB = 47
_CONNECT_S = 5.0
_PLAIN = frozenset({"", "identity"})
_PACKED = frozenset({"gzip", "x-gzip", "deflate"})


class Limits(NamedTuple):
    """How long and how large one exchange of bytes may be."""

    deadline_s: float = 15.0
    max_bytes: int = 8 << 20
    """Of the body, as sent and as unpacked."""


class RawAnswer(NamedTuple):
    """A whole answer."""

    status: int
    reason: str
    headers: Mapping[str, str]
    """Names in any case."""
    body: bytes


class Transport:
    """Sends requests over kept connections; safe from any thread, one request a thread.

    It never follows a redirect, never sends twice, reads no proxy from the environment.
    """

    def __init__(self, *, proxy: str | None = None) -> None:
        quiet("urllib3")
        self._pools = pools(proxy)
        self._clock = SystemClock()  # sockets wait in real time, whatever time a test plays

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None = None,
        limits: Limits,
    ) -> RawAnswer:
        """Send one request and read its answer.

        Raises:
            NotSent: no byte of the request left.
            NoAnswer: it may have arrived; no whole answer came in time.
            OddAnswer: the answer is larger than `limits` or not packed as it says.
        """
        sending = Sending(self._clock, self._clock.monotonic_s() + limits.deadline_s)
        token = SENDING.set(sending)
        try:
            return self._exchange(method, url, headers, body, limits)
        except (HTTPError, HTTPException, OSError) as error:
            raise _lost(method, url, sending, error) from error
        finally:
            SENDING.reset(token)

    def _exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        limits: Limits,
    ) -> RawAnswer:
        response = self._pools.request(
            method,
            url,
            headers={**headers, "Accept-Encoding": "gzip"},
            body=body,
            timeout=min(_CONNECT_S, limits.deadline_s),
            redirect=False,
            preload_content=False,
            decode_content=False,
        )
        try:
            raw = _whole(response, limits.max_bytes)
        except BaseException:
            response.close()
            raise
        response.release_conn()
        whole = _unpacked(raw, response.headers.get("Content-Encoding", ""), limits.max_bytes)
        return RawAnswer(response.status, response.reason or "", response.headers, whole)

    def close(self) -> None:
        """Close idle connections; a later request opens new ones."""
        self._pools.clear()


def _whole(response: BaseHTTPResponse, most: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while chunk := response.read(_CHUNK, decode_content=False):
        size += len(chunk)
        if size > most:
            raise _too_large(most)
        parts.append(chunk)
    return b"".join(parts)


def _unpacked(raw: bytes, encoding: str, most: int) -> bytes:
    name = encoding.strip().lower()
    if name in _PLAIN or not raw:
        return raw
    if name not in _PACKED:
        msg = f"the answer is packed in a way that was not asked for: {name[:20]!r}"
        raise OddAnswer(msg)
    unpacker = zlib.decompressobj(_GZIP_OR_ZLIB)
    try:
        whole = unpacker.decompress(raw, most)
    except zlib.error as error:
        msg = f"the answer cannot be unpacked: {error}"
        raise OddAnswer(msg) from error
    if unpacker.unconsumed_tail:
        raise _too_large(most)
    if not unpacker.eof:
        raise OddAnswer("the answer is cut short inside what it was packed in")
    return whole


def _too_large(most: int) -> OddAnswer:
    return OddAnswer(f"the answer is larger than {most:,} bytes")


def _lost(method: str, url: str, sending: Sending, error: Exception) -> RestError:
    parts = urlsplit(url)
    where = f"{method} {parts.scheme}://{parts.netloc}{parts.path}"
    why = blot(f"{type(error).__name__}: {error}")
    if sending.sent:
        return NoAnswer(f"{where}: no answer, it may have been done: {why}")
    return NotSent(f"{where}: not sent: {why}")
