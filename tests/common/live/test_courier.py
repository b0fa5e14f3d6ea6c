from __future__ import annotations

from functools import partial
from threading import Event, current_thread
from typing import TYPE_CHECKING

import pytest

from realtrade.common.live.courier import Courier, Priority
from realtrade.utils.clock import ManualClock, SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterator

WAIT_S = 5.0


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(1_000_000)


@pytest.fixture
def broken() -> list[Exception]:
    return []


@pytest.fixture
def courier(clock: ManualClock, broken: list[Exception]) -> Courier:
    return Courier(clock, broken.append)


@pytest.fixture
def running(broken: list[Exception]) -> Iterator[Courier]:
    courier = Courier(SystemClock(), broken.append)
    courier.start()
    yield courier
    assert courier.stop()


def turns(courier: Courier) -> None:
    while courier.turn():
        pass


def test_timers_go_before_cancels_before_submits_before_questions(courier: Courier) -> None:
    done: list[str] = []
    for priority in (Priority.QUESTION, Priority.SUBMIT, Priority.CANCEL, Priority.TIMER):
        for number in (1, 2):
            courier.put(priority, partial(done.append, f"{priority.name}{number}"))

    turns(courier)

    assert done == [
        "TIMER1",
        "TIMER2",
        "CANCEL1",
        "CANCEL2",
        "SUBMIT1",
        "SUBMIT2",
        "QUESTION1",
        "QUESTION2",
    ]


def test_a_job_for_later_waits_until_then(courier: Courier, clock: ManualClock) -> None:
    done: list[int] = []
    courier.put(Priority.SUBMIT, lambda: done.append(1), 2.0)
    assert courier.next_s() == 2.0
    assert not courier.turn()

    clock.sleep(2)

    assert courier.turn()
    assert done == [1]
    assert courier.next_s() is None


def test_while_the_gate_is_closed_only_timers_go(courier: Courier, clock: ManualClock) -> None:
    done: list[str] = []
    courier.hold(10)
    courier.hold(3)
    courier.put(Priority.CANCEL, lambda: done.append("cancel"))
    courier.put(Priority.TIMER, lambda: done.append("timer"))
    turns(courier)
    assert done == ["timer"]
    assert courier.held_s == 10
    assert courier.next_s() == 10

    clock.sleep(10)
    turns(courier)
    assert done == ["timer", "cancel"]


def test_a_job_taken_back_in_time_is_not_done(courier: Courier) -> None:
    done: list[int] = []
    job = courier.put(Priority.SUBMIT, lambda: done.append(1))

    assert courier.withdraw(job)
    turns(courier)
    assert done == []


def test_a_job_that_has_begun_cannot_be_taken_back(courier: Courier) -> None:
    tried: list[bool] = []
    job = courier.put(Priority.SUBMIT, lambda: tried.append(courier.withdraw(job)))

    turns(courier)

    assert tried == [False]


def test_a_job_that_breaks_is_told_of_and_ends_nothing(
    courier: Courier, broken: list[Exception]
) -> None:
    done: list[int] = []
    courier.put(Priority.SUBMIT, lambda: 1 / 0)
    courier.put(Priority.SUBMIT, lambda: done.append(1))

    turns(courier)

    assert [type(error) for error in broken] == [ZeroDivisionError]
    assert done == [1]


def test_jobs_are_done_on_a_thread_of_their_own(running: Courier) -> None:
    names: list[str] = []
    done = Event()

    def job() -> None:
        names.append(current_thread().name)
        done.set()

    running.put(Priority.SUBMIT, job)

    assert done.wait(WAIT_S)
    assert names == ["courier"]


def test_a_job_for_later_is_done_by_the_thread_then(running: Courier) -> None:
    done = Event()
    running.put(Priority.TIMER, done.set, 0.02)

    assert done.wait(WAIT_S)


def test_a_stop_finishes_the_job_under_way_and_cancels_and_gives_up_the_rest(
    broken: list[Exception],
) -> None:
    courier = Courier(SystemClock(), broken.append)
    done: list[str] = []
    begun, go = Event(), Event()

    def first() -> None:
        begun.set()
        go.wait(WAIT_S)
        done.append("first")

    courier.start()
    courier.put(Priority.SUBMIT, first)
    assert begun.wait(WAIT_S)
    given_up = courier.put(Priority.SUBMIT, lambda: done.append("submit"))
    courier.put(Priority.CANCEL, lambda: done.append("cancel"))
    courier.put(Priority.CANCEL, lambda: done.append("later cancel"), 60)
    assert not courier.stop(0.01)
    go.set()

    assert courier.stop(WAIT_S)
    assert done == ["first", "cancel"]
    assert given_up.withdrawn
    assert courier.put(Priority.SUBMIT, lambda: done.append("too late")).withdrawn


def test_a_stop_does_not_wait_for_a_closed_gate(broken: list[Exception]) -> None:
    courier = Courier(SystemClock(), broken.append)
    courier.start()
    courier.hold(60)
    courier.put(Priority.CANCEL, lambda: None)

    assert courier.stop(WAIT_S)


def test_one_that_never_began_stops_at_once(courier: Courier) -> None:
    assert courier.stop()


def test_a_stop_gives_up_what_is_not_due_yet(courier: Courier) -> None:
    done: list[str] = []
    later = courier.put(Priority.SUBMIT, partial(done.append, "later"), after_s=60)

    courier.stop()

    assert later.withdrawn
    assert done == []


def test_tells_how_much_is_due_and_not_begun(courier: Courier, clock: ManualClock) -> None:
    courier.put(Priority.SUBMIT, lambda: None)
    courier.put(Priority.QUESTION, lambda: None)
    courier.put(Priority.QUESTION, lambda: None, 2.0)
    courier.withdraw(courier.put(Priority.CANCEL, lambda: None))
    before = courier.waiting
    courier.turn()

    assert (before, courier.waiting) == (2, 1)
    clock.sleep(2)
    assert courier.waiting == 2
