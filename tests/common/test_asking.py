"""One thread asks for one feed after the other: whoever is due first, and nobody too soon."""

from __future__ import annotations

from math import inf
from threading import Event
from typing import TYPE_CHECKING

import pytest

from realtrade.common.streaming.asking import Asked, Asker
from realtrade.common.streaming.backoff import Backoff
from realtrade.common.streaming.crew import Crew
from realtrade.utils.clock import SystemClock
from tests.common.ws_server import seeded
from tests.patience import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator


class Lane:
    """Can be asked about once it has begun."""

    def __init__(self, *, begun: bool = True) -> None:
        self.begun = begun
        self.begins = 0

    def begin(self) -> None:
        self.begins += 1


class Desk:
    """Asks a REST that fails while it is `broken`, about feeds that are asked again never."""

    def __init__(self, *names: str) -> None:
        self.crew = Crew()
        self.clock = SystemClock()
        patience = Backoff(seeded(), first_s=0.01, most_s=0.02)
        self.feeds = {name: Asked(name.upper(), Lane(), patience) for name in names}
        self.asked: list[str] = []
        self.answers: list[tuple[str, list[int], bool]] = []
        self.broken = self.held = False
        self.gate = Event()
        self.gate.set()
        asker = Asker(
            self.feeds,
            what="bars",
            crew=self.crew,
            clock=self.clock,
            fetch=self._fetch,
            answer=self._answer,
            held=lambda: self.held,
        )
        self.crew.add("asks", asker.run)

    def _fetch(self, feed: Asked[Lane]) -> list[int]:
        self.asked.append(feed.symbol)
        self.gate.wait(10)
        if self.broken:
            raise OSError("no route")
        return [7]

    def _answer(self, name: str, feed: Asked[Lane], found: list[int], fresh: bool) -> None:
        self.answers.append((name, found, fresh))
        feed.ask_s = inf

    def ended(self) -> bool:
        return not any(thread.is_alive() for thread in self.crew.threads)

    def due(self, **after_s: float) -> None:
        """Have feeds asked about so many seconds from now."""
        with self.crew.changed:
            for name, seconds in after_s.items():
                self.feeds[name].ask_s = self.clock.monotonic_s() + seconds
            self.crew.changed.notify_all()


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk("a", "b")
    yield made
    made.gate.set()
    made.crew.stop()
    wait_for(made.ended)


def test_who_is_due_first_is_asked_about_first_and_each_once(desk: Desk) -> None:
    desk.due(a=0.1, b=-1)

    desk.crew.start()
    wait_for(lambda: len(desk.answers) == 2)

    assert desk.answers == [("b", [7], True), ("a", [7], True)]
    assert desk.asked == ["B", "A"]


def test_what_fails_is_told_and_asked_again(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.broken = True
    desk.due(a=-1)

    desk.crew.start()
    wait_for(lambda: len(desk.asked) >= 3)
    desk.broken = False
    wait_for(lambda: desk.answers)

    assert desk.answers == [("a", [7], True)]
    assert "feed 'a': missed bars cannot be asked for (no route); again in 0.0" in caplog.text


def test_an_answer_knows_that_a_connection_began_meanwhile(desk: Desk) -> None:
    desk.gate.clear()
    desk.due(a=-1)

    desk.crew.start()
    wait_for(lambda: desk.asked)
    with desk.crew.changed:
        desk.feeds["a"].begin()
    desk.gate.set()
    wait_for(lambda: desk.answers)

    assert desk.answers == [("a", [7], False)]
    assert desk.feeds["a"].lane.begins == 1


def test_nobody_is_asked_about_while_it_is_held_or_before_anything_is_known(desk: Desk) -> None:
    desk.held = True
    desk.feeds["b"].lane.begun = False
    desk.due(a=-1, b=-1)

    desk.crew.start()
    SystemClock().sleep(0.05)
    assert desk.asked == []
    desk.held = False
    desk.due(a=-1)
    wait_for(lambda: desk.answers)

    assert desk.asked == ["A"]


def test_without_feeds_it_waits_for_its_end() -> None:
    desk = Desk()
    desk.crew.start()

    desk.crew.stop()

    wait_for(desk.ended)


def test_a_crew_that_never_began_can_be_stopped() -> None:
    desk = Desk("a")

    desk.crew.stop()

    assert desk.crew.stopping
