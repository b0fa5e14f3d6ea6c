"""A sink is told each loss once, and once that all is well, however often a splicer says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from realtrade.common.streaming.outlet import Outlet
from realtrade.model.bar import Bar

if TYPE_CHECKING:
    from collections.abc import Sequence

BATCH = [("a", Bar(1, 2, 1.0, 1.0, 1.0, 1.0, 1.0))]


class Plain:
    """Notes what it is told; has room while it is `wide`."""

    def __init__(self) -> None:
        self.told: list[object] = []
        self.wide = True

    def publish(self, bars: Sequence[tuple[str, Bar]]) -> None:
        self.told.append(bars)

    def wait_for_room(self, timeout_s: float) -> bool:
        return self.wide

    def finish(self) -> None:
        raise AssertionError

    def fail(self, error: Exception) -> None:
        raise AssertionError

    def lost(self, reason: str) -> None:
        self.told.append(f"lost: {reason}")

    def restored(self) -> None:
        self.told.append("restored")


class Timed(Plain):
    """Cares how late it is."""

    def passed(self, name: str, at_ms: int) -> None:
        self.told.append((name, at_ms))


def opened(sink: Plain) -> Outlet:
    outlet = Outlet()
    outlet.open(sink)
    return outlet


def test_each_loss_is_told_once_and_the_end_of_it_once() -> None:
    sink = Plain()
    outlet = opened(sink)

    outlet.lost("never there")
    outlet.disconnected("still not")
    outlet.restored()  # there is no connection
    outlet.connected()
    outlet.restored()
    outlet.restored()
    outlet.lost("too much")
    outlet.restored()

    assert sink.told == ["lost: never there", "restored", "lost: too much", "restored"]


def test_between_a_connection_and_the_last_missing_bar_a_word_is_owed() -> None:
    outlet = opened(Plain())

    seen = [(outlet.owes_word, outlet.flows)]
    for step in (outlet.connected, outlet.restored, lambda: outlet.disconnected("gone")):
        step()
        seen.append((outlet.owes_word, outlet.flows))

    assert seen == [(False, False), (True, False), (False, True), (False, False)]


def test_once_it_is_closed_nothing_is_told_and_nobody_waits_for_room() -> None:
    sink = Timed()
    outlet = opened(sink)
    outlet.connected()

    outlet.close()
    outlet.publish(BATCH)
    outlet.restored()
    outlet.lost("gone")
    outlet.passed("a", 7)

    assert (outlet.is_open, outlet.has_room(), sink.told) == (False, False, [])


@pytest.mark.parametrize(("sink", "told"), [(Plain(), [BATCH]), (Timed(), [BATCH, ("a", 7)])])
def test_only_a_sink_that_cares_is_told_the_time(sink: Plain, told: list[object]) -> None:
    outlet = opened(sink)

    outlet.publish(BATCH)
    outlet.passed("a", 7)
    sink.wide = False

    assert sink.told == told
    assert (outlet.is_open, outlet.has_room()) == (True, False)
