"""The one door to time: every other module is handed a clock."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Wall time, monotonic time and sleep, so that tests and replays can own all three."""

    def now_ms(self) -> int:
        """Return wall time as milliseconds since the epoch, UTC."""
        ...

    def monotonic_s(self) -> float:
        """Return seconds that never step back; only differences mean anything."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let `seconds` pass."""
        ...


class SystemClock:
    """The machine's own time."""

    def now_ms(self) -> int:
        """Return wall time as milliseconds since the epoch, UTC."""
        return time.time_ns() // 1_000_000

    def monotonic_s(self) -> float:
        """Return the machine's monotonic seconds."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Block the calling thread for `seconds`."""
        time.sleep(seconds)


class ManualClock:
    """A clock that moves only when told to: sleeping on it returns at once and moves it on."""

    def __init__(self, now_ms: int = 0) -> None:
        self._now_ms = float(now_ms)

    def now_ms(self) -> int:
        """Return the set time, milliseconds since the epoch, UTC."""
        return int(self._now_ms)

    def monotonic_s(self) -> float:
        """Return the set time in seconds."""
        return self._now_ms / 1000

    def sleep(self, seconds: float) -> None:
        """Move the clock on by `seconds` without waiting."""
        self._now_ms += seconds * 1000
