from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from typing import TYPE_CHECKING

import pytest

from realtrade.engine.cron import Crontab

if TYPE_CHECKING:
    from collections.abc import Iterator


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def text(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%a %m-%d %H:%M")


def moments(cron: Crontab, since: str) -> Iterator[str]:
    at = cron.after(ms(since))
    while at is not None:
        yield text(at)
        at = cron.after(at)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("0 8 * * 2", ["Tue 06-11 08:00", "Tue 06-18 08:00"]),
        ("0 0 * * 0", ["Sun 06-16 00:00", "Sun 06-23 00:00"]),
        ("0 0 * * 7", ["Sun 06-16 00:00", "Sun 06-23 00:00"]),
        ("0 0 * * 5-7", ["Fri 06-14 00:00", "Sat 06-15 00:00", "Sun 06-16 00:00"]),
        ("0 0 * * 1-5/2", ["Wed 06-12 00:00", "Fri 06-14 00:00", "Mon 06-17 00:00"]),
        ("0 0 * * */3", ["Wed 06-12 00:00", "Sat 06-15 00:00", "Sun 06-16 00:00"]),
        ("*/20 9 * * *", ["Mon 06-10 09:00", "Mon 06-10 09:20", "Mon 06-10 09:40"]),
        # crontab(5): day of month or weekday, whichever fits
        ("0 0 13 * 1", ["Thu 06-13 00:00", "Mon 06-17 00:00", "Mon 06-24 00:00"]),
        ("0 0 31 * *", ["Wed 07-31 00:00", "Sat 08-31 00:00", "Thu 10-31 00:00"]),
        ("0 0 30 2 *", []),
    ],
)
def test_reads_a_crontab_as_cron_does(line: str, expected: list[str]) -> None:
    found = islice(moments(Crontab(line, "UTC"), "2024-06-10T00:00:00+00:00"), 3)

    assert list(found)[: len(expected)] == expected
    if not expected:
        assert Crontab(line, "UTC").after(0) is None


def test_a_moment_itself_counts_only_where_asked() -> None:
    cron = Crontab("0 8 * * *", "UTC")
    at = ms("2024-06-10T08:00:00+00:00")

    assert cron.at_or_after(at) == at
    assert cron.after(at) == at + 86_400_000


@pytest.mark.parametrize(
    ("line", "since", "expected"),
    [
        # Berlin puts the clock on at 01:00 UTC: 02:30 is left out, and comes as 03:30
        ("30 2 * * *", "2024-03-30T12:00+00:00", ["Sun 03-31 01:30", "Mon 04-01 00:30"]),
        # and back at 01:00 UTC: 02:30 comes twice and counts once
        ("30 2 * * *", "2024-10-26T12:00+00:00", ["Sun 10-27 00:30", "Mon 10-28 01:30"]),
        ("30 * * * *", "2024-10-26T23:45+00:00", ["Sun 10-27 00:30", "Sun 10-27 01:30"]),
        ("0 17 * * *", "2024-10-26T00:00+00:00", ["Sat 10-26 15:00", "Sun 10-27 16:00"]),
    ],
)
def test_keeps_to_the_wall_clock_over_a_change(line: str, since: str, expected: list[str]) -> None:
    found = islice(moments(Crontab(line, "Europe/Berlin"), since), 2)

    assert list(found) == expected


def test_an_hour_of_every_day_of_a_year_comes_once_a_day() -> None:
    cron = Crontab("30 2 * * *", "America/New_York")
    start = ms("2024-01-01T00:00:00-05:00")
    times = [start]
    while (at := cron.after(times[-1])) < ms("2025-01-01T00:00:00-05:00"):  # type: ignore[operator]  # it comes daily
        times.append(at)  # type: ignore[arg-type]  # see above

    assert len(times) - 1 == 366
    gaps = {timedelta(milliseconds=later - now) for now, later in pairwise(times[1:])}
    assert {timedelta(hours=24)} <= gaps <= {timedelta(hours=hours) for hours in (23, 24, 25)}
