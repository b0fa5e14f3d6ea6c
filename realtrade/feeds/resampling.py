"""Longer bars made of shorter ones, in columns or one by one, equal to the last bit.

A longer bar is known with the base bar that ends it. Where that one is missing it is known only
when the next base bar arrives, and is due then. An unfinished bar at the end is never delivered.
When a base bar both reveals an older bar and ends its own, the second is due a millisecond after
the first: the due times of a feed strictly rise.

A bar made of ticks is due at its end, though only a later tick shows that no more will follow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np

from realtrade.common.stamps import close_times, open_times
from realtrade.model.bar import Bar, BarColumns
from realtrade.plugins.ports.feed import FeedError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from realtrade.utils.timeframes import Timeframe

_NEVER_MS = -(1 << 62)


def resample(columns: BarColumns, base: Timeframe, timeframe: Timeframe) -> BarColumns:
    """Return bars of `timeframe` made of bars of `base`.

    Volume is added up in order, from zero, as `Resampler` does.

    Raises:
        FeedError: bars of `base` do not fill bars of `timeframe`.
    """
    _check(base, timeframe)
    if not len(columns):
        return columns
    opens = open_times(columns.time_ms, timeframe)
    first = np.flatnonzero(np.diff(opens, prepend=opens[0] - 1))
    last = np.append(first[1:], len(opens)) - 1
    group = np.repeat(np.arange(len(first)), last - first + 1)
    volume = np.bincount(group, weights=columns.volume).astype(np.float64, copy=False)
    trigger = _triggers(columns, base, timeframe, last)
    known = len(first) if trigger[-1] != _NEVER_MS else len(first) - 1
    order = np.arange(known)
    due = np.maximum.accumulate(trigger[:known] - order) + order
    return BarColumns(
        opens[first][:known],
        due,
        columns.open[first][:known],
        np.maximum.reduceat(columns.high, first)[:known],
        np.minimum.reduceat(columns.low, first)[:known],
        columns.close[last][:known],
        volume[:known],
    )


def _triggers(
    columns: BarColumns, base: Timeframe, timeframe: Timeframe, last: NDArray[np.intp]
) -> NDArray[np.int64]:
    """Return when each group is known, apart from others: with its last bar or with the next."""
    ends = close_times(columns.time_ms[last], timeframe)
    whole = close_times(columns.time_ms[last], base) == ends
    after = np.append(columns.due_ms, _NEVER_MS)[last + 1]
    if base.is_tick:
        return np.where(after == _NEVER_MS, _NEVER_MS, ends)
    triggers: NDArray[np.int64] = np.where(whole, columns.due_ms[last], after)
    return triggers


class Resampler:
    """Makes longer bars from base bars as they arrive."""

    def __init__(self, base: Timeframe, timeframe: Timeframe) -> None:
        """Begin with nothing.

        Raises:
            FeedError: bars of `base` do not fill bars of `timeframe`.
        """
        _check(base, timeframe)
        self._base = base
        self._timeframe = timeframe
        self._open: Bar | None = None
        self._last_due_ms = _NEVER_MS
        self._over_ms = _NEVER_MS
        """No bar that ends by then is still open, whatever comes late."""

    @classmethod
    def after(cls, columns: BarColumns, base: Timeframe, timeframe: Timeframe) -> Self:
        """Return a resampler that has seen `columns`, whose longer bars are `resample(columns)`.

        Raises:
            FeedError: as in `Resampler`.
        """
        made = cls(base, timeframe)
        longer = resample(columns, base, timeframe)
        if len(columns):
            unfinished = timeframe.open_ms(int(columns.time_ms[-1]))
            for row in range(int(np.searchsorted(columns.time_ms, unfinished)), len(columns)):
                made.push(columns.bar(row))
        if len(longer):
            made._last_due_ms = int(longer.due_ms[-1])
        return made

    def push(self, bar: Bar) -> list[Bar]:
        """Take the next base bar and return what is known with it: no, one or two longer bars."""
        known: list[Bar] = []
        opened = self._timeframe.open_ms(max(bar.time_ms, self._over_ms))
        if self._open is not None and self._open.time_ms != opened:
            known.append(self._known(self._open, self._revealed_ms(self._open, bar)))
            self._open = None
        longer = _joined(self._open, bar, opened)
        if self._base.close_ms(bar.time_ms) == self._timeframe.close_ms(bar.time_ms):
            known.append(self._known(longer, bar.due_ms))
            self._open = None
        else:
            self._open = longer
        return known

    def let_pass(self, at_ms: int) -> list[Bar]:
        """Return the bar of ticks that is over at `at_ms`, if one is: nothing more is expected.

        A tick that comes all the same counts to the bar that is open then.
        """
        if self._open is None or self._timeframe.close_ms(self._open.time_ms) > at_ms:
            return []
        self._over_ms = self._timeframe.close_ms(self._open.time_ms)
        known, self._open = self._known(self._open, self._over_ms), None
        return [known]

    def _revealed_ms(self, longer: Bar, bar: Bar) -> int:
        """Return when a bar is known of which only a later one shows that it is over."""
        return self._timeframe.close_ms(longer.time_ms) if self._base.is_tick else bar.due_ms

    def _known(self, longer: Bar, due_ms: int) -> Bar:
        self._last_due_ms = max(due_ms, self._last_due_ms + 1)
        return longer._replace(due_ms=self._last_due_ms)


def _joined(longer: Bar | None, bar: Bar, opened_ms: int) -> Bar:
    if longer is None:
        return bar._replace(time_ms=opened_ms, volume=0.0 + bar.volume)
    return Bar(
        opened_ms,
        bar.due_ms,
        longer.open,
        max(longer.high, bar.high),
        min(longer.low, bar.low),
        bar.close,
        longer.volume + bar.volume,
    )


def _check(base: Timeframe, timeframe: Timeframe) -> None:
    if not base.divides(timeframe):
        msg = f"{timeframe} bars cannot be made of {base} bars: they do not fill them"
        raise FeedError(msg)
