"""One Backtrader data feed for both worlds: preloaded history, or history and then live bars."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Any, ClassVar, Self

import backtrader as bt
import numpy as np

from realtrade.common.feed_hub import HubStatus
from realtrade.common.stamps import (
    date_number,
    date_numbers,
    due_times,
    open_times,
    stamp_ms,
    stamp_times,
    times_of,
)
from realtrade.model.bar import BarColumns
from realtrade.plugins.ports.exchange import FeedRequest
from realtrade.plugins.ports.feed import FeedError
from realtrade.utils.timeframes import Timeframe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from realtrade.common.feed_hub import FeedHub
    from realtrade.model.bar import Bar
    from realtrade.model.instrument import Instrument
    from realtrade.plugins.ports.exchange import FeedSource
    from realtrade.plugins.ports.feed import Feed

_UNITS = {
    "tick": (bt.TimeFrame.Ticks, 1),
    "s": (bt.TimeFrame.Seconds, 1),
    "m": (bt.TimeFrame.Minutes, 1),
    "h": (bt.TimeFrame.Minutes, 60),
    "d": (bt.TimeFrame.Days, 1),
    "w": (bt.TimeFrame.Weeks, 1),
    "M": (bt.TimeFrame.Months, 1),
}
_STATUSES = {
    HubStatus.DELAYED: "DELAYED",
    HubStatus.LIVE: "LIVE",
    HubStatus.LOST: "DISCONNECTED",
}
_USUAL = ("1s", "1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d", "3d")


def backtrader_timeframe(timeframe: Timeframe) -> tuple[int, int]:
    """Return Backtrader's `(timeframe, compression)`; hours are minutes there."""
    unit, length = _UNITS[timeframe.unit]
    return unit, timeframe.count * length


class BaseData(bt.feed.DataBase):
    """Bars of one feed in Backtrader's lines, stamped as `realtrade.common.stamps` says.

    Build one with `historical` (columns; Cerebro may preload and run vectorised), `live` (history
    first, then what a `FeedHub` brings) or `from_timeframe_string` (an exchange's symbol).
    Open interest is 0: no source of ours knows it.
    """

    TIMEFRAME_MAP: ClassVar[Mapping[str, tuple[int, int]]] = {
        text: backtrader_timeframe(Timeframe.parse(text)) for text in (*_USUAL, "1w", "1M", "tick")
    }
    """Timeframes as text to Backtrader's `(timeframe, compression)`; an exchange overrides it."""

    params = (("qcheck", 0.5),)  # seconds a live cycle may wait for bars

    def __init__(
        self,
        *,
        interval: Timeframe,
        finest: Timeframe | None = None,
        columns: BarColumns | None = None,
        origin: Feed | None = None,
        instrument: Instrument | None = None,
        hub: FeedHub | None = None,
    ) -> None:
        super().__init__()
        self.feed_name: str = self.p.name
        self.instrument = instrument
        self.interval = interval
        self.finest = finest or interval
        self._columns = columns
        self._origin = origin
        self._hub = hub
        self._rows: tuple[array[float], ...] = ()
        self._row = 0
        self._count = 0
        if hub is not None:
            hub.join(self.feed_name)

    @classmethod
    def historical(
        cls, columns: BarColumns, *, name: str, timeframe: Timeframe, **kwargs: Any
    ) -> Self:
        """Return a feed of `columns`, which are copied into line arrays at start and then let go.

        Args:
            columns: closed bars, `due_ms` strictly increasing.
            name: the feed's name in the recipe.
            timeframe: length of a bar.
            kwargs: `instrument`; `finest`, the shortest timeframe of all feeds run together (this
                feed's own when left out); Backtrader's data parameters, such as `fromdate`.
        """
        words = _words(name, timeframe, backtrader_timeframe(timeframe))
        return cls(columns=columns, **words, **kwargs)

    @classmethod
    def live(cls, hub: FeedHub, *, name: str, timeframe: Timeframe, **kwargs: Any) -> Self:
        """Return a feed of what `hub` brings for `name`.

        Args:
            hub: shared by all live feeds of one Cerebro.
            name: the feed's name in the recipe, and in what is published.
            timeframe: length of a bar.
            kwargs: `columns`, the history that comes first; `instrument`; `finest`; Backtrader's
                data parameters.
        """
        words = _words(name, timeframe, backtrader_timeframe(timeframe))
        return cls(hub=hub, **words, **kwargs)

    @classmethod
    def from_timeframe_string(cls, timeframe: str, store: FeedSource, **kwargs: Any) -> Self:
        """Return the feed of one symbol of `store`, its timeframe written as text, such as `1h`.

        Args:
            timeframe: a key of `TIMEFRAME_MAP`.
            store: the exchange, or anything with its `feed` method.
            kwargs: `symbol` (required); `name`, the symbol when left out; `history` in bars;
                `source` of ticks; `hub` for a live feed; `finest`; Backtrader's data parameters.

        Raises:
            ValueError: the timeframe is not known here.
            FeedError: the symbol is not known there.
        """
        if timeframe not in cls.TIMEFRAME_MAP:
            msg = (
                f"timeframe '{timeframe}' is not known here; known: {', '.join(cls.TIMEFRAME_MAP)}"
            )
            raise ValueError(msg)
        interval = Timeframe.parse(timeframe)
        symbol: str = kwargs.pop("symbol")
        name: str = kwargs.pop("name", symbol)
        more = (kwargs.pop("history", 0), kwargs.pop("source", "trades"))
        feed = store.feed(FeedRequest(name, symbol, interval, *more))
        words = _words(name, interval, cls.TIMEFRAME_MAP[timeframe])
        return cls(origin=feed, instrument=feed.instrument, **words, **kwargs)

    def start(self) -> None:
        """Get the history ready to be read from its first row.

        Raises:
            FeedError: the history cannot be had, or a live feed meets a Cerebro with `oldsync`.
        """
        super().start()
        if self._hub is None:
            self._ready(None if self._rows else self._history())
            return
        if self._env.p.oldsync:
            msg = f"feed '{self.feed_name}' is live and cannot run in a Cerebro with oldsync"
            raise FeedError(msg)
        self._hub.history(self.feed_name, self.interval, self._history())
        self._laststatus = None
        self.put_notification(self.CONNECTED)

    @property
    def last_close(self) -> float | None:
        """The newest close of the history it was made with, or None."""
        if self._columns is None or not len(self._columns):
            return None
        return float(self._columns.close[-1])

    def islive(self) -> bool:
        """Tell whether bars go on arriving: Cerebro then neither preloads nor runs vectorised."""
        return self._hub is not None

    def haslivedata(self) -> bool:
        """Tell whether a bar waits, so that no feed of another kind makes the cycle wait."""
        return self._hub is not None and self._hub.ready

    def do_qcheck(self, onoff: bool, qlapse: float) -> None:
        """Take part in a cycle; the first feed of a cycle waits at the hub for all of them."""
        super().do_qcheck(onoff, qlapse)
        if self._hub is not None:
            self._hub.cycle(self.feed_name, self._qcheck)

    def preload(self) -> None:
        """Put the whole history into the lines at once; bar by bar where filters must see each."""
        if self._filters or self._tzinput or self._unusual_lines():
            super().preload()
            return
        start = bisect_left(self._rows[-1], self.fromdate)
        stop = bisect_right(self._rows[-1], self.todate)
        whole = (start, stop) == (0, self._count)
        for line, values in zip(self.lines, self._rows, strict=True):
            pad = line.array
            line.array = values if whole and not pad else values[start:stop] + pad
        self._row = self._count
        self.home()

    def load(self) -> bool | None:
        """Move on by one bar: True; None when none is there now; False when none will follow.

        A live feed without a bar leaves its lines alone: Backtrader's forward and back again would
        push the oldest bar out of the bounded lines of `exactbars`.
        """
        if self._hub is None or self._barstack or self._barstash or self._hub.has(self.feed_name):
            loaded: bool | None = super().load()
            return loaded
        return self._load()

    def _load(self) -> bool | None:
        if self._hub is not None:
            return self._load_live(self._hub)
        if self._row >= self._count:
            return False
        for line, values in zip(self.lines, self._rows, strict=False):
            line[0] = values[self._row]
        self._row += 1
        return True

    def _load_live(self, hub: FeedHub) -> bool | None:
        bar = hub.take(self.feed_name)
        if bar is None and hub.over:
            self.put_notification(self.DISCONNECTED)
            return False
        self.put_notification(self.status_of(hub))
        if bar is None:
            return None
        for line, value in zip(self.lines, self.row(bar), strict=False):
            line[0] = value
        return True

    @classmethod
    def status_of(cls, hub: FeedHub) -> int:
        """Return the status, for `notify_data`, of what a hub gives out now."""
        return int(getattr(cls, _STATUSES[hub.status]))

    def row(self, bar: Bar) -> tuple[float, ...]:
        """Return a bar's values in the order of the lines."""
        stamp = date_number(stamp_ms(bar.due_ms, self.finest))
        return bar.close, bar.low, bar.high, bar.open, bar.volume, 0.0, stamp

    def played(self, most: int) -> BarColumns:
        """Return a copy of the newest `most` bars that have come so far, as closed bars."""
        lines, size = self.lines, min(len(self), most)
        wanted = (lines.datetime, lines.open, lines.high, lines.low, lines.close, lines.volume)
        numbers, *values = (np.array(line.get(size=size), np.float64) for line in wanted)
        due_ms = due_times(times_of(numbers), self.finest)
        opened = due_ms if self.interval.is_tick else open_times(due_ms - 1, self.interval)
        return BarColumns(opened, due_ms, *values)

    @property
    def hub(self) -> FeedHub | None:
        """Where the bars of a live feed come from; None for history alone."""
        return self._hub

    def _history(self) -> BarColumns | None:
        return self._origin.history() if self._origin is not None else self._columns

    def _ready(self, columns: BarColumns | None) -> None:
        """Copy `columns` into line arrays, once, in the order of the lines, and let go of them."""
        self._row = 0
        if self._rows:
            for values in self._rows:
                del values[self._count :]  # what Backtrader may have added to the shared arrays
            return
        if columns is None:
            msg = f"feed '{self.feed_name}' has neither bars nor a hub"
            raise FeedError(msg)
        self._count = len(columns)
        stamps = date_numbers(stamp_times(columns.due_ms, self.finest))
        waiting = [stamps, np.zeros(self._count), columns.volume, columns.open, columns.high]
        waiting += [columns.low, columns.close]
        self._columns = self._origin = None
        del columns, stamps
        self._rows = tuple(_line_array(waiting.pop()) for _ in range(len(waiting)))

    def _unusual_lines(self) -> bool:
        lines = list(self.lines)
        return len(lines) != len(self._rows) or any(line.bindings for line in lines)


def _words(name: str, interval: Timeframe, backtraders: tuple[int, int]) -> dict[str, Any]:
    unit, count = backtraders
    return {"name": name, "interval": interval, "timeframe": unit, "compression": count}


def _line_array(column: NDArray[np.float64]) -> array[float]:
    values: array[float] = array("d")
    values.frombytes(np.ascontiguousarray(column, dtype=np.float64).view(np.uint8).data)
    return values
