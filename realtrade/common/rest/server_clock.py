"""The exchange's clock, measured: our requests are stamped with its time, not with ours."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.utils.clock import Clock

_SAMPLES = 3
_STALE_S = 900.0
_STEP_MS = 500
"""A wall clock that moved this far against the monotonic one was set, or the machine slept."""


@dataclass(frozen=True, slots=True)
class _Anchor:
    server_ms: float
    wall_ms: int
    monotonic_s: float
    error_ms: float


class ServerClock:
    """Tells the exchange's time from the machine's monotonic clock. Safe from any thread.

    A step of the machine's wall clock does not move it. Before the first measurement it tells the
    machine's time.
    """

    def __init__(self, clock: Clock, fetch_ms: Callable[[], int]) -> None:
        self._clock = clock
        self._fetch_ms = fetch_ms
        self._lock = threading.Lock()
        self._anchor: _Anchor | None = None

    @property
    def offset_ms(self) -> float:
        """How far the exchange's clock is ahead of the machine's; 0 before a measurement."""
        return 0.0 if self._anchor is None else self._server_ms() - self._clock.now_ms()

    @property
    def error_ms(self) -> float:
        """How wrong the measurement may be: half the fastest round trip; 0 before it."""
        return 0.0 if self._anchor is None else self._anchor.error_ms

    @property
    def stale(self) -> bool:
        """Tell whether to measure: never done, long ago, or the machine's clock was set since."""
        anchor = self._anchor
        if anchor is None:
            return True
        passed_s = self._clock.monotonic_s() - anchor.monotonic_s
        stepped_ms = abs(self._clock.now_ms() - anchor.wall_ms - passed_s * 1000)
        return passed_s >= _STALE_S or stepped_ms >= _STEP_MS

    def now_ms(self) -> int:
        """Return the exchange's time, milliseconds since the epoch."""
        return self._clock.now_ms() if self._anchor is None else int(self._server_ms())

    def measure(self) -> float:
        """Ask the exchange for its time; return the offset in milliseconds.

        Of a few samples the one with the shortest round trip counts.

        Raises:
            RestError: no sample could be taken.
        """
        with self._lock:
            samples = [self._sample() for _ in range(_SAMPLES)]
            self._anchor = min(samples, key=lambda sample: sample.error_ms)
        return self.offset_ms

    def _sample(self) -> _Anchor:
        before_s = self._clock.monotonic_s()
        server_ms = self._fetch_ms()
        after_s = self._clock.monotonic_s()
        half_ms = (after_s - before_s) * 500
        return _Anchor(server_ms + half_ms, self._clock.now_ms(), after_s, half_ms)

    def _server_ms(self) -> float:
        anchor = self._anchor
        if anchor is None:
            return float(self._clock.now_ms())
        return anchor.server_ms + (self._clock.monotonic_s() - anchor.monotonic_s) * 1000
