"""What is told by one route on one channel, and when: pure, so that every minute can be tried."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING

from realtrade.notifications.escaping import MOST, harmless, title

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from realtrade.model.events import Event
    from realtrade.model.hours import WeeklyHours
    from realtrade.notifications.plan import RoutePlan
    from realtrade.plugins.ports.journal import Undelivered

    Words = Callable[[Event, RoutePlan], str]

_MOST_LINES = 30
"""Lines of a summary; the rest is counted."""
_CROWD = 10
"""From so many waiting on they go out together, every one of them told."""
_ROOM = 3_000
"""Characters of such a message."""
_LATE_MS = 60_000
AGAIN = "(possibly repeated: the process ended while this was being sent)"
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_MS = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Letter:
    """One message, and what it tells of."""

    title: str
    text: str
    rows: tuple[Undelivered, ...]
    key: str = ""
    """The same when it is sent again; no other letter of this bot has it."""


class Letters:
    """Gathers what happens for one route and channel, and says what is to be sent now.

    Nothing is forgotten until `sent`: a letter that could not be sent is written anew, with what
    has come since.
    """

    def __init__(
        self, plan: RoutePlan, *, name: str, words: Words, quiet: WeeklyHours | None
    ) -> None:
        """Take a route.

        Args:
            plan: the route.
            name: the bot's, for titles.
            words: the text of one event.
            quiet: hours in which only what is critical is sent.
        """
        self.plan = plan
        self._name = name
        self._words = words
        self._quiet = None if plan.severity == "critical" else quiet
        self._waiting: deque[Undelivered] = deque()
        self._sent_ms: deque[int] = deque()
        self._told_ms: dict[str, int] = {}
        self._repeats = 0
        self._held = False
        self._first_ms = 0
        self._since_ms: dict[int, int] = {}
        self._again: deque[tuple[Undelivered, ...]] = deque()

    def __len__(self) -> int:
        return len(self._waiting) + sum(map(len, self._again))

    @property
    def waiting(self) -> Sequence[Undelivered]:
        """Return what is to be told, oldest first."""
        return (*(row for rows in self._again for row in rows), *self._waiting)

    def again(self, rows: Sequence[Undelivered], now_ms: int) -> None:
        """Take what was being sent when the process ended: in one letter, as it was then."""
        self._again.append(tuple(rows))
        self._since_ms |= {row.number: now_ms for row in rows}

    def add(self, row: Undelivered, now_ms: int) -> bool:
        """Take something to tell; False when it only repeats what was told lately."""
        if self._repeats_itself(row, now_ms):
            self._repeats += 1
            return False
        if not self._waiting:
            self._first_ms = now_ms
        self._waiting.append(row)
        self._since_ms[row.number] = now_ms
        return True

    def next(self, now_ms: int) -> Letter | None:
        """Return what is to be sent now, or None; the same until `sent`, but for what comes in."""
        if not len(self) or self._must_wait(now_ms):
            return None
        if self._again:
            return self._repeated(self._again[0], now_ms)
        together = self._together(now_ms)
        if len(together) > 1:
            return self._summary(together, now_ms)
        return self._single(self._waiting[0], now_ms)

    def _must_wait(self, now_ms: int) -> bool:
        waits = self.wait_ms(now_ms) > 0
        self._held = self._held or (waits and bool(self._waiting))
        return waits

    def _together(self, now_ms: int) -> tuple[Undelivered, ...]:
        """Return what goes out in one letter: all that was held back, or a part of a crowd."""
        if self._held or self.plan.digest is not None:
            return tuple(self._waiting)
        return self._as_many_as_fit(now_ms) if len(self._waiting) >= _CROWD else ()

    def since_ms(self, letter: Letter) -> int:
        """Return since when the oldest of a letter's messages has been waiting here."""
        return min(self._since_ms[row.number] for row in letter.rows)

    def _as_many_as_fit(self, now_ms: int) -> tuple[Undelivered, ...]:
        """Return the oldest messages that one letter has lines for."""
        return tuple(self._waiting)[: len(self._lines(self._waiting, now_ms))]

    def wait_ms(self, now_ms: int) -> int:
        """Return for how long nothing is to be sent; zero when something may be."""
        if self._again:
            return self._again_wait_ms(now_ms)
        if not self._waiting:
            return 0
        waits = [self._again_wait_ms(now_ms)]
        if self.plan.digest is not None:
            waits.append(self._first_ms + self.plan.digest // _MS - now_ms)
        return max(waits)

    def _again_wait_ms(self, now_ms: int) -> int:
        """Return for how long quiet hours and the rate let nothing through."""
        waits = [0]
        if self._quiet is not None and self._quiet.contains(now_ms):
            waits.append(self._quiet.next_change_ms(now_ms) - now_ms)
        if self.plan.rate is not None:
            waits.append(self._rate_wait_ms(now_ms))
        return max(waits)

    def sent(self, letter: Letter, now_ms: int) -> None:
        """Forget what a letter has told."""
        told = {row.number for row in letter.rows}
        for number in told:
            self._since_ms.pop(number, None)
        self._waiting = deque(row for row in self._waiting if row.number not in told)
        self._again = deque(rows for rows in self._again if rows != letter.rows)
        if self.plan.rate is not None:  # else nobody ever forgets them
            self._sent_ms.append(now_ms)
        self._repeats = 0
        self._first_ms = now_ms
        if not self._waiting:
            self._held = False

    # -- limits ---------------------------------------------------------------------------------

    def _rate_wait_ms(self, now_ms: int) -> int:
        rate = self.plan.rate
        if rate is None:
            return 0
        window_ms = rate.per // _MS
        while self._sent_ms and self._sent_ms[0] <= now_ms - window_ms:
            self._sent_ms.popleft()
        if len(self._sent_ms) < rate.count:
            return 0
        return self._sent_ms[-rate.count] + window_ms - now_ms if rate.count else window_ms

    def _repeats_itself(self, row: Undelivered, now_ms: int) -> bool:
        repeat = self.plan.repeat
        if repeat is None:
            return False
        key = f"{row.event.type} {_NUMBER.sub('#', row.event.message)}"
        repeat_ms = repeat // _MS
        self._told_ms = {
            text: at_ms for text, at_ms in self._told_ms.items() if now_ms - at_ms < repeat_ms
        }
        if key in self._told_ms:
            return True
        self._told_ms[key] = now_ms
        return False

    # -- words ----------------------------------------------------------------------------------

    def _single(self, row: Undelivered, now_ms: int) -> Letter:
        repeats = f"\n(said {self._repeats} more times meanwhile)" if self._repeats else ""
        return self._letter(self._line(row, now_ms), (row,), repeats)

    def _repeated(self, rows: Sequence[Undelivered], now_ms: int) -> Letter:
        lines = self._lines(rows, now_ms)
        return self._letter("\n".join(lines), rows, f"{_more(rows, lines)}\n{AGAIN}")

    def _summary(self, rows: Sequence[Undelivered], now_ms: int) -> Letter:
        lines = self._lines(rows, now_ms)
        return self._letter("\n".join(lines), rows, _more(rows, lines))

    def _lines(self, rows: Iterable[Undelivered], now_ms: int) -> list[str]:
        """Return the lines that there is room for: one at least."""
        lines: list[str] = []
        room = _ROOM
        for row in islice(rows, _MOST_LINES):
            line = self._line(row, now_ms)
            room -= len(line) + 1
            if room < 0 and lines:
                break
            lines.append(line)
        return lines

    def _letter(self, text: str, rows: Sequence[Undelivered], end: str) -> Letter:
        """Return a letter; its title ends with the events' numbers, which are its key, too.

        A text that is too long is cut; the `end`, which tells of what is left out, never is.
        """
        first, last, count = rows[0], rows[-1].number, len(rows)
        what = first.event.type.value.replace("_", " ") if count == 1 else f"{count} messages"
        mark = "" if self.plan.severity == "info" else f" ({self.plan.severity})"
        numbers = f"#{first.number}" if count == 1 else f"#{first.number}-{last}"
        key = f"{self._name}.{first.route}.{first.number}-{last}.{count}"
        heading = title(f"{self._name}: {what}{mark} {numbers}")
        return Letter(heading, harmless(text, MOST - len(end)) + end, tuple(rows), key)

    def _line(self, row: Undelivered, now_ms: int) -> str:
        from datetime import UTC, datetime

        text = self._words(row.event, self.plan)
        if now_ms - row.event.time_ms < _LATE_MS:
            return text
        at = datetime.fromtimestamp(row.event.time_ms / 1000, UTC)
        return f"{text} [{at:%Y-%m-%d %H:%M:%S} UTC]"


def _more(rows: Sequence[Undelivered], lines: Sequence[str]) -> str:
    """Return what counts those there is no room for."""
    left = len(rows) - len(lines)
    return f"\n… and {left} more" if left else ""
