from __future__ import annotations

from threading import Event, Thread, Timer
from typing import TYPE_CHECKING

import pytest

from realtrade.common import FeedHub
from realtrade.common.feed_hub import FeedGap, HubOverflow
from realtrade.model.bar import Bar
from realtrade.plugins.ports import FeedError
from realtrade.utils.clock import SystemClock
from realtrade.utils.timeframes import Timeframe

if TYPE_CHECKING:
    from realtrade.model.bar import BarColumns

HOUR = Timeframe.parse("1h")
HOUR_MS = 3_600_000
SOON_S = 60.0
"""What a wait takes that nothing ends."""


def bar(hour: int, hours: int = 1) -> Bar:
    return Bar(hour * HOUR_MS, (hour + hours) * HOUR_MS, 1.0, 2.0, 0.5, 1.5, 10.0)


def hub_of(*names: str, capacity: int = 10) -> FeedHub:
    """A hub whose feeds have no history, past its first cycle."""
    hub = FeedHub(capacity=capacity)
    for name in names:
        hub.join(name)
        hub.history(name, HOUR, None)
    hub.advance(0)
    return hub


def cycle(hub: FeedHub, *names: str) -> list[int | None]:
    """Poll every feed as one cycle of Cerebro does; the hours got, None for no bar."""
    got = []
    for name in names:
        hub.cycle(name, 0)
        taken = hub.take(name)
        got.append(None if taken is None else taken.time_ms // HOUR_MS)
    return got


def test_bars_of_one_batch_are_seen_in_one_cycle() -> None:
    hub = hub_of("a", "b")

    hub.publish([("b", bar(1)), ("a", bar(1))])

    assert cycle(hub, "a", "b") == [1, 1]
    assert cycle(hub, "a", "b") == [None, None]


def test_a_batch_published_while_a_cycle_polls_waits_for_the_next() -> None:
    hub = hub_of("a", "b", "c")
    hub.publish([("b", bar(1))])
    hub.cycle("a", 0)
    assert hub.take("a") is None

    hub.publish([("a", bar(2)), ("b", bar(2)), ("c", bar(2))])

    for name, expected in (("b", bar(1)), ("c", None)):
        hub.cycle(name, 0)
        assert hub.take(name) == expected
    assert cycle(hub, "a", "b", "c") == [2, 2, 2]


def test_what_is_due_later_waits_even_in_the_same_batch() -> None:
    hub = hub_of("a", "b")

    hub.publish([("a", bar(1)), ("a", bar(2)), ("b", bar(2)), ("a", bar(3))])

    assert [cycle(hub, "a", "b") for _ in range(4)] == [[1, None], [2, 2], [3, None], [None, None]]


def test_a_long_bar_comes_with_the_short_one_that_ends_with_it() -> None:
    hub = hub_of("short", "long")

    hub.publish([("short", bar(0))])
    hub.publish([("long", bar(0, hours=2)), ("short", bar(1))])

    assert cycle(hub, "short", "long") == [0, None]
    assert cycle(hub, "short", "long") == [1, 0]


def test_only_the_first_feed_of_a_cycle_waits_and_a_publish_ends_it() -> None:
    hub = hub_of("a", "b")
    clock = SystemClock()
    publisher = Timer(0.05, hub.publish, [[("b", bar(1))]])
    began_s = clock.monotonic_s()
    publisher.start()

    hub.cycle("a", SOON_S)
    hub.cycle("b", SOON_S)

    publisher.join()
    assert hub.take("b") == bar(1)
    assert clock.monotonic_s() - began_s < SOON_S / 2


@pytest.mark.parametrize("how", ["wake", "stop", "finish"])
def test_a_wait_ends_when_something_else_happens(how: str) -> None:
    hub = hub_of("a")
    clock = SystemClock()
    other = Timer(0.05, getattr(hub, how))
    began_s = clock.monotonic_s()
    other.start()

    assert not hub.advance(SOON_S)

    other.join()
    assert clock.monotonic_s() - began_s < SOON_S / 2


def test_a_wait_for_nothing_ends_in_time() -> None:
    hub = hub_of("a")
    clock = SystemClock()
    began_s = clock.monotonic_s()

    assert not hub.advance(0.05)

    assert 0.04 < clock.monotonic_s() - began_s < SOON_S / 2


def test_a_live_bar_waits_while_it_has_to() -> None:
    hub, answers = hub_of("a"), [True, True, False]
    hub.publish([("a", bar(1))])
    hub.publish([("a", bar(2))])
    hub.holds = lambda: answers.pop(0) if answers else False

    assert [cycle(hub, "a") for _ in range(5)] == [[None], [None], [1], [2], [None]]
    assert not hub.over


def test_who_is_waited_for_may_end_the_wait() -> None:
    hub, answered = hub_of("a"), Event()
    hub.publish([("a", bar(1))])
    hub.holds = lambda: not answered.is_set()

    def answer() -> None:
        answered.set()
        hub.wake()

    other = Timer(0.02, answer)
    other.start()

    got = [cycle(hub, "a") for _ in range(100)]

    other.join()
    assert got[0] == [None]
    assert got.count([1]) == 1


def test_history_and_a_stopped_hub_wait_for_nobody(sample: BarColumns) -> None:
    hub = FeedHub()
    hub.join("a")
    hub.history("a", HOUR, sample)
    hub.holds = lambda: True

    shown = [cycle(hub, "a")[0] for _ in range(len(sample))]
    hub.publish([("a", bar(1_000_000))])
    assert None not in shown
    assert cycle(hub, "a") == [None]

    hub.stop()
    assert cycle(hub, "a") == [None]
    assert hub.over


def test_history_comes_first_and_joins_live_bars_without_a_double(sample: BarColumns) -> None:
    hub = FeedHub()
    for name in ("a", "b"):
        hub.join(name)
    first = int(sample.time_ms[0]) // HOUR_MS
    hub.history("a", HOUR, sample.part(0, 3))
    hub.history("b", HOUR, sample.part(1, 2))
    hub.publish([("a", bar(first + 1)), ("b", bar(first + 1))])
    hub.publish([("a", bar(first + 2))])
    hub.publish([("a", bar(first + 3)), ("b", bar(first + 3))])

    seen, live = [], []
    for _ in range(5):
        seen.append([hour and hour - first for hour in cycle(hub, "a", "b")])
        live.append(hub.live)

    assert seen == [[0, None], [1, 1], [2, None], [3, 3], [None, None]]
    assert live == [False, False, False, True, True]


def test_the_first_live_cycle_does_not_wait(sample: BarColumns) -> None:
    hub = FeedHub()
    hub.join("a")
    hub.history("a", HOUR, sample.part(0, 1))
    hub.advance(SOON_S)
    hub.take("a")
    clock = SystemClock()
    began_s = clock.monotonic_s()

    hub.advance(SOON_S)

    assert hub.live
    assert clock.monotonic_s() - began_s < SOON_S / 2


def test_old_and_repeated_bars_are_dropped() -> None:
    hub = hub_of("a")

    for hour in (5, 5, 4, 6):
        hub.publish([("a", bar(hour))])

    assert [cycle(hub, "a") for _ in range(3)] == [[5], [6], [None]]


def test_gaps_in_what_is_published_are_told(sample: BarColumns) -> None:
    told: list[FeedGap] = []
    hub = FeedHub(on_gap=told.append)
    hub.join("a")
    hub.history("a", HOUR, sample.part(0, 1))
    first = int(sample.time_ms[0]) // HOUR_MS
    hub.publish([("a", bar(first + 3)), ("a", bar(first + 4)), ("a", bar(first + 9))])

    while hub.advance(0):
        hub.take("a")

    assert told == [
        FeedGap("a", (first + 1) * HOUR_MS, (first + 3) * HOUR_MS),
        FeedGap("a", (first + 5) * HOUR_MS, (first + 9) * HOUR_MS),
    ]


class Pairs:
    """A resampler of two hours into one bar."""

    def push(self, bar: Bar) -> list[Bar]:
        odd = bar.time_ms // HOUR_MS % 2
        return [bar._replace(time_ms=bar.time_ms - HOUR_MS, volume=99.0)] if odd else []

    def let_pass(self, at_ms: int) -> list[Bar]:
        return [Bar(0, at_ms, 1.0, 1.0, 1.0, 1.0, 1.0)]


def test_resampled_feeds_are_fed_with_their_parents_batch() -> None:
    hub = hub_of("a", "pair")
    hub.resample("pair", "a", Pairs())

    for hour in range(4):
        hub.publish([("a", bar(hour))])

    assert [cycle(hub, "a", "pair") for _ in range(4)] == [[0, None], [1, 0], [2, None], [3, 2]]


def test_a_parent_nobody_takes_only_feeds_its_children() -> None:
    hub = hub_of("pair")
    hub.resample("pair", "a", Pairs())

    for hour in range(4):
        hub.publish([("a", bar(hour))])

    assert [cycle(hub, "pair") for _ in range(3)] == [[0], [2], [None]]
    assert not hub.ready


def test_a_finished_hub_gives_out_what_waits_and_is_over() -> None:
    hub = hub_of("a")
    hub.publish([("a", bar(1))])
    hub.publish([("a", bar(2))])
    hub.finish()
    hub.publish([("a", bar(3))])

    assert not hub.over
    assert cycle(hub, "a") == [1]
    assert not hub.over
    assert cycle(hub, "a") == [2]
    assert hub.over


def test_a_stopped_hub_gives_out_nothing_more() -> None:
    hub = hub_of("a")
    hub.publish([("a", bar(1)), ("a", bar(2))])
    assert cycle(hub, "a") == [1]

    hub.stop()

    assert hub.over
    assert cycle(hub, "a") == [None]


def test_too_many_waiting_batches_are_an_error_on_the_trading_thread() -> None:
    hub = hub_of("a", capacity=3)
    for hour in range(5):
        hub.publish([("a", bar(hour))])

    with pytest.raises(HubOverflow, match="strategy is too slow: 3 batches of bars wait"):
        hub.advance(0)


def test_a_stream_failure_is_raised_after_the_bars_before_it() -> None:
    hub = hub_of("a")
    hub.publish([("a", bar(1))])
    broken = OSError("connection reset")
    hub.fail(broken)
    hub.fail(ValueError("a second failure says nothing new"))

    assert cycle(hub, "a") == [1]
    with pytest.raises(
        FeedError, match="stream of bars failed: OSError: connection reset"
    ) as error:
        hub.advance(0)
    assert error.value.__cause__ is broken


def test_a_feed_error_is_raised_as_it_is() -> None:
    hub = hub_of("a")
    error = FeedError("no such symbol")
    hub.fail(error)

    with pytest.raises(FeedError) as caught:
        hub.advance(0)

    assert caught.value is error


def test_a_bar_of_an_unknown_feed_is_an_error() -> None:
    hub = hub_of("a")
    hub.publish([("z", bar(1))])

    with pytest.raises(FeedError, match="a bar of 'z', which is no feed of this run"):
        hub.advance(0)


def test_room_is_waited_for_until_half_the_hub_is_free() -> None:
    hub = hub_of("a", capacity=4)
    for hour in range(4):
        assert hub.wait_for_room(0)
        hub.publish([("a", bar(hour))])
    assert not hub.wait_for_room(0.01)
    room = Event()

    def wait() -> None:
        if hub.wait_for_room(SOON_S):
            room.set()

    waiter = Thread(target=wait)
    waiter.start()

    cycle(hub, "a")
    assert not room.wait(0.05)
    cycle(hub, "a")

    assert room.wait(SOON_S)
    waiter.join()


def test_a_closed_hub_has_room() -> None:
    hub = hub_of("a", capacity=1)
    hub.publish([("a", bar(1))])

    hub.stop()

    assert hub.wait_for_room(0)


def test_bars_from_many_threads_all_arrive() -> None:
    names = ["a", "b", "c", "d"]
    hub = hub_of(*names, capacity=4000)

    def publish(name: str) -> None:
        for hour in range(500):
            hub.publish([(name, bar(hour))])

    threads = [Thread(target=publish, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    got: dict[str, list[int]] = {name: [] for name in names}
    while sum(map(len, got.values())) < 2000:
        assert hub.advance(SOON_S)
        for name in names:
            if (taken := hub.take(name)) is not None:
                got[name].append(taken.time_ms // HOUR_MS)
    for thread in threads:
        thread.join()

    assert all(hours == list(range(500)) for hours in got.values())


def test_a_reserve_is_for_those_who_cannot_wait() -> None:
    hub = FeedHub(capacity=1, reserve=1)
    hub.join("a")

    assert hub.wait_for_room(0)
    hub.publish([("a", bar(1))])
    assert not hub.wait_for_room(0)
    hub.publish([("a", bar(2))])
    hub.publish([("a", bar(3))])

    with pytest.raises(HubOverflow, match="2 batches of bars wait, the limit"):
        hub.advance(0)
