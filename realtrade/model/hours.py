"""Hours of certain days of the week, as a wall clock shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_MINUTES = 1440


def weekdays(text: str) -> frozenset[int]:
    """Return `mon-fri` or `mon, wed, sat-sun` as numbers from 0; `fri-mon` goes over the weekend.

    Raises:
        ValueError: a word is no day.
    """
    found: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        start = DAYS.index(first)
        length = (DAYS.index(last) - start) % 7 if dash else 0
        found.update((start + step) % 7 for step in range(length + 1))
    return frozenset(found)


def _minutes(text: str) -> int:
    hour, _, minute = text.partition(":")
    return int(hour) * 60 + int(minute)


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """From `start` to `end` on each of `days`; past midnight when `end` is not later."""

    days: frozenset[int]
    """Weekdays on which the hours begin; 0 is Monday."""
    start: int
    """Minutes since midnight."""
    end: int
    """Minutes since midnight, up to 1440; excluded."""
    timezone: str

    @classmethod
    def parse(cls, days: str, hours: str | None, timezone: str) -> WeeklyHours:
        """Read `mon-fri` and `08:00-22:00`; None is the whole day.

        Raises:
            ValueError: one of them cannot be read.
        """
        first, _, last = (hours or "00:00-24:00").partition("-")
        return cls(weekdays(days), _minutes(first), _minutes(last), timezone)

    def contains(self, time_ms: int) -> bool:
        """Tell whether a moment, milliseconds since the epoch, lies within."""
        now = self.local(time_ms)
        at, today = now.hour * 60 + now.minute, now.weekday()
        if self.start < self.end:
            return today in self.days and self.start <= at < self.end
        if at >= self.start:
            return today in self.days
        return (today - 1) % 7 in self.days and at < self.end

    def local(self, time_ms: int) -> datetime:
        """Return a moment as the zone's wall clock shows it."""
        return datetime.fromtimestamp(time_ms / 1000, UTC).astimezone(ZoneInfo(self.timezone))

    def next_change_ms(self, time_ms: int) -> int:
        """Return the first full minute behind a moment at which `contains` answers otherwise.

        Looked for within eight days; hours that never change answer the end of that time.
        """
        now = self.contains(time_ms)
        at_ms = time_ms - time_ms % 60_000
        last_ms = at_ms + timedelta(days=8) // timedelta(milliseconds=1)
        while at_ms < last_ms:
            at_ms += 60_000
            if self.contains(at_ms) is not now:
                break
        return at_ms

    @property
    def always(self) -> bool:
        """Tell whether every moment lies within."""
        return len(self.days) == len(DAYS) and (self.end - self.start) % _DAY_MINUTES == 0
