"""Five cron fields as moments; the calendar and its clock changes are APScheduler's."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from apscheduler.triggers.base import BaseTrigger

_NAMES = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


class Crontab:
    """Moments of a crontab line, as `crontab(5)` reads it.

    Two things APScheduler reads otherwise are put right here: its weekday 0 is Monday, and day of
    month and weekday must both fit, where cron takes a day on which either does.

    A time that a clock change leaves out comes as much later as the clock was put on; one that
    comes twice counts once, the first time, unless the line names every hour.
    """

    def __init__(self, text: str, timezone: str) -> None:
        """Read `text`, which the recipe has checked, in the wall-clock time of `timezone`."""
        self.text = text
        self._zone = ZoneInfo(timezone)
        self._hourly = text.split()[1].startswith("*")
        self._trigger = _trigger(text, self._zone)

    def at_or_after(self, time_ms: int) -> int | None:
        """Return the first moment not before `time_ms`, or None when there is none (30 February).

        Milliseconds since the epoch, UTC.
        """
        since = _utc(time_ms).astimezone(self._zone)
        found = self._trigger.get_next_fire_time(None, since)
        while found is not None and not self._hourly and _comes_again(found):
            after = _utc(_ms(found) + 1).astimezone(self._zone)
            found = self._trigger.get_next_fire_time(None, after)
        return None if found is None else _ms(found)

    def after(self, time_ms: int) -> int | None:
        """Return the first moment behind `time_ms`."""
        return self.at_or_after(time_ms + 1)


def _trigger(text: str, zone: ZoneInfo) -> BaseTrigger:
    from apscheduler.triggers.combining import OrTrigger
    from apscheduler.triggers.cron import CronTrigger

    minute, hour, day, month, weekday = text.split()

    def cron(day: str, weekday: str) -> BaseTrigger:
        return CronTrigger(
            minute=minute, hour=hour, day=day, month=month, day_of_week=weekday, timezone=zone
        )

    if day.startswith("*") or weekday.startswith("*"):
        return cron(day, _weekdays(weekday))
    return OrTrigger([cron(day, "*"), cron("*", _weekdays(weekday))])


def _weekdays(field: str) -> str:
    """Return weekdays by name: `0`, `7` are Sunday, `1-5/2` every other day from Monday on."""
    if field == "*":
        return field
    days: set[int] = set()
    for part in field.split(","):
        span, slash, step = part.partition("/")
        first, dash, last = span.partition("-")
        start = 0 if span == "*" else int(first)
        open_end = 6 if span == "*" or slash else start
        days.update(range(start, (int(last) if dash else open_end) + 1, int(step or 1)))
    return ",".join(dict.fromkeys(_NAMES[day % 7] for day in sorted(days)))


def _comes_again(moment: datetime) -> bool:
    """Tell whether the wall clock has shown this time an hour before already."""
    return moment.fold == 1 and moment.replace(fold=0).utcoffset() != moment.utcoffset()


def _utc(time_ms: int) -> datetime:
    return datetime.fromtimestamp(time_ms / 1000, UTC)


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
