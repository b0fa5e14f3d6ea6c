"""One connection to Binance's market streams, and who makes whole what it brings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from realtrade.binance.websocket import BinanceWebSocket
from realtrade.common.streaming.backoff import jitter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from realtrade.common.streaming.settings import SocketSettings
    from realtrade.model.instrument import MarketType
    from realtrade.plugins.ports.exchange import BarSink
    from realtrade.utils.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Where a market's streams are heard, and how."""

    market: MarketType
    base: str
    """Where streams begin, as `websocket.stream_base` tells it."""
    clock: Clock
    proxy: str | None = None
    random: Random = field(default_factory=jitter)
    """Of waits between attempts."""
    limits: SocketSettings | None = None

    def socket(self, kind: str, *, unread: str | None = None) -> BinanceWebSocket:
        """Return a connection for one kind of streams, not yet begun; see `BinanceWebSocket`."""
        return BinanceWebSocket(
            f"binance-{self.market}-{kind}",
            market=self.market,
            base=self.base,
            unread=unread,
            clock=self.clock,
            random=self.random,
            settings=self.limits,
            proxy=self.proxy,
        )


class Mender(Protocol):
    """What stands between a connection and a sink; `Splicer` is one, `QuoteRelay` another."""

    def start(self, sink: BarSink) -> None:
        """Begin to publish."""
        ...

    def stop(self) -> None:
        """Publish nothing more."""
        ...

    def connected(self) -> None:
        """Hear that messages flow."""
        ...

    def lost(self, reason: str) -> None:
        """Hear that none flow."""
        ...


class MarketStream:
    """A `BarStream`: one connection whose messages somebody has handed to a mender.

    Args:
        socket: to which its listeners belong already.
        channels: names of its streams.
        mender: hears of the connection, and publishes.
    """

    def __init__(self, socket: BinanceWebSocket, channels: Sequence[str], mender: Mender) -> None:
        self.socket = socket
        """To listen to its events."""
        self._channels = tuple(channels)
        self._mender = mender
        socket.on("connected", lambda _: mender.connected())
        socket.on("disconnected", mender.lost)

    def start(self, sink: BarSink) -> None:
        """Begin to publish, on threads of its own.

        Raises:
            StreamError: there are more feeds than a connection carries.
        """
        self._mender.start(sink)
        self.socket.start(self._channels)

    def stop(self) -> None:
        """Publish nothing more; returns when the threads have ended."""
        self._mender.stop()
        self.socket.stop()
