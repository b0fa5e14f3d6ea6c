"""One gate for all requests of this process to one exchange: its limits are per address."""

from __future__ import annotations

import threading
from enum import IntEnum
from typing import TYPE_CHECKING, ClassVar

from realtrade.common.rest.errors import Gated

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from realtrade.utils.clock import Clock

_MINUTE_MS = 60_000
_BANNED, _TOO_MANY, _SERVER_ERROR = 418, 429, 500
_BAN_S, _LONGEST_S = 300.0, 3 * 86_400.0
_ORDERS_S = 60.0
"""How long too many new orders hold the next ones at most: some of such limits last a day."""
_NAP_S = 0.25
_PATIENCE_S = 90.0


class Urgency(IntEnum):
    """What goes first when not everything may go."""

    CANCEL = 0
    ORDER = 1
    READ = 2


_SHARE = {Urgency.CANCEL: 1.0, Urgency.ORDER: 0.95, Urgency.READ: 0.8}
"""How much of a minute's weight each kind may use up: reads leave room for orders and cancels."""
_AFTER_BAN_MS = {Urgency.CANCEL: 0, Urgency.ORDER: 200, Urgency.READ: 1_000}
"""How long after a ban each kind waits, so that cancels go first."""


class RateGate:
    """Counts weight as the exchange does, and keeps everything back while it says so.

    Reads wait for their turn; orders and cancels are told at once, for their sender decides.
    Safe from any thread.
    """

    _GATES: ClassVar[dict[str, RateGate]] = {}
    _LOCK: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, clock: Clock, *, per_minute: float, header: str = "") -> None:
        self._clock = clock
        self._per_minute = per_minute
        self._header = header
        self._state = threading.Lock()
        self._minute = 0
        self._used = 0.0
        self._held: dict[Urgency, int] = dict.fromkeys(Urgency, 0)
        self.orders_full = b""
        """In the body of an answer 429 that is about new orders alone: cancels go on then."""
        self.on_ban: Callable[[int], None] | None = None
        """Told when nothing may be sent until a time, ms of our clock: to be kept over restarts."""
        self.troubles = 0
        """Requests so far that got no whole answer, or one that says the exchange is in trouble."""
        self.troubles_in_a_row = 0

    @classmethod
    def shared(cls, name: str, make: Callable[[], RateGate]) -> RateGate:
        """Return the one gate called `name` in this process, made when first asked for."""
        with cls._LOCK:
            if name not in cls._GATES:
                cls._GATES[name] = make()
            return cls._GATES[name]

    @property
    def banned_until_ms(self) -> int:
        """Until when, on our clock, not even cancels may be sent; 0 when they may."""
        return self._held[Urgency.CANCEL]

    @property
    def headroom(self) -> float:
        """What is left of this minute's weight, as a fraction of all of it."""
        with self._state:
            self._turn(self._clock.now_ms())
            return max(0.0, 1.0 - self._used / self._per_minute)

    def limit(self, per_minute: float) -> None:
        """Learn how much weight a minute has."""
        self._per_minute = per_minute

    def hold(self, until_ms: int, least: Urgency = Urgency.CANCEL) -> None:
        """Let nothing of `least` or less urgent through until a time on our clock."""
        with self._state:
            for urgency in Urgency:
                if urgency >= least:
                    until = until_ms + _AFTER_BAN_MS[urgency]
                    self._held[urgency] = max(self._held[urgency], until)

    def admit(self, urgency: Urgency, weight: float = 1.0) -> None:
        """Let one request through and count it, for reads after waiting for their turn.

        Raises:
            Gated: not now; the error says for how long.
        """
        waited = 0.0
        while (wait_s := self._take(urgency, weight)) > 0:
            if urgency is not Urgency.READ or waited + wait_s > _PATIENCE_S:
                msg = f"kept back for {wait_s:.1f} s: the exchange's rate limit is reached"
                raise Gated(msg, retry_after_s=wait_s)
            nap_s = min(wait_s, _NAP_S)
            self._clock.sleep(nap_s)
            waited += nap_s

    def _take(self, urgency: Urgency, weight: float) -> float:
        """Count `weight` and return 0, or return the seconds to wait."""
        with self._state:
            now = self._clock.now_ms()
            self._turn(now)
            if now < self._held[urgency]:
                return (self._held[urgency] - now) / 1000
            full = self._used + weight > self._per_minute * _SHARE[urgency]
            if full and self._used > 0:
                return ((self._minute + 1) * _MINUTE_MS - now) / 1000
            self._used += weight
            return 0.0

    def _turn(self, now_ms: int) -> None:
        minute = now_ms // _MINUTE_MS
        if minute != self._minute:
            self._minute, self._used = minute, 0.0

    def observe(self, status: int, headers: Mapping[str, str], body: bytes = b"") -> float | None:
        """Learn from an answer; return for how many seconds nothing may be sent, if it says so."""
        now = self._clock.now_ms()
        self.count(trouble=status >= _SERVER_ERROR or status in {_BANNED, _TOO_MANY})
        used = _number(headers.get(self._header)) if self._header else None
        if used is not None:
            with self._state:
                self._turn(now)
                self._used = used
        if status not in (_BANNED, _TOO_MANY):
            return None
        wait_s = self._pause_s(status, headers, now)
        if status == _TOO_MANY and self.orders_full and self.orders_full in body:
            self.hold(now + int(min(wait_s, _ORDERS_S) * 1000), least=Urgency.ORDER)
            return wait_s
        until = now + int(wait_s * 1000)
        self.hold(until)
        if self.on_ban is not None:
            self.on_ban(until)
        return wait_s

    def count(self, *, trouble: bool) -> None:
        """Note how a request has ended. A refusal of what was asked for is no trouble."""
        with self._state:
            self.troubles += trouble
            self.troubles_in_a_row = self.troubles_in_a_row + 1 if trouble else 0

    def _pause_s(self, status: int, headers: Mapping[str, str], now_ms: int) -> float:
        said = _number(headers.get("Retry-After"))
        if said is not None:
            return min(max(said, 1.0), _LONGEST_S)
        to_next_minute = (_MINUTE_MS - now_ms % _MINUTE_MS) / 1000
        return _BAN_S if status == _BANNED else max(to_next_minute, 1.0)


def _number(text: str | None) -> float | None:
    """Return a header's whole number, or None: nothing an exchange writes may break the gate."""
    text = (text or "").strip()
    return float(text) if text.isascii() and text.isdigit() else None
