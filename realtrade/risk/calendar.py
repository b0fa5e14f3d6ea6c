"""Days and weeks of a time zone, in milliseconds since the epoch."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from realtrade.plugins.ports.risk import Unit


def local(time_ms: int, timezone: str) -> datetime:
    """Return a moment as the wall clock of `timezone` shows it."""
    return datetime.fromtimestamp(time_ms / 1000, UTC).astimezone(ZoneInfo(timezone))


def bounds_ms(time_ms: int, unit: Unit, timezone: str) -> tuple[int, int]:
    """Return `[start, end)` of the local day, or of the week from Monday, around a moment.

    A day of a clock change is 23 or 25 hours long.
    """
    first = local(time_ms, timezone).date()
    if unit == "week":
        first -= timedelta(days=first.weekday())
    after = first + timedelta(days=1 if unit == "day" else 7)
    return _midnight_ms(first, timezone), _midnight_ms(after, timezone)


def _midnight_ms(day: date, timezone: str) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(timezone)).timestamp()) * 1000
