from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtrade.common.streaming.tick_lane import TickLane
from realtrade.common.ticks import Tick

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.model.bar import Bar


def tick(number: int, at_ms: int | None = None) -> Tick:
    return Tick.of(number, number if at_ms is None else at_ms, 100.0 + number, 1.0)


def ids(bars: object) -> list[int]:
    return [round(bar.close) - 100 for bar in bars]  # type: ignore[attr-defined]  # bars


def test_trades_that_follow_are_let_through_at_once() -> None:
    lane = TickLane(tick(4))

    assert [ids(lane.take(tick(one))) for one in (5, 6, 7)] == [[5], [6], [7]]
    assert not lane.filling


def test_the_first_trade_of_a_market_may_be_any() -> None:
    lane = TickLane(None)

    lane.begin()

    assert not lane.filling
    assert lane.next_id is None
    assert ids(lane.take(tick(9))) == [9]
    assert lane.next_id == 10


def test_a_trade_that_is_missing_holds_the_others_up_until_rest_tells_it() -> None:
    lane = TickLane(tick(4))

    assert ids(lane.take(tick(6))) == []
    assert lane.next_id == 5
    assert ids(lane.fill([tick(5)])) == [5, 6]
    assert not lane.filling
    assert lane.skipped == 0


def test_a_trade_that_comes_late_lets_the_waiting_ones_through() -> None:
    lane = TickLane(tick(4))
    lane.take(tick(6))

    assert ids(lane.take(tick(5))) == [5, 6]
    assert not lane.filling


def test_what_was_seen_is_not_seen_again() -> None:
    lane = TickLane(tick(4))
    lane.take(tick(5))

    assert lane.take(tick(5)) == []
    assert lane.take(tick(4)) == []
    assert lane.fill([tick(4), tick(5)]) == []


@pytest.mark.parametrize(
    ("told", "through", "filling"),
    [
        (lambda lane: lane.fill([]), [], False),
        (lambda lane: lane.take(tick(5)), [5], False),
        (lambda lane: lane.take(tick(4)), [], True),
        (lambda lane: lane.take(tick(6)), [], True),
        (lambda lane: lane.fill([tick(5)], more=True), [5], True),
    ],
)
def test_a_new_connection_is_filled_until_stream_or_rest_says_that_nothing_is_missing(
    told: Callable[[TickLane], list[Bar]], through: list[int], filling: bool
) -> None:
    lane = TickLane(tick(4))
    lane.begin()

    assert ids(told(lane)) == through
    assert lane.filling is filling


def test_rest_is_believed_about_a_trade_that_does_not_exist() -> None:
    lane = TickLane(tick(4))
    lane.take(tick(9))

    assert ids(lane.fill([tick(7), tick(8)])) == [7, 8, 9]
    assert lane.skipped == 2


def test_rest_that_tells_of_nothing_is_not_believed_while_a_later_trade_waits() -> None:
    lane = TickLane(tick(4))
    lane.take(tick(6))

    assert lane.fill([]) == []
    assert lane.filling
    assert ids(lane.give_up()) == [6]
    assert lane.skipped == 1
    assert not lane.filling


def test_too_many_waiting_trades_are_thrown_away_and_asked_for() -> None:
    lane = TickLane(tick(4), most=3)

    for number in range(6, 10):
        assert lane.take(tick(number)) == []

    assert lane.filling
    assert ids(lane.fill([tick(one) for one in range(5, 10)])) == [5, 6, 7, 8, 9]
    assert lane.skipped == 0


def test_a_time_never_steps_back() -> None:
    lane = TickLane(tick(4, 1_000))

    times = [
        bar.time_ms for one in ((5, 990), (6, 1_000), (7, 1_001)) for bar in lane.take(tick(*one))
    ]

    assert times == [1_000, 1_000, 1_001]


@given(st.permutations(range(1, 12)), st.sets(st.integers(1, 11)), st.integers(0, 3))
def test_whatever_the_order_each_trade_is_let_through_once_in_order(
    order: list[int], lost: set[int], again: int
) -> None:
    lane, seen = TickLane(tick(0)), []

    for number in order:
        if number not in lost:
            seen += ids(lane.take(tick(number)))
            seen += [one for _ in range(again) for one in ids(lane.take(tick(number)))]
    lane.begin()
    begin = lane.next_id
    assert begin is not None
    seen += ids(lane.fill([tick(one) for one in range(begin, 12)]))

    assert seen == list(range(1, 12))
    assert lane.skipped == 0
