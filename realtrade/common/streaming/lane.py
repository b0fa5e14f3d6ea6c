"""The bars of one feed on their way: each once, in order, however they come."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.model.bar import Bar
    from realtrade.utils.timeframes import Timeframe

_MOST_WAITING = 2_000


class Lane:
    """Puts closed bars of a stream and of REST in one order. No thread, no clock, no socket.

    A bar is let through when the one before it was. Where that one is missing, bars wait and the
    lane is `filling`: REST has to be asked what there was. REST is believed about a missing bar
    once it tells of a later one; then the bar does not exist. The stream's own word does as well:
    a bar that follows the last one shows that nothing was missed.
    """

    def __init__(self, timeframe: Timeframe, last_ms: int | None) -> None:
        """Begin behind a bar.

        Args:
            timeframe: length of a bar.
            last_ms: open time of the last known bar; None lets any bar be the first.
        """
        self.timeframe = timeframe
        self.last_ms = last_ms
        self.next_ms = None if last_ms is None else timeframe.close_ms(last_ms)
        """Open time of the bar that comes next, if none is left out."""
        self.filling = False
        """True while REST has to be asked."""
        self._waiting: dict[int, Bar] = {}

    @property
    def begun(self) -> bool:
        """True once there is a bar behind which REST can be asked."""
        return self.last_ms is not None

    @property
    def waiting(self) -> int:
        """How many bars wait for an earlier one."""
        return len(self._waiting)

    def begin(self) -> None:
        """Have REST asked what was missed: a connection is new."""
        self.filling = self.begun

    def take(self, bar: Bar) -> list[Bar]:
        """Take a closed bar of the stream; return what may be let through with it."""
        if self._is_new(bar):
            self._waiting.setdefault(bar.time_ms, bar)
        if len(self._waiting) > _MOST_WAITING:
            self._waiting.clear()  # REST knows them all
            self.filling = True
            return []
        was_filling = self.filling
        through = self._through()
        self.filling = self.filling or (was_filling and not through)
        return through

    def fill(self, bars: Sequence[Bar]) -> list[Bar]:
        """Take what REST knows from `next_ms` on, oldest first; return what may be let through.

        The stream's own bars count where both have one.
        """
        for bar in bars:
            if self._is_new(bar):
                self._waiting.setdefault(bar.time_ms, bar)
        known = [time_ms for time_ms in sorted(self._waiting) if time_ms <= _last(bars)]
        return [self._let(time_ms) for time_ms in known] + self._through()

    def give_up(self) -> list[Bar]:
        """Return every bar that waits: what was missing cannot be had."""
        self.filling = False
        return [self._let(time_ms) for time_ms in sorted(self._waiting)]

    def _is_new(self, bar: Bar) -> bool:
        return self.last_ms is None or bar.time_ms > self.last_ms

    def _through(self) -> list[Bar]:
        through: list[Bar] = []
        if self.last_ms is None and self._waiting:
            through.append(self._let(min(self._waiting)))
        while (next_ms := self.next_ms) in self._waiting and next_ms is not None:
            through.append(self._let(next_ms))
        self.filling = bool(self._waiting)
        return through

    def _let(self, time_ms: int) -> Bar:
        self.last_ms = time_ms
        bar = self._waiting.pop(time_ms)
        self.next_ms = bar.due_ms
        return bar


def _last(bars: Sequence[Bar]) -> int:
    return bars[-1].time_ms if bars else -1
