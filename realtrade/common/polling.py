"""Live bars without a stream: REST is asked for each bar once it must be over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.common.streaming.backoff import jitter
from realtrade.common.streaming.splicer import Splicer, SpliceSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from realtrade.common.history import PageSource
    from realtrade.common.market_feed import MarketFeed
    from realtrade.plugins.ports.exchange import BarSink
    from realtrade.utils.clock import Clock

POLLING = SpliceSettings(overdue_s=1.5, overdue_most_s=15.0, settle_ms=500, tries=40)
"""A bar is asked for soon after its close, and again until it is there."""


class PollingStream:
    """Publishes every closed bar of its feeds, once and in order, as REST tells of it.

    Args:
        feeds: by name; each must have read its history.
        pages: where bars are fetched: the store.
        clock: paces.
        settings: patience.
    """

    def __init__(
        self,
        feeds: Mapping[str, MarketFeed],
        *,
        pages: PageSource,
        clock: Clock,
        settings: SpliceSettings = POLLING,
    ) -> None:
        self._splicer = Splicer(
            feeds,
            pages=pages,
            clock=clock,
            random=jitter(),
            settings=settings,
        )

    def start(self, sink: BarSink) -> None:
        """Begin to publish, on threads of its own."""
        self._splicer.start(sink)
        self._splicer.connected()

    def stop(self) -> None:
        """Publish nothing more; returns when the threads have ended."""
        self._splicer.stop()
