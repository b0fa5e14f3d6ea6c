"""Columns published as live bars, one batch for every instant, on a thread of its own."""

from __future__ import annotations

from heapq import merge
from itertools import groupby
from operator import itemgetter
from threading import Event, Thread
from typing import TYPE_CHECKING

from realtrade.model.bar import Bar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from realtrade.model.bar import BarColumns
    from realtrade.plugins.ports.exchange import BarSink
    from realtrade.utils.clock import Clock

_NAP_S = 0.05
"""The longest the thread goes without asking whether it must stop."""
_CHUNK = 4096


class ReplayStream:
    """Publishes bars in the order in which they were known, paced by a clock.

    A full sink is waited for: a replay never drops a bar.

    Args:
        columns: bars by feed name.
        clock: gives the pace.
        pace: times real time; None publishes as fast as bars are taken.
    """

    def __init__(
        self, columns: Mapping[str, BarColumns], *, clock: Clock, pace: float | None
    ) -> None:
        self._columns = dict(columns)
        self._clock = clock
        self._pace = pace
        self._stopping = Event()
        self._thread: Thread | None = None

    def start(self, sink: BarSink) -> None:
        """Begin to publish, the first instant at once."""
        self._thread = Thread(target=self._run, args=(sink,), name="replay", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Publish nothing more; returns when the thread has ended, within a tenth of a second."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self, sink: BarSink) -> None:
        try:
            self._publish_all(sink)
        except Exception as error:  # noqa: BLE001 - a thread's outermost frame; the sink reports it
            sink.fail(error)

    def _publish_all(self, sink: BarSink) -> None:
        began_s = self._clock.monotonic_s()
        first_ms: int | None = None
        for due_ms, batch in batches(self._columns):
            first_ms = due_ms if first_ms is None else first_ms
            self._wait(began_s, (due_ms - first_ms) / 1000)
            while not (self._stopping.is_set() or sink.wait_for_room(_NAP_S)):
                pass
            if self._stopping.is_set():
                return
            sink.publish(batch)
        sink.finish()

    def _wait(self, began_s: float, market_s: float) -> None:
        """Wait until `market_s` seconds of market time have passed at the pace."""
        if self._pace is None:
            return
        until_s = began_s + market_s / self._pace
        while (left_s := until_s - self._clock.monotonic_s()) > 0 and not self._stopping.is_set():
            self._clock.sleep(min(left_s, _NAP_S))


def batches(columns: Mapping[str, BarColumns]) -> Iterator[tuple[int, list[tuple[str, Bar]]]]:
    """Yield every instant at which bars are due, oldest first, with the bars by feed name."""
    lanes = (_lane(name, of, order) for order, (name, of) in enumerate(columns.items()))
    merged = merge(*lanes, key=itemgetter(0, 1))
    for due_ms, together in groupby(merged, key=itemgetter(0)):
        yield due_ms, [(name, bar) for _, _, name, bar in together]


def _lane(name: str, columns: BarColumns, order: int) -> Iterator[tuple[int, int, str, Bar]]:
    for start in range(0, len(columns), _CHUNK):
        part = columns.part(start, start + _CHUNK)
        prices = (part.open, part.high, part.low, part.close, part.volume)
        rows = zip(
            *(values.tolist() for values in (part.time_ms, part.due_ms, *prices)), strict=True
        )
        for row in rows:
            bar = Bar._make(row)
            yield bar.due_ms, order, name, bar
