"""Request weight per minute and orders per interval, as Binance counts and reports them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from realtrade.testing.binance.errors import ApiError

if TYPE_CHECKING:
    from realtrade.utils.clock import Clock

_MINUTE_S, _TEN_S, _DAY_S = 60, 10, 86_400


@dataclass(slots=True)
class Window:
    """A count that starts anew with every interval."""

    seconds: int
    limit: int
    used: int = 0
    number: int = -1

    def add(self, amount: int, now_ms: int) -> bool:
        """Count `amount`; tell whether the limit still holds."""
        number = now_ms // (self.seconds * 1000)
        if number != self.number:
            self.number, self.used = number, 0
        self.used += amount
        return self.used <= self.limit

    def left_s(self, now_ms: int) -> int:
        """Return the seconds until the next interval, at least one."""
        return max(self.seconds - now_ms // 1000 % self.seconds, 1)


@dataclass(slots=True)
class Limits:
    """The limits of one market: weight by IP, orders by account.

    A client that goes on after 429 is banned: `patience` requests over the limit and it gets 418.
    """

    clock: Clock
    weight: Window
    order_limits: tuple[tuple[str, int, int], ...]
    """Header suffix, seconds, limit."""
    patience: int = 20
    ban_s: int = 120
    _over: int = 0
    _banned_until_ms: int = 0
    _orders: dict[tuple[str, str], Window] = field(default_factory=dict)

    def spend(self, weight: int, headers: dict[str, str]) -> None:
        """Count a request.

        Raises:
            ApiError: 429 over the limit, 418 for who does not stop.
        """
        now = self.clock.now_ms()
        if now < self._banned_until_ms:
            raise self._ban(now)
        held = self.weight.add(weight, now)
        headers["X-MBX-USED-WEIGHT"] = str(self.weight.used)
        headers["X-MBX-USED-WEIGHT-1M"] = str(self.weight.used)
        self._over = 0 if held else self._over + 1
        if self._over > self.patience:
            self._banned_until_ms = now + self.ban_s * 1000
            raise self._ban(now)
        if not held:
            msg = (
                f"Too much request weight used; current limit is {self.weight.limit} request "
                "weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid "
                "polling the API."
            )
            raise ApiError(-1003, msg, 429, retry_after=self.weight.left_s(now))

    def give_back(self, weight: int, headers: dict[str, str]) -> None:
        """Uncount a request that weighs nothing, for it is done."""
        self.weight.used -= weight
        headers["X-MBX-USED-WEIGHT"] = str(self.weight.used)
        headers["X-MBX-USED-WEIGHT-1M"] = str(self.weight.used)

    def order(self, key: str, headers: dict[str, str], count: int = 1) -> None:
        """Count orders of an account.

        Raises:
            ApiError: 429, -1015.
        """
        now = self.clock.now_ms()
        for suffix, seconds, limit in self.order_limits:
            window = self._orders.setdefault((key, suffix), Window(seconds, limit))
            held = window.add(count, now)
            headers[f"X-MBX-ORDER-COUNT-{suffix}"] = str(window.used)
            if not held:
                msg = f"Too many new orders; current limit is {limit} orders per {suffix}."
                raise ApiError(-1015, msg, 429, retry_after=window.left_s(now))

    def _ban(self, now_ms: int) -> ApiError:
        left_s = max((self._banned_until_ms - now_ms) // 1000, 1)
        msg = (
            f"Way too much request weight used; IP banned until {self._banned_until_ms}. Please "
            "use WebSocket Streams for live updates to avoid bans."
        )
        return ApiError(-1003, msg, 418, retry_after=left_s)


def spot_limits(clock: Clock) -> Limits:
    """Return the limits of spot, as `exchangeInfo` tells them."""
    return Limits(clock, Window(_MINUTE_S, 6000), (("10S", _TEN_S, 100), ("1D", _DAY_S, 200_000)))


def usdm_limits(clock: Clock) -> Limits:
    """Return the limits of USDⓈ-M, as `exchangeInfo` tells them."""
    return Limits(clock, Window(_MINUTE_S, 2400), (("10S", _TEN_S, 300), ("1M", _MINUTE_S, 1200)))
