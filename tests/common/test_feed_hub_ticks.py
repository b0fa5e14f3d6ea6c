"""Feeds of ticks in the hub, and bars made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.common import FeedHub
from realtrade.model.bar import Bar
from realtrade.utils.timeframes import Timeframe
from tests.common.test_feed_hub import HOUR_MS, Pairs

if TYPE_CHECKING:
    from realtrade.common.feed_hub import FeedGap


def test_ticks_of_one_moment_are_all_given_out_in_their_order_and_leave_no_gaps() -> None:
    told: list[FeedGap] = []
    hub = FeedHub(on_gap=told.append)
    hub.join("a")
    hub.history("a", Timeframe.parse("tick"), None)
    ticks = [
        Bar(at, at, price, price, price, price, 1.0)
        for at, price in ((5, 1.0), (5, 2.0), (5, 2.0), (9_000, 3.0), (8_999, 4.0), (9_000, 5.0))
    ]
    hub.publish([("a", one) for one in ticks[:4]])
    hub.publish([("a", one) for one in ticks[4:]])

    got = []
    while hub.advance(0):
        taken = hub.take("a")
        assert taken is not None
        got.append(taken)

    assert got == [*ticks[:4], ticks[5]]  # a time that steps back is none of ours
    assert told == []


def test_bars_made_of_ticks_end_when_their_time_has_passed() -> None:
    hub = FeedHub()
    for name in ("a", "pair", "alone"):
        hub.join(name)
        hub.history(name, Timeframe.parse("tick"), None)
    hub.resample("pair", "a", Pairs())

    hub.passed("a", 7)
    hub.passed("alone", 7)
    hub.passed("nobody", 7)
    assert hub.backlog == 1

    assert hub.advance(0)
    assert (hub.take("a"), hub.take("alone")) == (None, None)
    assert hub.take("pair") == Bar(0, 7, 1.0, 1.0, 1.0, 1.0, 1.0)
    assert not hub.advance(0)
    hub.stop()
    hub.passed("a", 8)
    assert hub.backlog == 0


def test_words_that_time_has_passed_do_not_pile_up_before_a_strategy_that_is_stuck() -> None:
    hub = FeedHub(capacity=8)
    for name in ("a", "b", "pair", "other"):
        hub.join(name)
        hub.history(name, Timeframe.parse("tick"), None)
    hub.resample("pair", "a", Pairs())
    hub.resample("other", "b", Pairs())
    tick = Bar(50, 50, 1.0, 1.0, 1.0, 1.0, 1.0)

    for at_ms in range(1, 51):
        hub.passed("a", at_ms)
        hub.passed("b", at_ms)
    assert hub.backlog == 2
    hub.publish([("a", tick)])
    hub.passed("a", 60)
    assert hub.backlog == 4  # what was said before the tick stays before it

    assert hub.advance(0)
    assert hub.take("pair") == Bar(0, 50, 1.0, 1.0, 1.0, 1.0, 1.0)
    assert hub.advance(0)
    assert hub.take("other") == Bar(0, 50, 1.0, 1.0, 1.0, 1.0, 1.0)
    assert hub.advance(0)
    assert hub.take("a") == tick


def test_bars_made_of_ticks_have_no_gaps_where_nothing_is_traded() -> None:
    told: list[FeedGap] = []
    hub = FeedHub(on_gap=told.append)
    for name, length in (("a", "tick"), ("hours", "1h"), ("days", "1d")):
        hub.join(name)
        hub.history(name, Timeframe.parse(length), None)
    hub.resample("hours", "a", Pairs())
    hub.resample("days", "hours", Pairs())

    for hour in (1, 5, 77):
        hub.publish([("a", Bar(hour * HOUR_MS, hour * HOUR_MS, 1.0, 1.0, 1.0, 1.0, 1.0))])
    while hub.advance(0):
        for name in ("a", "hours", "days"):
            hub.take(name)

    assert told == []
