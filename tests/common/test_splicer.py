"""Splicing against a REST that answers as a test wants; every wait is a fraction of a second."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np

from realtrade.common.streaming.splicer import Splicer, SpliceSettings
from realtrade.model.bar import Bar, BarColumns
from realtrade.utils.clock import ManualClock, SystemClock
from realtrade.utils.timeframes import Timeframe
from tests.common.ws_server import seeded
from tests.patience import wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pytest

    from realtrade.utils.clock import Clock

MINUTE = Timeframe.parse("1m")
MS = 60_000
HASTY = {"together_s": 0.2, "overdue_s": 0.15, "overdue_most_s": 0.3, "settle_ms": 0}


def bar(minute: int) -> Bar:
    return Bar(minute * MS, (minute + 1) * MS, 1.0, 1.0, 1.0, 1.0, 1.0)


class Busy(Exception):
    """An exchange that says for how long it wants to be left alone."""

    retry_after_s = 0.4


class Rest:
    """Answers with what `known` says at that moment; the exchange's clock is the test's."""

    def __init__(self, *known: int, now: float = 100.0) -> None:
        self.known = list(known)
        self.now = now
        self.asked: list[tuple[str, int]] = []
        self.before: Callable[[], None] = lambda: None

    def now_ms(self) -> int:
        return int(self.now * MS)

    def fetch_bars(
        self, symbol: str, timeframe: Timeframe, since_ms: int, until_ms: int
    ) -> BarColumns:
        self.asked.append((symbol, since_ms // MS))
        self.before()
        found = [minute for minute in self.known if since_ms <= minute * MS < until_ms]
        opens, ones = np.array(found, np.int64) * MS, np.ones(len(found))
        return BarColumns(opens, opens + MS, ones, ones, ones, ones, ones)


class Feed(NamedTuple):
    """What a splicer must know of one."""

    symbol: str
    timeframe: Timeframe
    last_ms: int | None


class Sink:
    def __init__(self) -> None:
        self.told: list[Any] = []
        self.room = Event()
        self.room.set()
        self.waited = 0

    def publish(self, bars: Sequence[tuple[str, Bar]]) -> None:
        self.told.append([f"{name}{one.time_ms // MS}" for name, one in bars])

    def wait_for_room(self, timeout_s: float) -> bool:
        self.waited += 1
        if not self.room.wait(timeout_s):
            return False
        return self.waited > 3

    def finish(self) -> None:
        raise AssertionError

    def fail(self, error: Exception) -> None:
        raise AssertionError

    def lost(self, reason: str) -> None:
        self.told.append(f"lost: {reason}")

    def restored(self) -> None:
        self.told.append("restored")


class Run:
    """A splicer at work on feeds `a`, `b`, … of one minute, behind bar 9."""

    def __init__(
        self,
        rest: Rest,
        *,
        feeds: str = "a",
        last: int | None = 9,
        clock: Clock | None = None,
        **settings: Any,
    ) -> None:
        last_ms = None if last is None else last * MS
        self.splicer = Splicer(
            {name: Feed(f"{name.upper()}/X", MINUTE, last_ms) for name in feeds},
            pages=rest,
            clock=clock or SystemClock(),
            random=seeded(),
            settings=SpliceSettings(**{**HASTY, "retry_s": 0.02, "retry_most_s": 0.05, **settings}),
        )
        self.sink = Sink()

    def __enter__(self) -> Self:
        self.splicer.start(self.sink)
        return self

    def __exit__(self, *_: object) -> None:
        self.splicer.stop()

    def ended(self) -> bool:
        return not any(thread.is_alive() for thread in self.splicer._crew.threads)

    def told(self, *expected: Any) -> None:
        wait_for(
            lambda: self.sink.told == list(expected), lambda: f"{expected}, but {self.sink.told}"
        )


def test_what_was_missed_comes_before_what_is_new_and_then_all_is_well() -> None:
    rest = Rest(10, 11)
    gate = Event()

    def wait() -> None:
        gate.wait()

    rest.before = wait
    with Run(rest) as run:
        run.splicer.connected()
        run.splicer.take("a", bar(12))
        run.told()
        gate.set()
        run.told(["a10"], ["a11"], ["a12"], "restored")

    assert rest.asked[0] == ("A/X", 10)


def test_losing_and_coming_back_are_told_once_each() -> None:
    with Run(Rest()) as run:
        run.splicer.lost("not there")
        run.splicer.lost("still not there")
        run.told("lost: not there")
        run.splicer.connected()
        run.told("lost: not there", "restored")
        run.splicer.lost("dropped")
        run.splicer.connected()
        run.told("lost: not there", "restored", "lost: dropped", "restored")


def test_rest_is_asked_again_when_the_exchange_says_so_and_not_before() -> None:
    rest = Rest(10)
    clock = SystemClock()
    times: list[float] = []

    def refuse_once() -> None:
        times.append(clock.monotonic_s())
        if len(times) == 1:
            raise Busy("busy")

    rest.before = refuse_once
    with Run(rest) as run:
        run.splicer.connected()
        run.told(["a10"], "restored")

    assert times[1] - times[0] >= 0.4


def test_a_bar_too_young_to_be_final_is_left_to_the_stream() -> None:
    rest = Rest(10, 11, now=12.001)
    with Run(rest, settle_ms=1_000, overdue_s=30.0) as run:
        run.splicer.connected()
        run.told(["a10"], "restored")
        run.splicer.take("a", bar(11))
        run.told(["a10"], "restored", ["a11"])


def test_an_overdue_bar_is_asked_for_ever_less_often() -> None:
    rest = Rest()
    clock = SystemClock()
    times: list[float] = []
    with Run(rest, overdue_most_s=0.6) as run:
        run.splicer.connected()
        run.told("restored")
        rest.before = lambda: times.append(clock.monotonic_s())
        wait_for(lambda: len(times) >= 3)
        rest.known = [10]
        run.told("restored", ["a10"])

    assert times[1] - times[0] >= 0.3
    assert times[2] - times[1] >= 0.6


def test_a_bar_that_is_not_due_is_not_asked_for() -> None:
    rest = Rest(now=10.5)
    with Run(rest) as run:
        run.splicer.connected()
        run.told("restored")
        SystemClock().sleep(0.5)

    assert rest.asked == []


def test_a_hole_nobody_can_fill_is_left_in_the_end(caplog: pytest.LogCaptureFixture) -> None:
    with Run(Rest(), tries=3) as run:
        run.splicer.connected()
        run.told("restored")
        run.splicer.take("a", bar(12))
        run.told("restored", ["a12"])

    assert "feed 'a': missed bars are nowhere to be had: a gap stays" in caplog.text


def test_an_answer_asked_for_before_the_stream_came_back_is_not_believed() -> None:
    rest = Rest(10)
    asking, gate = Event(), Event()

    def wait_at_first() -> None:
        if not asking.is_set():
            asking.set()
            gate.wait()

    rest.before = wait_at_first
    with Run(rest) as run:
        run.splicer.connected()
        asking.wait()
        run.splicer.lost("dropped")
        rest.known = [10, 11]
        run.splicer.connected()
        gate.set()
        run.told(["a10"], ["a11"], "restored")


def test_feeds_are_told_together_and_a_silent_one_is_waited_for_once() -> None:
    clock = ManualClock()
    with Run(Rest(now=10.5), feeds="abc", overdue_s=30.0, clock=clock) as run:
        run.splicer.connected()
        run.told("restored")
        for name in "cab":
            run.splicer.take(name, bar(10))
        run.told("restored", ["a10", "b10", "c10"])
        run.splicer.take("a", bar(11))
        assert run.sink.told[-1] == ["a10", "b10", "c10"]
        clock.sleep(HASTY["together_s"])
        run.told("restored", ["a10", "b10", "c10"], ["a11"])
        run.splicer.take("a", bar(12))
        assert run.sink.told[-1] == ["a12"]


def test_without_a_past_nothing_is_asked_and_the_first_bar_is_the_first() -> None:
    rest = Rest(1, 2, 3)
    with Run(rest, last=None) as run:
        run.splicer.connected()
        run.splicer.take("a", bar(50))
        run.told("restored", ["a50"])

    assert rest.asked == []


def test_a_long_outage_is_worked_off_as_fast_as_there_is_room() -> None:
    rest = Rest(*range(10, 90))
    with Run(rest) as run:
        run.splicer.connected()
        run.told(*[[f"a{minute}"] for minute in range(10, 90)], "restored")

    assert run.sink.waited > 80


def test_without_room_it_can_still_be_stopped() -> None:
    run = Run(Rest(*range(10, 90)))
    run.sink.room.clear()
    run.splicer.start(run.sink)
    run.splicer.connected()
    wait_for(lambda: run.sink.waited)
    run.splicer.stop()

    wait_for(run.ended)
    assert run.sink.told == []


def test_after_it_stops_nothing_is_told() -> None:
    rest = Rest(10)
    asking, gate = Event(), Event()

    def hang() -> None:
        asking.set()
        gate.wait()

    rest.before = hang
    run = Run(rest)
    run.splicer.start(run.sink)
    run.splicer.connected()
    asking.wait()
    run.splicer.stop()
    gate.set()
    run.splicer.take("a", bar(10))
    run.splicer.lost("stopped")

    wait_for(run.ended)
    assert run.sink.told == []
