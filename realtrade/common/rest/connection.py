"""What makes one connection to an exchange, and the name under which a store of it is kept."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from realtrade.plugins.secret import Secret
from realtrade.utils.clock import Clock, SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from realtrade.model.instrument import MarketType

_SALT = secrets.token_bytes(16)


def _nothing(_: str) -> None:
    """Blot nothing out."""


@dataclass(frozen=True, slots=True)
class Bases:
    """Addresses used instead of the exchange's own; None for its own."""

    rest: str | None = None
    stream: str | None = None
    user_stream: str | None = None

    @classmethod
    def of(cls, given: Any) -> Self:
        """Read one base for everything, or an object with an attribute for each."""
        if given is None:
            return cls()
        if isinstance(given, str):
            base = given.rstrip("/")
            socket = base.replace("http", "ws", 1) if base.startswith("http") else base
            http = base.replace("ws", "http", 1) if base.startswith("ws") else base
            return cls(http, socket, socket)
        rest, stream = cls.of(given.rest), cls.of(given.stream)
        return cls(rest.rest, stream.stream, cls.of(given.user_stream).user_stream)


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """Settings of a store. `key` tells two connections apart without a secret in clear."""

    apikey: Secret | None = None
    secret: Secret | None = None
    password: Secret | None = None
    """The third part of a key, which some exchanges call its passphrase."""
    market_type: MarketType = "spot"
    testnet: bool = False
    proxy: str = "auto"
    """`auto` for the system's, `none`, or an address."""
    endpoints: Bases = field(default_factory=Bases)
    receive_window_ms: int = 5_000
    cache: Path | None = None
    """Folder for what may be kept on disk; None keeps nothing."""
    clock: Clock = field(default_factory=SystemClock)
    blot: Callable[[str], None] = _nothing
    """Has a secret that arises while running, such as a listen key, blotted out of the log."""

    @classmethod
    def of(
        cls,
        *,
        apikey: str | Secret | None = None,
        secret: str | Secret | None = None,
        password: str | Secret | None = None,
        endpoints: Any = None,
        proxy: str | None = "auto",
        **others: Any,
    ) -> Self:
        """Return a connection from what a person writes.

        Raises:
            ValueError: a key without a secret, or a secret without a key.
        """
        if (apikey is None) is not (secret is None):
            msg = "apikey and secret go together: give both or neither"
            raise ValueError(msg)
        bases = endpoints if isinstance(endpoints, Bases) else Bases.of(endpoints)
        return cls(
            apikey=_hidden(apikey),
            secret=_hidden(secret),
            password=_hidden(password),
            endpoints=bases,
            proxy=proxy or "auto",
            **others,
        )

    @property
    def key(self) -> tuple[Any, ...]:
        """What this connection is found by: the same settings and the same key, the same value."""
        keys = tuple(_digest(one) for one in (self.apikey, self.secret, self.password))
        plain = (self.market_type, self.testnet, self.proxy, self.endpoints, self.cache)
        return (*plain, self.receive_window_ms, *keys)

    @property
    def account(self) -> str:
        """Eight letters that tell keys apart, the same after a restart; empty without a key."""
        if self.apikey is None:
            return ""
        return hashlib.sha256(b"account:" + self.apikey.reveal().encode()).hexdigest()[:8]

    def account_at(self, exchange: str) -> str:
        """Return a stable name of the account: exchange, market, venue and what tells its key."""
        return f"{self.venue_of(exchange)}-{self.account}"

    @property
    def folder(self) -> Path | None:
        """Folder for what may be kept of the exchange; None keeps nothing.

        A venue at an address of its own may list something else at each start.
        """
        return self.cache if self.endpoints.rest is None else None

    def venue_of(self, exchange: str) -> str:
        """Return a stable name of where this leads: exchange, market, and whether it is real."""
        return f"{exchange}-{self.market_type}-{'testnet' if self.testnet else 'real'}"


def _hidden(value: str | Secret | None) -> Secret | None:
    return Secret(value) if isinstance(value, str) else value


def _digest(value: Secret | None) -> str:
    """Return a digest that is worth nothing outside this process."""
    if value is None:
        return ""
    return hashlib.sha256(_SALT + value.reveal().encode("utf-8", "surrogatepass")).hexdigest()
