"""Best bids and asks on their way: only what is newer, and nothing of the past."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from realtrade.model.bar import Bar

if TYPE_CHECKING:
    from realtrade.plugins.ports.exchange import BarSink

_LOG = logging.getLogger(__name__)


def quote_bar(time_ms: int, bid: float, ask: float) -> Bar:
    """Return a quote as a bar: low the bid, high the ask, open and close their middle.

    Its volume is 0: nothing was traded.
    """
    middle = (bid + ask) / 2
    return Bar(time_ms, time_ms, middle, ask, bid, middle, 0.0)


class QuoteRelay:
    """Publishes quotes as they change, from the socket's thread.

    No exchange tells quotes of the past: those missed while a connection is lost never come. Where
    the strategy is too slow, quotes are left out until there is room, which is told as `lost`.
    """

    def __init__(self) -> None:
        self._sink: BarSink | None = None
        self._newest: dict[str, tuple[int, int]] = {}
        self.skipped = 0
        """Quotes left out in a row because the strategy was too slow."""

    def start(self, sink: BarSink) -> None:
        """Begin to publish to `sink`."""
        self._sink = sink

    def stop(self) -> None:
        """Publish nothing more."""
        self._sink = None

    def connected(self) -> None:
        """Hear that quotes flow."""
        if self._sink is not None:
            self._sink.restored()

    def lost(self, reason: str) -> None:
        """Hear that no quotes flow."""
        self.skipped = 0
        if self._sink is not None:
            self._sink.lost(reason)

    def take(self, name: str, number: int, bar: Bar) -> None:
        """Take a quote with the exchange's rising number; older ones are dropped."""
        sink = self._sink
        before, before_ms = self._newest.get(name, (-1, 0))
        if sink is None or number <= before:
            return
        if not sink.wait_for_room(0):
            self._skip(sink)
            return
        if self.skipped:
            _LOG.warning("%d quotes were left out", self.skipped)
            self.skipped = 0
            sink.restored()
        time_ms = max(bar.time_ms, before_ms)
        self._newest[name] = number, time_ms
        sink.publish([(name, bar._replace(time_ms=time_ms, due_ms=time_ms))])

    def _skip(self, sink: BarSink) -> None:
        self.skipped += 1
        if self.skipped == 1:
            _LOG.warning("the strategy is too slow: quotes are left out")
            sink.lost("the strategy is too slow: quotes are left out")
