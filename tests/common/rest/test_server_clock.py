"""The exchange's clock as we know it."""

from __future__ import annotations

import pytest

from realtrade.common.rest.errors import NoAnswer
from realtrade.common.rest.server_clock import ServerClock


class Machine:
    """A machine's wall and monotonic clock, and an exchange ahead of it; asking takes time."""

    def __init__(self, ahead_ms: int) -> None:
        self.wall_ms, self.passed_s = 1_000_000.0, 50.0
        self.ahead_ms = ahead_ms
        self.trips_s = [0.2, 0.02, 0.5]

    def now_ms(self) -> int:
        return int(self.wall_ms)

    def monotonic_s(self) -> float:
        return self.passed_s

    def sleep(self, seconds: float) -> None:
        self.wall_ms += seconds * 1000
        self.passed_s += seconds

    def ask(self) -> int:
        trip_s = self.trips_s.pop(0)
        self.sleep(trip_s / 2)
        told = int(self.wall_ms + self.ahead_ms)
        self.sleep(trip_s / 2)
        return told


@pytest.fixture
def machine() -> Machine:
    return Machine(7_000)


@pytest.fixture
def clock(machine: Machine) -> ServerClock:
    return ServerClock(machine, machine.ask)


def test_before_a_measurement_it_tells_the_machines_time(
    clock: ServerClock, machine: Machine
) -> None:
    assert (clock.now_ms(), clock.offset_ms, clock.error_ms) == (machine.now_ms(), 0.0, 0.0)
    assert clock.stale


def test_the_fastest_of_its_samples_counts(clock: ServerClock, machine: Machine) -> None:
    assert clock.measure() == pytest.approx(7_000, abs=1)

    assert clock.error_ms == pytest.approx(10, abs=0.01)
    assert clock.now_ms() == pytest.approx(machine.now_ms() + 7_000, abs=1)
    assert not clock.stale


def test_a_step_of_the_machines_clock_moves_it_not_and_asks_for_a_measurement(
    clock: ServerClock, machine: Machine
) -> None:
    clock.measure()
    before = clock.now_ms()

    machine.wall_ms -= 10_000

    assert clock.now_ms() == before
    assert clock.stale


def test_time_passes(clock: ServerClock, machine: Machine) -> None:
    clock.measure()
    before = clock.now_ms()

    machine.sleep(899)
    assert (clock.now_ms() - before, clock.stale) == (899_000, False)
    machine.sleep(1)
    assert clock.stale


def test_without_an_answer_the_old_measurement_stands(clock: ServerClock, machine: Machine) -> None:
    clock.measure()
    before = clock.now_ms()

    def silent() -> int:
        raise NoAnswer("nothing came")

    clock._fetch_ms = silent
    with pytest.raises(NoAnswer):
        clock.measure()

    assert clock.now_ms() == before
