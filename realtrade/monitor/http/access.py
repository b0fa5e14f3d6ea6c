"""Who may see and do what: names of the host, origins, the token, and what a browser may load."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

COOKIE = "realtrade"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """The rules of one server.

    Bound to loopback, everybody on this machine may look, and acting takes the token. Bound to
    anything else, looking takes it too. A request must name the server as one of its own names:
    a foreign page cannot get at it by pointing its own name here.
    """

    host: str
    """What it is bound to."""
    names: frozenset[str] = frozenset()
    """More names it is reached by, such as a proxy's."""
    token: str = ""
    """Empty: nobody acts, and away from loopback nobody looks."""

    @property
    def loopback(self) -> bool:
        """Tell whether it can be reached from this machine only."""
        return is_loopback(self.host)

    def knows(self, host_header: str | None) -> bool:
        """Tell whether a request means this server by its `Host`."""
        name = _host(host_header or "")
        own = {self.host.strip("[]").lower(), *(name.lower() for name in self.names)}
        return name in own or is_loopback(name) or (self._anywhere and _is_address(name))

    @property
    def _anywhere(self) -> bool:
        return self.host.strip("[]") in {"0.0.0.0", "::"}  # noqa: S104 - compared, not bound

    def from_here(self, origin: str | None, host_header: str | None) -> bool:
        """Tell whether a request that acts was made by our own page, or by no page."""
        return origin is None or origin.partition("://")[2] == host_header

    def acts(self, authorization: str | None) -> bool:
        """Tell whether a request carries the token."""
        scheme, _, given = (authorization or "").partition(" ")
        right = hmac.compare_digest(_bytes(given.strip()), self.token.encode())
        return bool(self.token) and scheme.lower() == "bearer" and right

    def looks(self, authorization: str | None, cookie: str | None) -> bool:
        """Tell whether a request may see anything."""
        if self.loopback or self.acts(authorization):
            return True
        return bool(self.token) and hmac.compare_digest(_bytes(cookie or ""), self.session())

    def session(self) -> bytes:
        """Return what a browser that has given the token keeps in its stead."""
        digest = hmac.new(self.token.encode(), b"realtrade session", hashlib.sha256)
        return digest.hexdigest().encode()


def is_loopback(name: str) -> bool:
    """Tell whether a host's name or address is this machine's own."""
    plain = name.strip("[]").lower()
    return plain == "localhost" or (_is_address(plain) and ip_address(plain).is_loopback)


def _host(header: str) -> str:
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:  # brackets that do not close: no name of ours
        return ""


def _bytes(header: str) -> bytes:
    """Return a header as it was sent: aiohttp hands over what is not UTF-8 as surrogates."""
    return header.encode("utf-8", "surrogateescape")


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
