"""A clock that can be set wrong on purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from realtrade.utils.clock import Clock


class SkewedClock:
    """Another clock, `skew_ms` ahead of it (negative: behind), drifting by `drift_ppm`."""

    def __init__(self, inner: Clock) -> None:
        self._inner = inner
        self._since_s = inner.monotonic_s()
        self.skew_ms = 0
        self.drift_ppm = 0.0
        """How many millionths too fast the clock runs, counted from its making."""

    def now_ms(self) -> int:
        """Return wall time, wrong by the skew and by what has drifted."""
        drifted_ms = (self._inner.monotonic_s() - self._since_s) * self.drift_ppm / 1000
        return self._inner.now_ms() + self.skew_ms + int(drifted_ms)

    def monotonic_s(self) -> float:
        """Return the other clock's monotonic seconds."""
        return self._inner.monotonic_s()

    def sleep(self, seconds: float) -> None:
        """Sleep as the other clock does."""
        self._inner.sleep(seconds)
