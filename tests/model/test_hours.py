from __future__ import annotations

from datetime import datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtrade.model.hours import WeeklyHours, weekdays


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon-sun", {0, 1, 2, 3, 4, 5, 6}),
        ("mon-fri", {0, 1, 2, 3, 4}),
        ("sat, sun", {5, 6}),
        ("fri-mon", {4, 5, 6, 0}),
        ("wed", {2}),
    ],
)
def test_reads_days(text: str, days: set[int]) -> None:
    assert weekdays(text) == days


@pytest.mark.parametrize(
    ("days", "hours", "moment", "within"),
    [
        ("mon-fri", "08:00-22:00", "2024-06-14T07:59:59+00:00", False),  # a Friday
        ("mon-fri", "08:00-22:00", "2024-06-14T08:00:00+00:00", True),
        ("mon-fri", "08:00-22:00", "2024-06-14T21:59:59+00:00", True),
        ("mon-fri", "08:00-22:00", "2024-06-14T22:00:00+00:00", False),
        ("mon-fri", "08:00-22:00", "2024-06-15T12:00:00+00:00", False),
        ("fri", "22:00-06:00", "2024-06-14T23:00:00+00:00", True),
        ("fri", "22:00-06:00", "2024-06-15T05:59:00+00:00", True),
        ("fri", "22:00-06:00", "2024-06-15T06:00:00+00:00", False),
        ("fri", "22:00-06:00", "2024-06-14T05:00:00+00:00", False),  # Thursday's night
        ("sun", "18:00-24:00", "2024-06-16T23:59:00+00:00", True),
        ("sun", "18:00-24:00", "2024-06-17T00:00:00+00:00", False),
        ("sun", None, "2024-06-16T00:00:00+00:00", True),
        ("sun", None, "2024-06-17T00:00:00+00:00", False),
        ("fri", "09:00-09:00", "2024-06-15T08:59:00+00:00", True),
    ],
)
def test_holds_the_hours(days: str, hours: str | None, moment: str, within: bool) -> None:
    assert WeeklyHours.parse(days, hours, "UTC").contains(ms(moment)) is within


@pytest.mark.parametrize(
    ("moment", "within"),
    [
        ("2024-03-08T14:29:00+00:00", False),  # 09:29 EST
        ("2024-03-08T14:30:00+00:00", True),
        ("2024-03-11T13:29:00+00:00", False),  # 09:29 EDT: the clock was put on over the weekend
        ("2024-03-11T13:30:00+00:00", True),
    ],
)
def test_follows_the_clock_of_its_zone(moment: str, within: bool) -> None:
    hours = WeeklyHours.parse("mon-fri", "09:30-16:00", "America/New_York")

    assert hours.contains(ms(moment)) is within


@pytest.mark.parametrize(
    ("now", "change"),
    [
        ("2024-06-14T21:30:20+00:00", "2024-06-14T22:00:00+00:00"),
        ("2024-06-14T22:00:00+00:00", "2024-06-17T08:00:00+00:00"),
    ],
)
def test_knows_when_it_changes(now: str, change: str) -> None:
    hours = WeeklyHours.parse("mon-fri", "08:00-22:00", "UTC")

    assert hours.next_change_ms(ms(now)) == ms(change)


def test_hours_without_end_never_change() -> None:
    hours = WeeklyHours.parse("mon-sun", None, "UTC")

    assert hours.always
    assert hours.next_change_ms(0) == 8 * 86_400_000
    assert not WeeklyHours.parse("mon-sat", None, "UTC").always
    assert not WeeklyHours.parse("mon-sun", "00:00-23:59", "UTC").always


@given(st.integers(0, 6), st.integers(0, 23), st.integers(0, 24), st.integers(0, 7 * 24 - 1))
def test_hours_and_their_complement_cover_the_week_once(
    day: int, first: int, last: int, hour: int
) -> None:
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    inside = WeeklyHours.parse(days[day], f"{first:02}:00-{last:02}:00", "UTC")
    begin = day * 24 + first
    length = (last - first) % 24 or 24
    monday_ms = ms("2024-06-10T00:00:00+00:00")

    expected = (hour - begin) % (7 * 24) < length

    assert inside.contains(monday_ms + hour * 3_600_000) is expected
    changes = [inside.contains(monday_ms + step * 3_600_000) for step in range(7 * 24 + 1)]
    assert sum(one is not other for one, other in pairwise(changes)) in {1, 2}
