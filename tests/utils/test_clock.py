from __future__ import annotations

import time  # noqa: TID251 - the oracle for the door to time

from realtrade.utils.clock import ManualClock, SystemClock


def test_the_system_clock_tells_the_machines_time():
    before = time.time()
    told = SystemClock().now_ms() / 1000
    after = time.time()

    assert before - 0.001 <= told <= after + 0.001


def test_the_system_clock_sleeps():
    clock = SystemClock()
    start = clock.monotonic_s()

    clock.sleep(0.01)

    assert clock.monotonic_s() - start >= 0.01


def test_a_manual_clock_moves_only_when_told():
    clock = ManualClock(5_000)

    clock.sleep(2.5)

    assert (clock.now_ms(), clock.monotonic_s()) == (7_500, 7.5)
