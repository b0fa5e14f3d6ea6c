"""The trades of one feed on their way: each once, in order of their ids, however they come."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.common.ticks import Tick
    from realtrade.model.bar import Bar

_MOST_WAITING = 50_000


class TickLane:
    """Puts trades of a stream and of REST in one order. No thread, no clock, no socket.

    Ids rise by one, so a trade is let through when the one before it was. Where that one is
    missing, trades wait and the lane is `filling`: REST has to be asked from `next_id` on. REST is
    believed about a missing trade once it tells of a later one; then the trade does not exist.
    """

    def __init__(self, last: Tick | None, *, most: int = _MOST_WAITING) -> None:
        """Begin behind a trade, or with any where there was none; at most `most` may wait."""
        self.last_id = None if last is None else last.id
        self.filling = False
        """True while REST has to be asked."""
        self.skipped = 0
        """Trades that could not be had from anywhere."""
        self._time_ms = 0 if last is None else last.bar.time_ms
        self._most = most
        self._waiting: dict[int, Tick] = {}

    @property
    def next_id(self) -> int | None:
        """Id of the trade that comes next; None where any may be the first."""
        return None if self.last_id is None else self.last_id + 1

    @property
    def begun(self) -> bool:
        """True once there is a trade behind which REST can be asked."""
        return self.last_id is not None

    def begin(self) -> None:
        """Have REST asked what was missed: a connection is new, or trades were thrown away."""
        self.filling = self.begun

    def take(self, tick: Tick) -> list[Bar]:
        """Take a trade of the stream; return what may be let through with it."""
        last_id = self.last_id
        if last_id is not None and tick.id <= last_id:
            return []
        if not self._waiting and (last_id is None or tick.id == last_id + 1):
            self.filling = False
            return [self._let(tick)]
        self._waiting.setdefault(tick.id, tick)
        if len(self._waiting) > self._most:
            self._waiting.clear()  # REST knows them all
            self.filling = True
            return []
        was_filling = self.filling
        through = self._through()
        self.filling = self.filling or (was_filling and not through)
        return through

    def fill(self, ticks: Sequence[Tick], *, more: bool = False) -> list[Bar]:
        """Take what REST knows from `next_id` on, oldest first; return what may be let through.

        With `more` REST has not told everything yet, and has to be asked again.
        """
        for tick in ticks:
            if self.last_id is None or tick.id > self.last_id:
                self._waiting.setdefault(tick.id, tick)
        top = ticks[-1].id if ticks else -1
        known = [id_ for id_ in sorted(self._waiting) if id_ <= top]
        through = [self._let(self._waiting.pop(id_)) for id_ in known] + self._through()
        self.filling |= more
        return through

    def give_up(self) -> list[Bar]:
        """Return every trade that waits: what was missing cannot be had."""
        self.filling = False
        waiting, self._waiting = self._waiting, {}
        return [self._let(waiting[id_]) for id_ in sorted(waiting)]

    def _through(self) -> list[Bar]:
        through: list[Bar] = []
        while (next_id := self.next_id) in self._waiting and next_id is not None:
            through.append(self._let(self._waiting.pop(next_id)))
        self.filling = bool(self._waiting)
        return through

    def _let(self, tick: Tick) -> Bar:
        """Return a trade's bar; its time never steps back."""
        if self.last_id is not None:
            self.skipped += tick.id - self.last_id - 1
        self.last_id, bar = tick.id, tick.bar
        if bar.time_ms < self._time_ms:
            return bar._replace(time_ms=self._time_ms, due_ms=self._time_ms)
        self._time_ms = bar.time_ms
        return bar
