"""The session ccxt sends through: our transport, the recipe's addresses, the rate gate's eyes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from realtrade.common.rest.errors import RestError
from realtrade.common.rest.transport import Limits, RawAnswer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from realtrade.common.rest.rate_gate import RateGate
    from realtrade.common.rest.transport import Transport


@dataclass(slots=True)
class Reply:
    """What ccxt reads of an answer."""

    status_code: int
    reason: str
    headers: Mapping[str, str]
    content: bytes
    encoding: str = "utf-8"
    """Set by ccxt; we always read UTF-8."""

    @property
    def text(self) -> str:
        """The body as text; bytes that are none are replaced."""
        return self.content.decode("utf-8", "replace")

    def raise_for_status(self) -> None:
        """Raise nothing: `GuardedClient.handle_errors` looks at every answer."""


class _NoCookies:
    def clear(self) -> None:
        """Have none to clear."""


class Session:
    """In the place of `requests.Session`, for one client of one thread."""

    def __init__(self, transport: Transport, gate: RateGate, *, base: str | None = None) -> None:
        self._transport = transport
        self._gate = gate
        self._base = base
        self.headers: dict[str, str] = {}
        self.cookies = _NoCookies()
        self.trust_env = False
        self.limits = Limits()
        self.retry_after_s: float | None = None
        """How long the last answer wants nothing to be sent."""
        self.status = 0
        """Of the last answer; 0 where none came."""
        self.guard: Callable[[str, str, bytes | None], None] | None = None
        """Looks at method, address and body of what is about to leave; it raises to keep it."""

    def request(
        self,
        method: str,
        url: str,
        *,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        **_: Any,
    ) -> Reply:
        """Send one request; timeouts, proxies and certificates are the transport's.

        Raises:
            RestError: no whole answer came, or the guard kept it back.
        """
        self.status = 0
        if self.guard is not None:
            self.guard(method, url, data)
        try:
            answer: RawAnswer = self._transport.send(
                method, self._routed(url), headers=headers or {}, body=data, limits=self.limits
            )
        except RestError:
            self._gate.count(trouble=True)
            raise
        self.status = answer.status
        self.retry_after_s = self._gate.observe(answer.status, answer.headers, answer.body)
        return Reply(answer.status, answer.reason, answer.headers, answer.body)

    def _routed(self, url: str) -> str:
        """Return `url` at the recipe's address: ccxt itself always sees the exchange's own."""
        if self._base is None:
            return url
        parts = urlsplit(url)
        query = f"?{parts.query}" if parts.query else ""
        return f"{self._base}{parts.path}{query}"

    def close(self) -> None:
        """Leave the transport open: other clients use it too."""
