"""An exchange of one instrument whose price rises by one an hour."""

from __future__ import annotations

from decimal import Decimal
from threading import Thread
from typing import TYPE_CHECKING, Literal

from realtrade.model.bar import Bar, BarColumns
from realtrade.model.instrument import Instrument
from realtrade.plugins import PluginConfig
from realtrade.plugins.ports import FeedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from realtrade.plugins.ports import BarSink, BuildContext, Feed, FeedRequest
    from realtrade.utils.timeframes import Timeframe

START_MS = 1_704_067_200_000  # 2024-01-01
HOUR_MS = 3_600_000
WIDGET = Instrument("WIDGET/USD", "WIDGET", "USD", tick=Decimal("0.01"), lot=Decimal(1))


class AcmeConfig(PluginConfig):
    """Settings of the Acme exchange.

    Example:
        ```yaml
        exchange: {type: acme, live: 12}
        ```
    """

    type: Literal["acme"] = "acme"
    live: int = 12
    """Bars after the history, before the exchange closes for good."""


def bar(index: int) -> Bar:
    """Return the bar of one hour: open 100, 101, 102 and so on."""
    time_ms, opened = START_MS + index * HOUR_MS, 100.0 + index
    return Bar(time_ms, time_ms + HOUR_MS, opened, opened + 2, opened - 1, opened + 1, 10.0)


class AcmeFeed:
    """History of the widget."""

    def __init__(self, request: FeedRequest) -> None:
        self.instrument = WIDGET
        self.timeframe: Timeframe = request.timeframe
        self.bars = request.history

    def history(self) -> BarColumns:
        """Return the first hours there were."""
        import numpy as np

        rows = [bar(index) for index in range(self.bars)]
        times = np.array([row[:2] for row in rows], dtype=np.int64).reshape(-1, 2)
        prices = np.array([row[2:] for row in rows], dtype=np.float64).reshape(-1, 5)
        return BarColumns(times[:, 0], times[:, 1], *(prices[:, index] for index in range(5)))


class AcmeStream:
    """The hours after the history, as fast as they are taken."""

    def __init__(self, feeds: Mapping[str, int], live: int) -> None:
        self._feeds = feeds
        self._live = live
        self._stopped = False
        self._thread: Thread | None = None

    def start(self, sink: BarSink) -> None:
        """Begin to publish."""
        self._thread = Thread(target=self._publish, args=(sink,), name="acme", daemon=True)
        self._thread.start()

    def _publish(self, sink: BarSink) -> None:
        for index in range(self._live):
            if self._stopped:
                return
            sink.publish([(name, bar(first + index)) for name, first in self._feeds.items()])
        sink.finish()

    def stop(self) -> None:
        """Publish nothing more."""
        self._stopped = True
        if self._thread is not None:
            self._thread.join()


class Acme:
    """The exchange itself."""

    def __init__(self, live: int) -> None:
        self._live = live

    def feed(self, request: FeedRequest) -> AcmeFeed:
        """Return the widget's feed."""
        if request.symbol != WIDGET.symbol:
            msg = f"Acme trades {WIDGET.symbol}, not {request.symbol}"
            raise FeedError(msg)
        return AcmeFeed(request)

    def stream(self, feeds: Mapping[str, Feed]) -> AcmeStream:
        """Return what comes after the history of `feeds`."""
        firsts = {name: len(feed.history()) for name, feed in feeds.items()}
        return AcmeStream(firsts, self._live)

    def venue(self) -> None:
        """Return no venue: Acme takes no orders."""

    def instrument(self, symbol: str) -> Instrument | None:
        """Return the widget, if it is that."""
        return WIDGET if symbol == WIDGET.symbol else None

    def close(self) -> None:
        """Do nothing: there is no connection."""


def build(config: AcmeConfig, context: BuildContext) -> Acme:
    """Return the exchange."""
    return Acme(config.live)
