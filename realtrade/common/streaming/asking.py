"""A thread that asks REST what a stream has not brought, for one feed after the other."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from realtrade.common.streaming.backoff import Backoff
    from realtrade.common.streaming.crew import Crew
    from realtrade.utils.clock import Clock

_LOG = logging.getLogger(__name__)


class AnyLane(Protocol):
    """What there is to know of a feed's lane; `Lane` and `TickLane` are some."""

    @property
    def begun(self) -> bool:
        """True once there is something behind which REST can be asked."""
        ...

    def begin(self) -> None:
        """Have REST asked what was missed."""
        ...


L = TypeVar("L", bound=AnyLane)
T = TypeVar("T")


@dataclass(slots=True)
class Asked(Generic[L]):
    """A lane with what concerns REST: when to ask, and how patiently."""

    symbol: str
    lane: L
    patience: Backoff
    ask_s: float = inf
    """On the clock's monotonic seconds."""
    in_vain: int = 0
    """Answers in a row that brought nothing."""
    connection: int = 0

    def begin(self) -> None:
        """Ask at once for whatever was missed: a connection is new, or something thrown away."""
        self.lane.begin()
        self.connection += 1
        self.hurry()

    def hurry(self) -> None:
        """Ask at once."""
        self.in_vain, self.ask_s = 0, 0.0

    @property
    def due_s(self) -> float:
        """When to ask; never before there is anything to ask behind."""
        return self.ask_s if self.lane.begun else inf


class Asker(Generic[L, T]):
    """Asks about whichever feed is due, outside the lock, and takes the answer under it.

    Args:
        feeds: by name; who changes when one is due notifies the crew.
        what: is asked for, in words for the log.
        crew: whose lock guards the feeds.
        clock: paces.
        fetch: asks; may raise anything, and then is called again after a while.
        answer: takes a feed's name, the feed, what was found, and whether it was asked for since
            the last connection began.
        held: tells, under the lock, that nothing is to be asked for now.
    """

    def __init__(
        self,
        feeds: Mapping[str, Asked[L]],
        *,
        what: str,
        crew: Crew,
        clock: Clock,
        fetch: Callable[[Asked[L]], list[T]],
        answer: Callable[[str, Asked[L], list[T], bool], None],
        held: Callable[[], bool] = lambda: False,
    ) -> None:
        self._feeds = feeds
        self._what = what
        self._crew = crew
        self._clock = clock
        self._fetch = fetch
        self._answer = answer
        self._held = held

    def run(self) -> None:
        """Ask until the crew is to stop: the work of a thread."""
        while (name := self._wait()) is not None:
            self._ask(name, self._feeds[name])

    def _wait(self) -> str | None:
        """Return whom to ask about, once somebody is due; None for the end."""
        crew = self._crew
        with crew.changed:
            while not crew.stopping:
                name = min(self._feeds, key=self._due_s, default=None)
                due_s = inf if name is None or self._held() else self._due_s(name)
                wait_s = due_s - self._clock.monotonic_s()
                if wait_s <= 0:
                    return name
                crew.changed.wait(None if wait_s == inf else wait_s)
        return None

    def _due_s(self, name: str) -> float:
        return self._feeds[name].due_s

    def _ask(self, name: str, feed: Asked[L]) -> None:
        connection = feed.connection
        try:
            found = self._fetch(feed)
        except Exception as error:  # noqa: BLE001 - whatever REST raises; told, tried again
            self._failed(name, feed, error)
            return
        with self._crew.changed:
            self._answer(name, feed, found, connection == feed.connection)

    def _failed(self, name: str, feed: Asked[L], error: Exception) -> None:
        if self._crew.stopping:
            return
        wait_s = feed.patience.next_s(getattr(error, "retry_after_s", None) or 0.0)
        text = "feed '%s': missed %s cannot be asked for (%s); again in %.1f s"
        _LOG.warning(text, name, self._what, error, wait_s)
        with self._crew.changed:
            feed.ask_s = self._clock.monotonic_s() + wait_s
