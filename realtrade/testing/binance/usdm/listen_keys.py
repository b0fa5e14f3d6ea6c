"""Listen keys: sixty minutes, one per account, renewed by whoever remembers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.testing.binance.errors import ApiError

if TYPE_CHECKING:
    from realtrade.testing.binance.call import Call
    from realtrade.utils.clock import Clock

HOUR_MS = 3_600_000


class ListenKeys:
    """The living keys. Callers hold the core's lock, or run on the server's loop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._count = 0
        self._expires: dict[str, int] = {}
        self._owners: dict[str, str] = {}
        self.lifetime_ms = HOUR_MS

    def start(self, owner: str) -> str:
        """Return the account's living key with its time renewed, or a new one."""
        for key, account in self._owners.items():
            if account == owner and not self._over(key):
                self._expires[key] = self._clock.now_ms() + self.lifetime_ms
                return key
        self._count += 1
        key = f"simListenKey{self._count:052d}"
        self._owners[key] = owner
        self._expires[key] = self._clock.now_ms() + self.lifetime_ms
        return key

    def renew(self, owner: str) -> str:
        """Give the account's key its full time again.

        Raises:
            ApiError: -1125, there is no living key.
        """
        if not any(who == owner and not self._over(key) for key, who in self._owners.items()):
            raise ApiError(-1125, "This listenKey does not exist.")
        return self.start(owner)

    def end(self, owner: str) -> None:
        """Let the account's keys expire now."""
        for key, who in self._owners.items():
            if who == owner:
                self._expires[key] = 0

    def owner(self, key: str) -> str | None:
        """Return the account of a living key."""
        return None if self._over(key) else self._owners.get(key)

    def _over(self, key: str) -> bool:
        return self._expires.get(key, 0) <= self._clock.now_ms()


def start(call: Call) -> Any:
    """`POST listenKey`."""
    return {"listenKey": call.services.listen_keys.start(call.account.key)}


def renew(call: Call) -> Any:
    """`PUT listenKey`."""
    return {"listenKey": call.services.listen_keys.renew(call.account.key)}


def end(call: Call) -> Any:
    """`DELETE listenKey`."""
    call.services.listen_keys.end(call.account.key)
    return {}
