"""What a stream of a simulated market is heard with, and whether all of it was."""

from __future__ import annotations

from contextlib import contextmanager
from random import Random
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

from realtrade.binance.line import Line
from realtrade.common.streaming.settings import SocketSettings
from realtrade.utils.clock import SystemClock
from tests.patience import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from realtrade.binance.line import MarketStream
    from realtrade.model.bar import Bar
    from realtrade.model.instrument import MarketType
    from realtrade.testing import SimExchange

SYMBOLS = {"spot": ("BTC/USDT", "ETH/USDT"), "swap": ("BTC/USDT:USDT", "ETH/USDT:USDT")}
HASTY_SOCKET = {"retry_s": 0.02, "retry_most_s": 0.1, "steady_s": 0.0}


def hasty_line(market: MarketType, exchange: SimExchange, socket: dict[str, Any]) -> Line:
    """Return where a simulated market is heard; `socket` changes its limits."""
    return Line(
        market=market,
        base=exchange.ws_url,
        clock=SystemClock(),
        random=Random(3),  # noqa: S311 - jitter is no secret
        limits=SocketSettings(**{**HASTY_SOCKET, **socket}),
    )


class Sink:
    """Collects what is published."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.batches: list[list[tuple[str, Bar]]] = []
        self.told: list[str] = []
        self.errors: list[Exception] = []

    def publish(self, bars: Sequence[tuple[str, Bar]]) -> None:
        with self._lock:
            self.batches.append(list(bars))

    def wait_for_room(self, timeout_s: float) -> bool:
        return True

    def finish(self) -> None:
        self.told.append("finish")

    def fail(self, error: Exception) -> None:
        self.errors.append(error)

    def lost(self, reason: str) -> None:
        self.told.append("lost")

    def restored(self) -> None:
        self.told.append("restored")

    def of(self, name: str) -> list[Bar]:
        with self._lock:
            return [bar for batch in self.batches for feed, bar in batch if feed == name]


@contextmanager
def publishing(
    stream: MarketStream, sink: Sink, *, restored: bool = True
) -> Iterator[MarketStream]:
    """Have a stream publish to a sink, by default from when that nothing is missing was told."""
    try:
        stream.start(sink)
        wait_for(lambda: sink.told[:1] if restored else stream.socket.is_connected)
        yield stream
    finally:
        stream.stop()


class Market(Protocol):
    """A simulated market, its feeds, and what is known of them beside what was heard."""

    sink: Sink

    @property
    def feeds(self) -> Mapping[str, object]: ...

    def stream(self, splice: dict[str, Any] | None = None, **socket: Any) -> MarketStream:
        """Return a stream of all feeds, with such settings."""
        ...

    def truth(self, name: str) -> list[Bar]:
        """Return everything of a feed after its history, as the exchange has it."""
        ...


def listening(
    market: Market, splice: dict[str, Any] | None = None, *, restored: bool = True, **socket: Any
) -> AbstractContextManager[MarketStream]:
    """Have a stream of a market publish to its sink; see `publishing`."""
    return publishing(market.stream(splice, **socket), market.sink, restored=restored)


def assert_all_was_heard_once_in_order(market: Market) -> None:
    """Wait until everything of every feed was heard, and see that nothing came twice."""
    heard, truth = market.sink.of, market.truth

    def counts() -> str:
        return ", ".join(f"{name}: {len(heard(name))}/{len(truth(name))}" for name in market.feeds)

    wait_for(lambda: all(len(heard(one)) >= len(truth(one)) for one in market.feeds), counts)
    for name in market.feeds:
        assert heard(name) == truth(name), name
    assert market.sink.errors == []
