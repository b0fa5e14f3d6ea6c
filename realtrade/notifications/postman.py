"""One thread for one channel: sends what is due, tries again with patience, forgets nothing."""

from __future__ import annotations

from threading import Condition, Thread
from typing import TYPE_CHECKING

from realtrade.notifications.plan import URGENCY
from realtrade.plugins.ports.journal import JournalError
from realtrade.plugins.ports.notifier import KeyedChannel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from random import Random

    from realtrade.notifications.letters import Letter, Letters
    from realtrade.plugins.ports.journal import Undelivered
    from realtrade.plugins.ports.notifier import Channel
    from realtrade.utils.clock import Clock

    Say = Callable[[str, str], None]

MOST_WAITING = 1_000
"""Messages a channel holds in memory; more wait in the journal."""
_MOST_NAP_S = 5.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 300.0
GIVE_UP_MS = 24 * 3_600_000
"""After a day of trying, a message goes to the log for good. A bar's time says nothing of that."""


class Postman:
    """Carries the letters of one channel.

    The most urgent route goes first, whatever came first. A channel that fails is left alone for
    1, 2, 4 … 300 seconds, up to half as long again by chance, and then tried with whatever is most
    urgent by then.
    """

    def __init__(
        self,
        name: str,
        channel: Channel,
        routes: Mapping[str, Letters],
        *,
        sending: Callable[[Sequence[Undelivered]], None],
        delivered: Callable[[Sequence[Undelivered]], None],
        refused: Callable[[Sequence[Undelivered]], None],
        clock: Clock,
        say: Say,
        chance: Random,
    ) -> None:
        """Take a channel and its routes, by the keys the journal has for them.

        Args:
            name: the channel's.
            channel: sends; it may block and raise.
            routes: what is told, by route key.
            sending: told before a letter leaves, of all it tells; remembers that for good.
            delivered: told of everything that needs no more telling.
            refused: told of what did not leave after all.
            clock: the time.
            say: the log, `(level, line)`.
            chance: spreads retries.
        """
        self.name = name
        self._channel = channel
        self._routes = dict(
            sorted(routes.items(), key=lambda item: URGENCY.index(item[1].plan.severity))
        )
        self._sending, self._delivered, self._refused = sending, delivered, refused
        self._clock = clock
        self._say = say
        self._chance = chance
        self._changed = Condition()
        self._in: list[Undelivered] = []
        self._again: list[Sequence[Undelivered]] = []
        self._over = False
        self._failures = 0
        self._blocked_ms = 0
        self.sent = 0
        """Messages sent so far."""
        self._thread = Thread(target=self._run, name=f"tell-{name}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, timeout_s: float) -> bool:
        """Send what is due, then end; False when the channel keeps the thread longer than that."""
        with self._changed:
            self._over = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def put(self, row: Undelivered) -> bool:
        """Take something to tell, from any thread; False when there is no room."""
        with self._changed:
            if self.backlog >= MOST_WAITING:
                return False
            self._in.append(row)
            self._changed.notify_all()
        return True

    def put_again(self, rows: Sequence[Undelivered]) -> None:
        """Take what a letter told that was being sent when the process before ended."""
        with self._changed:
            self._again.append(rows)
            self._changed.notify_all()

    def knows(self, route: str) -> bool:
        """Tell whether a route of that key ends here."""
        return route in self._routes

    @property
    def backlog(self) -> int:
        """How many messages wait."""
        again = sum(map(len, self._again))
        return len(self._in) + again + sum(len(letters) for letters in self._routes.values())

    def left(self) -> list[Undelivered]:
        """Return what waits; for when the thread has ended."""
        waiting = [row for letters in self._routes.values() for row in letters.waiting]
        return [*waiting, *(row for rows in self._again for row in rows), *self._in]

    @property
    def failures(self) -> int:
        """How often sending has failed in a row."""
        return self._failures

    # -- on the thread --------------------------------------------------------------------------

    def turn(self) -> float:
        """Send all that is due; return for how many seconds nothing will be."""
        self._sort_in()
        while (now_ms := self._clock.now_ms()) >= self._blocked_ms:
            found = self._most_urgent(now_ms)
            if found is None:
                return self._nap_s(now_ms)
            self._send(*found)
            self._sort_in()
        return min(_MOST_NAP_S, (self._blocked_ms - now_ms) / 1000)

    def _sort_in(self) -> None:
        with self._changed:
            rows, self._in = self._in, []
            again, self._again = self._again, []
        now_ms = self._clock.now_ms()
        for group in again:
            self._routes[group[0].route].again(group, now_ms)
        for row in rows:
            if not self._routes[row.route].add(row, now_ms):
                self._delivered((row,))

    def _most_urgent(self, now_ms: int) -> tuple[Letters, Letter] | None:
        for letters in self._routes.values():
            letter = letters.next(now_ms)
            if letter is not None:
                return letters, letter
        return None

    def _nap_s(self, now_ms: int) -> float:
        waits = [letters.wait_ms(now_ms) for letters in self._routes.values() if len(letters)]
        return min([_MOST_NAP_S, *(wait / 1000 for wait in waits)])

    def _send(self, letters: Letters, letter: Letter) -> None:
        self._note(letter)
        try:
            if isinstance(self._channel, KeyedChannel):
                self._channel.send_keyed(letter.title, letter.text, letter.key)
            else:
                self._channel.send(letter.title, letter.text)
        except Exception as error:  # noqa: BLE001 - around a plugin call; reported, and tried again
            self._failed(letters, letter, error)
            return
        if self._failures:
            self._say("info", f"channel '{self.name}' works again after {self._failures} failures")
        self._failures = 0
        self.sent += 1
        self._done(letters, letter)

    def _note(self, letter: Letter) -> None:
        """Remember what is about to be sent; it is sent even when that cannot be remembered."""
        try:
            self._sending(letter.rows)
        except JournalError as error:
            told = f"channel '{self.name}': a crash now would repeat what is sent unmarked: {error}"
            self._say("warning", told)

    def _failed(self, letters: Letters, letter: Letter, error: Exception) -> None:
        self._refused(letter.rows)
        now_ms = self._clock.now_ms()
        pause_s = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2.0 ** min(self._failures, 16))
        pause_s *= 1 + self._chance.random() / 2
        self._failures += 1
        self._blocked_ms = now_ms + round(pause_s * 1000)
        if now_ms - letters.since_ms(letter) >= GIVE_UP_MS:
            text = letter.text.replace("\n", " | ")
            self._say("error", f"nobody could be told by '{self.name}': {letter.title}: {text}")
            self._done(letters, letter)
        elif self._failures == 1:
            told = (
                f"channel '{self.name}' fails and is tried again: {type(error).__name__}: {error}"
            )
            self._say("warning", told)

    def _done(self, letters: Letters, letter: Letter) -> None:
        letters.sent(letter, self._clock.now_ms())
        self._delivered(letter.rows)

    def _run(self) -> None:
        while True:
            try:
                nap_s = self.turn()
            except Exception as error:  # noqa: BLE001 - a thread's outermost frame; it must go on
                told = f"channel '{self.name}': {type(error).__name__}: {error}"
                self._say("error", told)
                nap_s = _MOST_NAP_S
            with self._changed:
                if not self._arrived and not self._over:
                    self._changed.wait_for(lambda: self._over or self._arrived, max(nap_s, 0.01))
                if self._over and not self._arrived:
                    return

    @property
    def _arrived(self) -> bool:
        return bool(self._in or self._again)
