"""History over REST: paged, checked for holes, and kept in a file so that it is fetched once."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Protocol

import numpy as np

from realtrade.common.bar_file import BarFile, Span
from realtrade.model.bar import BarColumns
from realtrade.plugins.ports.feed import FeedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from realtrade.utils.timeframes import Timeframe

_LOG = logging.getLogger(__name__)
_SETTLE_MS = 1_000
"""A bar younger than that may still change, and is left to the stream."""
_STEPS_BACK = 10
_STRIDE = 4
_NAMES = {"s": "sec", "m": "min", "h": "h", "d": "d", "w": "w", "M": "month"}
"""Units in file names: `1m` and `1M` are one name to some file systems."""


class PageSource(Protocol):
    """Where bars are fetched, a page at a time; a store is one."""

    def now_ms(self) -> int:
        """Return the exchange's time."""
        ...

    def fetch_bars(
        self, symbol: str, timeframe: Timeframe, since_ms: int, until_ms: int
    ) -> BarColumns:
        """Return the first page of closed bars that open in `[since_ms, until_ms)`, or raise."""
        ...


def no_bars() -> BarColumns:
    """Return columns without a row."""
    none, times = np.empty(0), np.empty(0, np.int64)
    return BarColumns(times, times, none, none, none, none, none)


def joined(parts: Sequence[BarColumns]) -> BarColumns:
    """Return the rows of all parts, one after the other."""
    whole = [part for part in parts if len(part)]
    if len(whole) < 2:  # noqa: PLR2004 - nothing to join
        return whole[0] if whole else no_bars()
    names = ("time_ms", "due_ms", "open", "high", "low", "close", "volume")
    return BarColumns(*(np.concatenate([getattr(one, name) for one in whole]) for name in names))


def read_bars(
    source: PageSource, symbol: str, timeframe: Timeframe, since_ms: int, until_ms: int
) -> BarColumns:
    """Return all closed bars that open in `[since_ms, until_ms)`, however many pages they fill.

    A hole is asked for once more by itself: an exchange that leaves bars out of a long answer has
    them in a short one. What is missing then does not exist.

    Raises:
        FeedError: a page holds bars that were not asked for, or not in order.
        Exception: whatever `fetch_bars` raises.
    """
    paged = joined(list(_pages(source, symbol, timeframe, since_ms, until_ms)))
    parts: list[BarColumns] = []
    row = 0
    for at, from_ms, to_ms in _holes(paged, timeframe, since_ms):
        parts += [paged.part(row, at), *_pages(source, symbol, timeframe, from_ms, to_ms)]
        row = at
    return joined([*parts, paged.part(row, len(paged))])


def _pages(
    source: PageSource, symbol: str, timeframe: Timeframe, since_ms: int, until_ms: int
) -> Iterator[BarColumns]:
    at_ms = since_ms
    while at_ms < until_ms and timeframe.close_ms(at_ms) <= source.now_ms():
        page = source.fetch_bars(symbol, timeframe, at_ms, until_ms)
        if not len(page):
            return
        times = page.time_ms
        if times[0] < at_ms or times[-1] >= until_ms or (np.diff(times) <= 0).any():
            msg = f"{symbol} {timeframe}: bars out of order, or others than were asked for"
            raise FeedError(msg)
        yield page
        at_ms = timeframe.close_ms(int(times[-1]))


def _holes(
    columns: BarColumns, timeframe: Timeframe, since_ms: int
) -> Iterator[tuple[int, int, int]]:
    """Yield row, begin and end of every hole before a row."""
    expected_ms = since_ms
    for row, time_ms in enumerate(columns.time_ms.tolist()):
        if time_ms > expected_ms:
            yield row, expected_ms, time_ms
        expected_ms = timeframe.close_ms(time_ms)


class History:
    """The last bars of a market, of which only those are fetched that no file has.

    Args:
        source: where they are fetched.
        folder: where they are kept, or None to fetch them every time. It must be one folder per
            exchange, market type and real or test venue: their bars differ.
    """

    def __init__(self, source: PageSource, folder: Path | None = None) -> None:
        self._source = source
        self._folder = folder

    def last(self, symbol: str, timeframe: Timeframe, count: int) -> BarColumns:
        """Return the last `count` closed bars, fewer where the market is younger.

        Raises:
            FeedError: what came is not to be trusted.
            Exception: whatever the source raises.
        """
        to_ms = timeframe.open_ms(self._source.now_ms() - _SETTLE_MS)
        from_ms = stepped_back(timeframe, to_ms, count)
        file = self._file(symbol, timeframe)
        span = self._through(
            symbol, timeframe, None if file is None else file.load(), from_ms, to_ms
        )
        for step in range(1, _STEPS_BACK):
            short = count - len(span.columns)
            if short <= 0 or span.from_ms <= 0:
                break  # else there were pauses, and the bars wanted lie further back
            earlier_ms = stepped_back(timeframe, span.from_ms, short * _STRIDE**step)
            earlier = self._read(symbol, timeframe, earlier_ms, span.from_ms)
            span = Span(joined([earlier, span.columns]), earlier_ms, to_ms)
        if file is not None:
            file.save(span)
        return span.columns.part(max(len(span.columns) - count, 0), len(span.columns))

    def _file(self, symbol: str, timeframe: Timeframe) -> BarFile | None:
        if self._folder is None:
            return None
        safe = "".join(letter if letter.isalnum() else "-" for letter in symbol)
        name = f"{safe}-{timeframe.count}{_NAMES[timeframe.unit]}.parquet"
        return BarFile(self._folder / name, label=f"{symbol} {timeframe}")

    def _through(
        self, symbol: str, timeframe: Timeframe, kept: Span | None, from_ms: int, to_ms: int
    ) -> Span:
        """Return the bars from `from_ms` on, kept ones where they agree with the exchange."""
        if (
            kept is None
            or not len(kept.columns)
            or not kept.from_ms <= to_ms <= kept.to_ms + _far(timeframe)
        ):
            return Span(self._read(symbol, timeframe, from_ms, to_ms), from_ms, to_ms)
        newest = kept.columns.bar(len(kept.columns) - 1)
        tail = self._read(symbol, timeframe, newest.time_ms, to_ms)
        if not len(tail) or tail.bar(0) != newest:
            _LOG.warning(
                "kept bars of %s %s are not the exchange's: fetched anew", symbol, timeframe
            )
            return Span(self._read(symbol, timeframe, from_ms, to_ms), from_ms, to_ms)
        begin_ms = min(from_ms, kept.from_ms)
        head = self._read(symbol, timeframe, begin_ms, kept.from_ms)
        return Span(joined([head, kept.columns, tail.part(1, len(tail))]), begin_ms, to_ms)

    def _read(self, symbol: str, timeframe: Timeframe, since_ms: int, until_ms: int) -> BarColumns:
        return read_bars(self._source, symbol, timeframe, since_ms, until_ms)


def _far(timeframe: Timeframe) -> int:
    """Return how long after its end a file is still worth going on from."""
    return timeframe.approximate_ms * 100_000


def stepped_back(timeframe: Timeframe, at_ms: int, count: int) -> int:
    """Return the open of the bar `count` bars before `at_ms`; of months, about as many."""
    return timeframe.open_ms(max(at_ms - count * timeframe.approximate_ms, 0))
