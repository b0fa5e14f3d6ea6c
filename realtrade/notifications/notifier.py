"""Tells people: reads the journal's outbox, hands each message to its channel's postman."""

from __future__ import annotations

from contextlib import suppress
from random import Random
from threading import Condition, Thread
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from realtrade.notifications.letters import Letters
from realtrade.notifications.postman import Postman
from realtrade.plugins.ports.journal import JournalError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from realtrade.model.events import Event
    from realtrade.model.hours import WeeklyHours
    from realtrade.notifications.plan import RoutePlan
    from realtrade.notifications.words import Words
    from realtrade.plugins.ports.journal import Undelivered
    from realtrade.plugins.ports.notifier import Channel
    from realtrade.utils.clock import Clock

    Say = Callable[[str, str], None]

CURSOR = "telling:"
"""Cursors of this name and a route say which events are being told by it."""
_NAP_S = 2.0
_STOP_S = 9.0
"""Apprise spaces mails 5.5 s apart: one under way gets its time, so that it is not told twice."""


class Outbox(Protocol):
    """The part of the journal that remembers who is still to be told what; safe from any thread."""

    def undelivered(self) -> Sequence[Undelivered]:
        """Return what somebody still has to be told of, oldest first."""
        ...

    def delivered(self, number: int, route: str) -> None:
        """Remember that an event was told by a route."""
        ...

    def cursor(self, name: str, value: str) -> None:
        """Remember a text by a name, for the next start."""
        ...

    def together(self) -> AbstractContextManager[None]:
        """Make one commit of everything remembered inside."""
        ...


class Notifier:
    """Routes, limits and delivers messages without ever making the trading thread wait.

    An event is in the journal with its routes before anything else happens to it (`routes_for`),
    and leaves the outbox only when its channel took it: a crash loses no message. What is about to
    be sent is remembered first. When the process ends before it is remembered how that came out,
    nobody can know whether it was taken: it is sent again in the same letter, under the same number
    and key, with the words `letters.AGAIN`, so that a reader, or a service, sees it for what it is.
    """

    def __init__(
        self,
        routes: Iterable[RoutePlan],
        channels: Mapping[str, Channel],
        *,
        name: str,
        words: Words,
        clock: Clock,
        say: Say,
        quiet: WeeklyHours | None = None,
        keeps: bool = True,
        chance: Random | None = None,
    ) -> None:
        """Take what a recipe says.

        Args:
            routes: which events go where.
            channels: ways to reach people, by name.
            name: the bot's, for titles.
            words: the text of one event.
            clock: the time.
            say: the log, `(level, line)`: where everything goes that nobody could be told.
            quiet: hours in which only what is critical is sent.
            keeps: the outbox outlives the process; else what is untold at the end goes to the log.
            chance: spreads retries.
        """
        self._keeps = keeps
        self._plans = tuple(routes)
        self._channels = dict(channels)
        self._name, self._words, self._quiet = name, words, quiet
        self._clock, self._say = clock, say
        self._chance = chance or Random()  # noqa: S311 - spreads retries, guards nothing
        self._outbox: Outbox | None = None
        self._changed = Condition()
        self._poked = False
        self._over = False
        self._under_way: set[tuple[int, str]] = set()
        self._unsure: dict[str, frozenset[str]] = {}
        """Numbers of what was being sent when the process before ended, by route."""
        self._postmen = {name: self._postman(name) for name in channels}
        self._thread = Thread(target=self._run, name="notifier", daemon=True)

    def routes_for(self, event: Event) -> list[str]:
        """Return by which ways people are to be told of an event: for `Journal.event`."""
        return [key for plan in self._plans if event.type in plan.events for key in plan.ways()]

    def poke(self, event: Event | None = None) -> None:
        """Have the outbox read; from any thread, at no cost."""
        with self._changed:
            self._poked = True
            self._changed.notify_all()

    def start(self, outbox: Outbox, cursors: Mapping[str, str] = MappingProxyType({})) -> None:
        """Begin with what was left untold before; `cursors` are the journal's of the last time."""
        self._outbox = outbox
        self._unsure = {
            name.removeprefix(CURSOR): frozenset(value.split())
            for name, value in cursors.items()
            if name.startswith(CURSOR)
        }
        self._poked = True
        for postman in self._postmen.values():
            postman.start()
        self._thread.start()

    def stop(self) -> None:
        """Send what is due and end; what cannot be sent stays in the outbox, and is named."""
        with self._changed:
            self._over = True
            self._changed.notify_all()
        self._thread.join()
        until_s = self._clock.monotonic_s() + _STOP_S
        for postman in self._postmen.values():
            postman.stop(max(0.05, until_s - self._clock.monotonic_s()))
        left = [row for postman in self._postmen.values() for row in postman.left()]
        if left and self._keeps:
            told = f"{len(left)} messages are still to be told: they wait for the next start"
            self._say("warning", told)
        elif left:
            for row in left:
                self._say("error", f"nobody could be told by '{row.route}': {row.event.message}")

    @property
    def backlog(self) -> int:
        """How many messages wait in memory."""
        return sum(postman.backlog for postman in self._postmen.values())

    @property
    def channels(self) -> Mapping[str, tuple[int, int, int]]:
        """How many messages each channel has sent, holds, and has failed with in a row."""
        return {
            name: (postman.sent, postman.backlog, postman.failures)
            for name, postman in self._postmen.items()
        }

    # -- on the thread --------------------------------------------------------------------------

    def _postman(self, channel: str) -> Postman:
        routes = {
            f"{plan.name}.{channel}": Letters(
                plan, name=self._name, words=self._words, quiet=self._quiet
            )
            for plan in self._plans
            if channel in plan.to
        }
        return Postman(
            channel,
            self._channels[channel],
            routes,
            sending=self._sending,
            delivered=self._delivered,
            refused=self._refused,
            clock=self._clock,
            say=self._say,
            chance=self._chance,
        )

    def _run(self) -> None:
        over = False
        while not over:
            with self._changed:
                self._changed.wait_for(lambda: self._poked or self._over, _NAP_S)
                over, self._poked = self._over, False
            try:
                self._hand_out()
            except Exception as error:  # noqa: BLE001 - a thread's outermost frame; it must go on
                told = f"the outbox cannot be read: {type(error).__name__}: {error}"
                self._say("error", told)

    def _hand_out(self) -> None:
        waiting = self._outbox.undelivered() if self._outbox is not None else ()
        self._hand_out_again(waiting)
        for row in waiting:
            key = (row.number, row.route)
            postman = self._postmen.get(row.route.rpartition(".")[2])
            if key in self._under_way:
                continue
            if postman is None or not postman.knows(row.route):
                # The recipe was changed since: nobody is named any more who could be told.
                self._say("warning", f"no route '{row.route}' any more for: {row.event.message}")
                self._delivered((row,))
                continue
            self._under_way.add(key)
            if not postman.put(row):
                self._under_way.discard(key)

    def _hand_out_again(self, waiting: Sequence[Undelivered]) -> None:
        """Hand out first what was being sent when the process before ended, by its letters."""
        unsure, self._unsure = self._unsure, {}
        for route, numbers in unsure.items():
            rows = [row for row in waiting if row.route == route and str(row.number) in numbers]
            postman = self._postmen.get(route.rpartition(".")[2])
            if rows and postman is not None and postman.knows(route):
                self._under_way.update((row.number, row.route) for row in rows)
                postman.put_again(rows)

    def _sending(self, rows: Sequence[Undelivered]) -> None:
        """Commit what is about to leave, before it does."""
        if self._outbox is not None:
            numbers = " ".join(str(row.number) for row in rows)
            self._outbox.cursor(f"{CURSOR}{rows[0].route}", numbers)

    def _refused(self, rows: Sequence[Undelivered]) -> None:
        """It did not leave: whatever ends the process now, it is no repetition."""
        if self._outbox is not None:
            with suppress(JournalError):  # then it is only marked in vain
                self._outbox.cursor(f"{CURSOR}{rows[0].route}", "")

    def _delivered(self, rows: Sequence[Undelivered]) -> None:
        if self._outbox is not None:
            with self._outbox.together():
                for row in rows:
                    self._outbox.delivered(row.number, row.route)
        self._under_way.difference_update((row.number, row.route) for row in rows)
