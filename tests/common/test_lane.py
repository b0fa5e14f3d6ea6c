from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from realtrade.common.streaming import lane as lane_module
from realtrade.common.streaming.lane import Lane
from realtrade.model.bar import Bar
from realtrade.utils.timeframes import Timeframe

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

MINUTE = Timeframe.parse("1m")
MS = 60_000


def bar(minute: int, close: float = 1.0) -> Bar:
    return Bar(minute * MS, (minute + 1) * MS, 1.0, 2.0, 0.5, close, 1.0)


def minutes(bars: Sequence[Bar]) -> list[int]:
    return [one.time_ms // MS for one in bars]


def lane(last: int | None = 0) -> Lane:
    return Lane(MINUTE, None if last is None else last * MS)


def test_bars_in_order_go_through_and_repeated_ones_do_not() -> None:
    road = lane()

    assert [minutes(road.take(bar(n))) for n in (1, 2, 2, 1, 3)] == [[1], [2], [], [], [3]]


def test_a_bar_ahead_waits_for_the_one_before_it() -> None:
    road = lane()

    assert minutes(road.take(bar(2))) == []
    assert (road.filling, road.waiting) == (True, 1)


def test_rest_fills_a_hole_and_what_waited_follows() -> None:
    road = lane()
    road.take(bar(3))
    road.take(bar(4))

    assert minutes(road.fill([bar(1), bar(2)])) == [1, 2, 3, 4]
    assert not road.filling


def test_a_hole_rest_has_not_heard_of_stays_open() -> None:
    road = lane()
    road.take(bar(3))

    assert minutes(road.fill([bar(1)])) == [1]
    assert road.filling


def test_rest_is_believed_that_a_bar_never_was_once_it_tells_of_a_later_one() -> None:
    road = lane()
    road.take(bar(3))

    assert minutes(road.fill([bar(1), bar(3)])) == [1, 3]
    assert not road.filling


def test_the_bar_of_the_stream_counts_where_rest_has_another() -> None:
    road = lane()
    road.take(bar(2, close=1.5))

    _, through = road.fill([bar(1), bar(2, close=0.75)])

    assert through.close == 1.5


def test_giving_up_lets_through_what_there_is() -> None:
    road = lane()
    road.take(bar(5))
    road.take(bar(3))

    assert minutes(road.give_up()) == [3, 5]
    assert (road.filling, road.next_ms) == (False, 6 * MS)


def test_after_a_new_connection_rest_is_asked() -> None:
    road = lane()
    road.begin()
    assert road.filling

    assert minutes(road.take(bar(0))) == []
    assert road.filling
    assert minutes(road.fill([])) == []
    assert not road.filling


def test_unless_the_next_bar_shows_that_nothing_was_missed() -> None:
    road = lane()
    road.begin()

    assert minutes(road.take(bar(1))) == [1]
    assert not road.filling
    assert minutes(road.fill([bar(1), bar(2)])) == [2]


def test_without_a_past_the_first_bar_is_the_first_to_come() -> None:
    road = lane(None)
    road.begin()

    assert (road.filling, road.next_ms) == (False, None)
    assert [minutes(road.take(bar(n))) for n in (7, 6, 8)] == [[7], [], [8]]


def test_too_many_that_wait_are_left_to_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lane_module, "_MOST_WAITING", 3)
    road = lane()
    for n in (2, 3, 4, 5):
        road.take(bar(n))

    assert (road.filling, road.waiting) == (True, 0)
    assert minutes(road.fill([bar(n) for n in range(1, 6)])) == [1, 2, 3, 4, 5]


@given(
    events=st.lists(st.tuples(st.sampled_from(["stream", "rest", "begin"]), st.integers(1, 12))),
    exists=st.sets(st.integers(1, 12), min_size=1),
)
def test_whatever_comes_in_whatever_order_each_bar_is_seen_once_in_order(
    events: list[tuple[str, int]], exists: set[int]
) -> None:
    """REST knows, up to some minute, exactly what exists; the stream brings any of it any time."""
    road = lane()
    seen: list[int] = []
    for kind, minute in [*events, ("rest", 12)]:
        if kind == "begin":
            road.begin()
        elif kind == "stream":
            seen += minutes(road.take(bar(minute))) if minute in exists else []
        else:
            assert road.next_ms is not None
            since = road.next_ms // MS
            seen += minutes(road.fill([bar(n) for n in sorted(exists) if since <= n <= minute]))

    assert seen == sorted(exists)
