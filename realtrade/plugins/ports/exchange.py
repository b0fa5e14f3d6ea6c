"""What an exchange plugin brings: instruments, bars, and a venue for orders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from realtrade.model.bar import Bar
    from realtrade.model.instrument import Instrument
    from realtrade.plugins.ports.feed import Feed
    from realtrade.plugins.ports.venue import Venue
    from realtrade.utils.timeframes import Timeframe


TickSource = Literal["trades", "quotes"]


@dataclass(frozen=True, slots=True)
class FeedRequest:
    """A feed as a recipe asks an exchange for it."""

    name: str
    symbol: str
    timeframe: Timeframe
    history: int
    """Closed bars wanted before the first live one."""
    source: TickSource = "trades"
    """What ticks are made of; bars are made of trades."""


class FeedSource(Protocol):
    """Whoever knows the bars of symbols: an exchange, or one connection to it."""

    def feed(self, request: FeedRequest) -> Feed:
        """Return the feed for one symbol and timeframe.

        Raises:
            FeedError: the symbol or the timeframe is not known here.
        """
        ...


class BarSink(Protocol):
    """Where a stream puts closed bars; every method may be called from any thread."""

    def publish(self, bars: Sequence[tuple[str, Bar]]) -> None:
        """Hand over bars with their feeds' names; the strategy sees those of one call together."""
        ...

    def wait_for_room(self, timeout_s: float) -> bool:
        """Wait until one more `publish` fits; for sources that can wait, as a socket cannot.

        Returns:
            False when there is no room yet after `timeout_s` seconds.
        """
        ...

    def finish(self) -> None:
        """Say that no bar will follow."""
        ...

    def fail(self, error: Exception) -> None:
        """Say that the stream has broken for good; the error is raised on the trading thread."""
        ...

    def lost(self, reason: str) -> None:
        """Say that bars come late or not at all for now; the stream is trying to come back."""
        ...

    def restored(self) -> None:
        """Say, after the bars that were missed, that they come as they close again."""
        ...


@runtime_checkable
class KeepsTime(Protocol):
    """A sink that wants to know how late it is where nothing is traded."""

    def passed(self, name: str, at_ms: int) -> None:
        """Say that no tick of a feed from before `at_ms` is expected any more."""
        ...


class BarStream(Protocol):
    """A running source of live bars."""

    def start(self, sink: BarSink) -> None:
        """Begin to publish, on a thread of its own."""
        ...

    def stop(self) -> None:
        """Publish nothing more; returns when the thread has ended."""
        ...


class Exchange(Protocol):
    """One exchange, connected as a recipe says.

    An exchange that also streams feeds it did not make itself, such as files, says so by an
    attribute `streams_files` that is true.
    """

    def feed(self, request: FeedRequest) -> Feed:
        """Return the feed for one symbol and timeframe.

        Raises:
            FeedError: the symbol or the timeframe is not known here.
        """
        ...

    def stream(self, feeds: Mapping[str, Feed]) -> BarStream:
        """Return one stream for all `feeds`, keyed by name."""
        ...

    def venue(self) -> Venue | None:
        """Return the door for real orders, or None where there is none (data only)."""
        ...

    def instrument(self, symbol: str) -> Instrument | None:
        """Return what is known of `symbol`, or None."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


@runtime_checkable
class TakesNoOrders(Protocol):
    """Settings of an exchange that, as they are, take no orders; validating a recipe asks."""

    def no_orders(self) -> str | None:
        """Return why not, or None where nothing speaks against them; asks nobody."""
        ...


@runtime_checkable
class RemembersBans(Protocol):
    """An exchange that keeps silent while it was told to, over restarts too."""

    def hold(self, until_ms: int) -> None:
        """Send nothing before a time on our clock."""
        ...

    def on_ban(self, tell: Callable[[int], None]) -> None:
        """Have `tell` called, from any thread, when nothing may be sent until a time."""
        ...
