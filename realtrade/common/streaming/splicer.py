"""A stream of bars and REST spliced: after every gap REST tells what was missed.

Three threads touch it: the socket's brings bars, one asks REST, one lets go of batches whose time
is up. What they share is behind one lock; REST is asked outside of it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from threading import Condition, Event, Thread
from typing import TYPE_CHECKING, Protocol

from realtrade.common.streaming.backoff import Backoff
from realtrade.common.streaming.gatherer import Gatherer
from realtrade.common.streaming.lane import Lane

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from realtrade.model.bar import Bar
    from realtrade.plugins.ports.exchange import BarSink
    from realtrade.utils.clock import Clock
    from realtrade.utils.timeframes import Timeframe

_LOG = logging.getLogger(__name__)
_JOIN_S = 1.0
_LOOKS = 8
_BACKLOG = 64
"""More batches at once are no live ones."""
_NAP_S = 0.05
_BREATH_S = 0.000_05
"""Given to the thread that is to act on a bar, which else waits for Python's lock behind ours."""


class BarSource(Protocol):
    """Where missed bars are asked for."""

    def now_ms(self) -> int:
        """Return the exchange's time."""
        ...

    def bars(self, symbol: str, timeframe: Timeframe, since_ms: int, until_ms: int) -> list[Bar]:
        """Return all closed bars that open in `[since_ms, until_ms)`, oldest first, or raise."""
        ...


@dataclass(frozen=True, slots=True)
class Spliced:
    """One feed to splice."""

    symbol: str
    timeframe: Timeframe
    last_ms: int | None
    """Open time of the last bar known before; None for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpliceSettings:
    """How patient splicing is."""

    together_s: float = 2.0
    """How long bars of one instant wait for those of other feeds."""
    overdue_s: float = 3.0
    """How long after its close a bar may take before REST is asked for it."""
    overdue_most_s: float = 60.0
    """The longest between two such questions about a bar that does not come."""
    settle_ms: int = 1_000
    """REST is not believed about a bar younger than that: it may still change."""
    tries: int = 6
    """Answers without a missing bar, nor a later one, after which it is taken not to exist."""
    retry_s: float = 0.5
    retry_most_s: float = 30.0


class _Feed:
    """A lane with what concerns REST: when to ask again, and how patiently."""

    def __init__(self, spliced: Spliced, patience: Backoff) -> None:
        self.symbol = spliced.symbol
        self.lane = Lane(spliced.timeframe, spliced.last_ms)
        self.patience = patience
        self.ask_s = 0.0
        self.asked_in_vain = 0
        self.connection = 0

    def begin(self) -> None:
        """Ask at once: a connection is new."""
        self.lane.begin()
        self.connection += 1
        self.asked_in_vain, self.ask_s = 0, 0.0


class Splicer:
    """Publishes every closed bar of some feeds once and in order.

    Args:
        feeds: by name.
        source: tells what was missed.
        clock: paces; only its monotonic seconds are read.
        random: of jitter.
        settings: patience.
    """

    def __init__(
        self,
        feeds: Mapping[str, Spliced],
        *,
        source: BarSource,
        clock: Clock,
        random: Random,
        settings: SpliceSettings | None = None,
    ) -> None:
        self._settings = chosen = settings or SpliceSettings()
        self._source = source
        self._clock = clock
        self._feeds = {
            name: _Feed(one, Backoff(random, first_s=chosen.retry_s, most_s=chosen.retry_most_s))
            for name, one in feeds.items()
        }
        frames = {name: one.timeframe for name, one in feeds.items()}
        self._gatherer = Gatherer(frames, wait_s=chosen.together_s)
        self._changed = Condition()
        self._sink: BarSink | None = None
        self._stopping = Event()
        self._up, self._whole = False, True  # as far as the sink knows
        self._threads = [
            Thread(target=self._fill_on, name="bars-fill", daemon=True),
            Thread(target=self._release_on, name="bars-release", daemon=True),
        ]

    def start(self, sink: BarSink) -> None:
        """Begin to publish to `sink`; nothing is asked before the stream is `connected`."""
        self._sink = sink
        for feed in self._feeds.values():
            self._expect(feed)
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Publish nothing more; returns when the threads have ended, or a second later.

        A thread in the middle of a REST request ends with it, and publishes nothing.
        """
        self._stopping.set()
        with self._changed:
            self._changed.notify_all()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(_JOIN_S)

    # -- from the socket's thread ---------------------------------------------------------------

    def connected(self) -> None:
        """Hear that bars flow from now on: whatever was missed is asked for."""
        with self._changed:
            self._up, self._whole = True, False
            for feed in self._feeds.values():
                feed.begin()
                self._expect(feed)
            self._restored()
            self._changed.notify_all()

    def lost(self, reason: str) -> None:
        """Hear that no bars flow; they are still asked for when they are overdue."""
        with self._changed:
            self._up = False
            if self._whole and self._sink is not None and not self._stopping.is_set():
                self._sink.lost(reason)
            self._whole = False

    def take(self, name: str, bar: Bar) -> None:
        """Take a closed bar of the stream."""
        with self._changed:
            feed = self._feeds[name]
            was_filling = feed.lane.filling
            self._let(name, feed, feed.lane.take(bar))
            if feed.lane.filling and not was_filling:
                feed.asked_in_vain, feed.ask_s = 0, 0.0
                self._changed.notify_all()
            published = self._gatherer.until_s() is None
        if published:
            self._clock.sleep(_BREATH_S)

    # -- under the lock -------------------------------------------------------------------------

    def _let(self, name: str, feed: _Feed, bars: list[Bar]) -> None:
        if bars:
            feed.asked_in_vain = 0
            feed.patience.reset()
            self._expect(feed)
            self._gatherer.add(name, bars, self._clock.monotonic_s())
        self._release()

    def _release(self) -> None:
        ready = self._gatherer.ready(self._clock.monotonic_s())
        for batch in ready:
            if len(ready) > _BACKLOG:
                self._wait_for_room()
            if self._sink is not None and not self._stopping.is_set():
                self._sink.publish(batch)
        self._restored()

    def _wait_for_room(self) -> None:
        """Let the strategy work off what was missed in a long outage: it is more than may wait."""
        while self._sink is not None and not self._stopping.is_set():
            if self._sink.wait_for_room(_NAP_S):
                return

    def _restored(self) -> None:
        """Say once after each connection that nothing is missing any more, nor waits."""
        if self._whole or not self._up or self._gatherer.until_s() is not None:
            return
        if any(one.lane.filling for one in self._feeds.values()):
            return
        self._whole = True
        if self._sink is not None and not self._stopping.is_set():
            self._sink.restored()

    def _expect(self, feed: _Feed) -> None:
        """Note when to ask for the next bar, should it not come by itself."""
        next_ms = feed.lane.next_ms
        if feed.lane.filling or next_ms is None:
            return
        away_ms = feed.lane.timeframe.close_ms(next_ms) - self._source.now_ms()
        wait_s = max(away_ms / 1000, 0.0) + self._settings.overdue_s
        feed.ask_s = self._clock.monotonic_s() + wait_s

    # -- the thread that asks -------------------------------------------------------------------

    def _fill_on(self) -> None:
        while True:
            with self._changed:
                name = self._next()
                while name is None and not self._stopping.is_set():
                    self._changed.wait(self._pause_s())
                    name = self._next()
                if self._stopping.is_set() or name is None:
                    return
            self._ask(name, self._feeds[name])

    def _next(self) -> str | None:
        now_s = self._clock.monotonic_s()
        due = [
            (feed.ask_s, name)
            for name, feed in self._feeds.items()
            if feed.lane.next_ms is not None and feed.ask_s <= now_s
        ]
        return min(due)[1] if due else None

    def _pause_s(self) -> float | None:
        times = [one.ask_s for one in self._feeds.values() if one.lane.next_ms is not None]
        return max(min(times) - self._clock.monotonic_s(), 0.0) if times else None

    def _ask(self, name: str, feed: _Feed) -> None:
        """Ask for what follows the last bar, and let through what is known then."""
        since_ms, connection = feed.lane.next_ms, feed.connection
        settled_ms = self._source.now_ms() - self._settings.settle_ms
        if since_ms is None or since_ms >= settled_ms:
            found: list[Bar] = []
        else:
            try:
                found = self._source.bars(feed.symbol, feed.lane.timeframe, since_ms, settled_ms)
            except Exception as error:  # noqa: BLE001 - whatever REST raises; told, tried again
                self._failed(name, feed, error)
                return
        with self._changed:
            if connection == feed.connection:  # else it was asked before the stream came back
                self._answer(name, feed, [bar for bar in found if bar.due_ms <= settled_ms])

    def _answer(self, name: str, feed: _Feed, bars: list[Bar]) -> None:
        was_filling = feed.lane.filling
        through = feed.lane.fill(bars)
        if not through and was_filling and not feed.lane.filling:
            self._expect(feed)  # nothing was missed
        elif not through:
            self._in_vain(name, feed)
        self._let(name, feed, through)

    def _failed(self, name: str, feed: _Feed, error: Exception) -> None:
        if self._stopping.is_set():
            return
        wait_s = feed.patience.next_s(getattr(error, "retry_after_s", None) or 0.0)
        text = "feed '%s': missed bars cannot be asked for (%s); again in %.1f s"
        _LOG.warning(text, name, error, wait_s)
        with self._changed:
            feed.ask_s = self._clock.monotonic_s() + wait_s

    def _in_vain(self, name: str, feed: _Feed) -> None:
        """Wait before asking again; in the end believe that there is nothing to be had."""
        feed.asked_in_vain += 1
        if feed.lane.filling and feed.asked_in_vain >= self._settings.tries:
            _LOG.warning("feed '%s': missed bars are nowhere to be had: a gap stays", name)
            self._let(name, feed, feed.lane.give_up())
            return
        if feed.lane.filling:
            wait_s = feed.patience.next_s()
        else:
            longer = self._settings.overdue_s * 2.0 ** min(feed.asked_in_vain, 10)
            wait_s = min(longer, self._settings.overdue_most_s)
        feed.ask_s = self._clock.monotonic_s() + wait_s

    # -- the thread that lets go ----------------------------------------------------------------

    def _release_on(self) -> None:
        """Look every now and then: to be woken for every bar would cost each of them time."""
        with self._changed:
            while not self._stopping.is_set():
                self._release()
                self._changed.wait(self._settings.together_s / _LOOKS)
