"""What is sent when: rates, digests, repeats, quiet hours, minute by minute."""

from __future__ import annotations

from collections import deque
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtrade.model.events import EventType
from realtrade.model.hours import WeeklyHours
from realtrade.notifications.escaping import MOST
from realtrade.notifications.letters import AGAIN, Letters
from realtrade.notifications.plan import RoutePlan
from realtrade.plugins.values import Rate
from tests.notifications.conftest import a_row

MINUTE = 60_000
NIGHT = WeeklyHours.parse("mon-sun", "22:00-07:00", "UTC")


def letters(quiet: WeeklyHours | None = None, **plan: Any) -> Letters:
    route = RoutePlan(name="all", events=frozenset(EventType), to=("me",), **plan)
    return Letters(route, name="bot", words=lambda event, plan: event.message, quiet=quiet)


def told(box: Letters, now_ms: int) -> list[str]:
    """Send all that is due at a moment."""
    texts = []
    while (letter := box.next(now_ms)) is not None:
        texts.append(letter.text)
        box.sent(letter, now_ms)
    return texts


def test_one_event_is_one_message() -> None:
    box = letters()
    row = a_row("one")
    box.add(row, 0)
    box.add(a_row("two"), 0)

    letter = box.next(0)
    assert letter is not None
    assert (letter.title, letter.text) == (f"bot: order filled #{row.number}", "one")
    assert told(box, 0) == ["one", "two"]
    assert (len(box), box.waiting, box.next(0)) == (0, (), None)


def test_a_letter_not_sent_is_written_anew() -> None:
    box = letters(digest=timedelta(minutes=1))
    box.add(a_row("one"), 0)
    assert box.next(MINUTE - 1) is None
    first = box.next(MINUTE)
    box.add(a_row("two"), MINUTE)
    second = box.next(2 * MINUTE)

    assert first is not None
    assert second is not None
    assert first.text.startswith("one")
    assert [line.split()[0] for line in second.text.splitlines()] == ["one", "two"]


def test_what_is_above_the_rate_comes_in_one_summary() -> None:
    box = letters(rate=Rate(2, timedelta(hours=1)))
    sent = []
    for number in range(40):
        box.add(a_row(f"fill {number}", time_ms=number), number)
        sent += told(box, number)

    assert sent == ["fill 0", "fill 1"]
    assert box.wait_ms(40) == 60 * MINUTE - 40
    assert told(box, 59 * MINUTE) == []
    (summary,) = told(box, 40 + 60 * MINUTE)
    lines = summary.splitlines()
    assert lines[0] == "fill 2 [1970-01-01 00:00:00 UTC]"
    assert lines[-1] == "… and 8 more"
    assert len(lines) == 31
    box.add(a_row("fill 41", time_ms=61 * MINUTE), 61 * MINUTE)
    assert told(box, 61 * MINUTE) == ["fill 41"], "the summary counted as one message"


def test_a_crowd_goes_out_together_and_every_one_of_it_is_told() -> None:
    box = letters()
    texts = [f"fill {number} " + "x" * 90 for number in range(100)]
    for number, text in enumerate(texts):
        box.add(a_row(text, time_ms=0), number)

    sent = told(box, 200)

    assert [line for text in sent for line in text.splitlines()] == texts
    assert len(sent) < 20
    assert all(len(text) <= 3_500 for text in sent)


def test_what_is_over_is_forgotten() -> None:
    box = letters()
    for number in range(50):
        box.add(a_row(f"fill {number}"), number)
        told(box, number)

    kept = [value for value in vars(box).values() if isinstance(value, deque | dict)]
    assert [len(one) for one in kept] == [0] * 5


def test_a_bars_time_is_not_when_waiting_began() -> None:
    box = letters()
    box.add(a_row("old bar", time_ms=0), 5_000_000)

    letter = box.next(5_000_100)

    assert letter is not None
    assert box.since_ms(letter) == 5_000_000


def test_the_same_is_not_said_again_for_a_while() -> None:
    box = letters(repeat=timedelta(minutes=5))
    taken = [
        box.add(a_row("feed btc is 61.5 s old"), 0),
        box.add(a_row("feed btc is 122.0 s old"), MINUTE),
        box.add(a_row("feed eth is 70 s old"), MINUTE),
        box.add(a_row("feed btc is 1,400 s old"), 5 * MINUTE),
    ]

    assert taken == [True, False, True, True]
    assert told(box, 0)[0] == "feed btc is 61.5 s old\n(said 1 more times meanwhile)"


def test_at_night_only_what_is_critical_goes_out_and_the_rest_in_the_morning() -> None:
    at = 23 * 60 * MINUTE
    box, alarm = letters(NIGHT), letters(NIGHT, severity="critical")
    for one in (box, alarm):
        one.add(a_row("one", time_ms=at), at)
        one.add(a_row("two", time_ms=at), at)

    assert told(alarm, at) == ["one", "two"]
    assert told(box, at) == []
    assert box.wait_ms(at) == 8 * 60 * MINUTE
    (morning,) = told(box, at + 8 * 60 * MINUTE)
    assert morning.splitlines() == [
        "one [1970-01-01 23:00:00 UTC]",
        "two [1970-01-01 23:00:00 UTC]",
    ]


def test_severity_stands_in_the_title() -> None:
    box = letters(severity="critical")
    row = a_row("x", kind=EventType.RISK_HALT)
    box.add(row, 0)

    letter = box.next(0)
    assert letter is not None
    assert letter.title == f"bot: risk halt (critical) #{row.number}"


def test_what_was_being_sent_at_a_crash_comes_again_in_the_same_letter_and_says_so() -> None:
    before, after = letters(digest=timedelta(minutes=1)), letters(digest=timedelta(minutes=1))
    rows = [a_row("one"), a_row("two")]
    for row in rows:
        before.add(row, 0)
    sent = before.next(MINUTE)
    after.add(a_row("three", time_ms=MINUTE), MINUTE)
    after.again(rows, MINUTE)

    again = after.next(MINUTE)

    assert sent is not None
    assert again is not None
    assert (again.title, again.key) == (sent.title, sent.key)
    assert again.text == f"{sent.text}\n{AGAIN}"
    assert (len(after), after.since_ms(again)) == (3, MINUTE)
    assert told(after, MINUTE) == [again.text], "the digest goes on gathering"
    assert told(after, 2 * MINUTE) == ["three [1970-01-01 00:01:00 UTC]"]


def test_what_comes_again_keeps_to_quiet_hours_and_rate() -> None:
    at = 23 * 60 * MINUTE
    box, slow = letters(NIGHT), letters(rate=Rate(1, timedelta(hours=1)))
    for one in (box, slow):
        one.again([a_row("one", time_ms=at)], at)
    slow.add(a_row("two", time_ms=at), at)

    assert told(box, at) == []
    assert box.wait_ms(at) == 8 * 60 * MINUTE
    assert [text.partition("\n")[0] for text in told(slow, at)] == ["one"]
    assert slow.wait_ms(at) == 60 * MINUTE
    assert len(told(box, at + 8 * 60 * MINUTE)) == 1


def test_a_long_letter_that_comes_again_counts_what_has_no_room() -> None:
    box = letters()
    box.again([a_row(f"fill {number}") for number in range(33)], 0)

    (text,) = told(box, 0)

    assert text.splitlines()[-2:] == ["… and 3 more", AGAIN]


@given(
    st.lists(st.integers(0, 30 * MINUTE), min_size=1, max_size=60),
    st.integers(1, 4),
    st.booleans(),
)
def test_everything_is_told_once_and_never_above_the_rate(
    gaps: list[int], most: int, digest: bool
) -> None:
    window = timedelta(hours=1)
    box = letters(
        rate=Rate(most, window), digest=timedelta(minutes=3) if digest else None, quiet=NIGHT
    )
    now = 0
    sent: list[int] = []
    seen: list[int] = []
    numbers: list[int] = []
    for gap in [*gaps, *[30 * MINUTE] * 60]:
        now += gap
        if len(numbers) < len(gaps):
            row = a_row("x", time_ms=now)
            numbers.append(row.number)
            box.add(row, now)
        while (letter := box.next(now)) is not None:
            sent.append(now)
            seen += [one.number for one in letter.rows]
            box.sent(letter, now)

    assert seen == numbers
    assert all(later - one >= 60 * MINUTE for one, later in zip(sent, sent[most:], strict=False))


@pytest.mark.parametrize("zero", [0])
def test_a_rate_of_none_says_nothing_at_once(zero: int) -> None:
    box = letters(rate=Rate(zero, timedelta(hours=1)))
    box.add(a_row("x"), 0)

    assert box.next(0) is None


def test_what_is_left_out_of_a_long_summary_is_counted() -> None:
    box = letters(digest=timedelta(minutes=1))
    for number in range(5):
        box.add(a_row(f"{number}" + "x" * 1_000, time_ms=MINUTE), 0)

    (text,) = told(box, MINUTE)

    assert [line[:2] for line in text.splitlines()] == ["0x", "1x", "… "]
    assert text.splitlines()[-1] == "… and 3 more"


@pytest.mark.parametrize("length", [3_000, 4_000])
def test_a_long_message_that_may_come_twice_says_so(length: int) -> None:
    box = letters()
    box.again([a_row("x" * length)], 0)

    (text,) = told(box, 0)

    assert text.endswith(f"\n{AGAIN}")
    assert len(text) <= MOST


def test_a_long_message_says_how_often_it_was_said() -> None:
    box = letters(repeat=timedelta(hours=1))
    box.add(a_row("x" * 4_000), 0)
    box.add(a_row("x" * 4_000), 0)

    (text,) = told(box, 0)

    assert text.endswith("x…\n(said 1 more times meanwhile)")
