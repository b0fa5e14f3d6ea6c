"""An exchange whose market is a set of files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.plugins.ports.feed import FeedError
from realtrade.replay.stream import ReplayStream

if TYPE_CHECKING:
    from collections.abc import Mapping

    from realtrade.model.instrument import Instrument
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.plugins.ports.exchange import FeedRequest
    from realtrade.plugins.ports.feed import Feed
    from realtrade.plugins.ports.venue import Venue
    from realtrade.replay.config import ReplayConfig
    from realtrade.utils.clock import Clock


def build(config: ReplayConfig, context: BuildContext) -> ReplayExchange:
    """Return the exchange; its streams are paced by the context's clock."""
    return ReplayExchange(config, clock=context.clock)


class ReplayExchange:
    """Brings no bars and no instruments of its own: it streams the feeds it is given."""

    streams_files = True

    def __init__(self, config: ReplayConfig, *, clock: Clock) -> None:
        self._pace = config.pace
        self._clock = clock
        self._streams: list[ReplayStream] = []

    def feed(self, request: FeedRequest) -> Feed:
        """Refuse: a replay knows only files.

        Raises:
            FeedError: always.
        """
        msg = f"a replay has no bars of its own: make feed '{request.name}' a file (type: file)"
        raise FeedError(msg)

    def stream(self, feeds: Mapping[str, Feed]) -> ReplayStream:
        """Read `feeds` and return the stream that publishes them.

        Raises:
            FeedError: a feed cannot be read.
        """
        columns = {name: feed.history() for name, feed in feeds.items()}
        stream = ReplayStream(columns, clock=self._clock, pace=self._pace)
        self._streams.append(stream)
        return stream

    def venue(self) -> Venue | None:
        """Return None: orders of a replay are simulated."""
        return None

    def instrument(self, symbol: str) -> Instrument | None:
        """Return None: the feeds know their instruments."""
        return None

    def close(self) -> None:
        """Stop every stream."""
        for stream in self._streams:
            stream.stop()
