"""A stream of bars and REST spliced: after every gap REST tells what was missed.

Three threads touch it: the socket's brings bars, one asks REST, one lets go of batches whose time
is up. What they share is behind one lock; REST is asked outside of it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from realtrade.common.history import read_bars
from realtrade.common.streaming.asking import Asked, Asker
from realtrade.common.streaming.backoff import Backoff
from realtrade.common.streaming.crew import Crew
from realtrade.common.streaming.gatherer import Gatherer
from realtrade.common.streaming.lane import Lane
from realtrade.common.streaming.outlet import Outlet

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from realtrade.common.history import PageSource
    from realtrade.model.bar import Bar
    from realtrade.plugins.ports.exchange import BarSink
    from realtrade.utils.clock import Clock
    from realtrade.utils.timeframes import Timeframe

_LOG = logging.getLogger(__name__)
_LOOKS = 8
_BACKLOG = 64
"""More batches at once are no live ones."""
_NAP_S = 0.05
_BREATH_S = 0.000_05
"""Given to the thread that is to act on a bar, which else waits for Python's lock behind ours."""


class Spliced(Protocol):
    """What there is to know of a feed to splice; `MarketFeed` is one."""

    @property
    def symbol(self) -> str:
        """Unified name."""
        ...

    @property
    def timeframe(self) -> Timeframe:
        """Length of a bar."""
        ...

    @property
    def last_ms(self) -> int | None:
        """Open time of the last bar known before, or None."""
        ...


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


class Splicer:
    """Publishes every closed bar of some feeds once and in order.

    Args:
        feeds: by name; each must have read its history.
        pages: tell what was missed: the store.
        clock: paces; only its monotonic seconds are read.
        random: of jitter.
        settings: patience.
    """

    def __init__(
        self,
        feeds: Mapping[str, Spliced],
        *,
        pages: PageSource,
        clock: Clock,
        random: Random,
        settings: SpliceSettings | None = None,
    ) -> None:
        self._settings = chosen = settings or SpliceSettings()
        self._pages = pages
        self._clock = clock
        self._feeds = {
            name: Asked(
                one.symbol,
                Lane(one.timeframe, one.last_ms),
                Backoff(random, first_s=chosen.retry_s, most_s=chosen.retry_most_s),
            )
            for name, one in feeds.items()
        }
        frames = {name: one.timeframe for name, one in feeds.items()}
        self._gatherer = Gatherer(frames, wait_s=chosen.together_s)
        self._outlet = Outlet()
        self._crew = crew = Crew()
        self._changed = crew.changed
        asker = Asker(
            self._feeds,
            what="bars",
            crew=crew,
            clock=clock,
            fetch=self._fetch,
            answer=self._answer,
        )
        crew.add("bars-fill", asker.run)
        crew.add("bars-release", self._release_on)

    def start(self, sink: BarSink) -> None:
        """Begin to publish to `sink`; nothing is asked before the stream is `connected`."""
        self._outlet.open(sink)
        for feed in self._feeds.values():
            self._expect(feed)
        self._crew.start()

    def stop(self) -> None:
        """Publish nothing more; returns when the threads have ended, or a second later.

        A thread in the middle of a REST request ends with it, and publishes nothing.
        """
        self._outlet.close()
        self._crew.stop()

    # -- from the socket's thread ---------------------------------------------------------------

    def connected(self) -> None:
        """Hear that bars flow from now on: whatever was missed is asked for."""
        with self._changed:
            self._outlet.connected()
            for feed in self._feeds.values():
                feed.begin()
                self._expect(feed)
            self._restored()
            self._changed.notify_all()

    def lost(self, reason: str) -> None:
        """Hear that no bars flow; they are still asked for when they are overdue."""
        with self._changed:
            self._outlet.disconnected(reason)

    def take(self, name: str, bar: Bar) -> None:
        """Take a closed bar of the stream."""
        with self._changed:
            feed = self._feeds[name]
            was_filling = feed.lane.filling
            self._let(name, feed, feed.lane.take(bar))
            if feed.lane.filling and not was_filling:
                feed.hurry()
                self._changed.notify_all()
            published = self._gatherer.until_s() is None
        if published:
            self._clock.sleep(_BREATH_S)

    # -- under the lock -------------------------------------------------------------------------

    def _let(self, name: str, feed: Asked[Lane], bars: list[Bar]) -> None:
        if bars:
            feed.in_vain = 0
            feed.patience.reset()
            self._expect(feed)
            self._gatherer.add(name, bars, self._clock.monotonic_s())
        self._release()

    def _release(self) -> None:
        ready = self._gatherer.ready(self._clock.monotonic_s())
        for batch in ready:
            if len(ready) > _BACKLOG:
                self._wait_for_room()
            self._outlet.publish(batch)
        self._restored()

    def _wait_for_room(self) -> None:
        """Let the strategy work off what was missed in a long outage: it is more than may wait."""
        while self._outlet.is_open and not self._outlet.has_room(_NAP_S):
            pass

    def _restored(self) -> None:
        """Say once after each connection that nothing is missing any more, nor waits."""
        if not self._outlet.owes_word or self._gatherer.until_s() is not None:
            return
        if not any(one.lane.filling for one in self._feeds.values()):
            self._outlet.restored()

    def _expect(self, feed: Asked[Lane]) -> None:
        """Note when to ask for the next bar, should it not come by itself."""
        next_ms = feed.lane.next_ms
        if feed.lane.filling or next_ms is None:
            return
        away_ms = feed.lane.timeframe.close_ms(next_ms) - self._pages.now_ms()
        wait_s = max(away_ms / 1000, 0.0) + self._settings.overdue_s
        feed.ask_s = self._clock.monotonic_s() + wait_s

    # -- the thread that asks -------------------------------------------------------------------

    def _fetch(self, feed: Asked[Lane]) -> list[Bar]:
        """Ask for what follows the last bar, as far as REST is to be believed."""
        since_ms, timeframe = feed.lane.next_ms, feed.lane.timeframe
        settled_ms = self._pages.now_ms() - self._settings.settle_ms
        if since_ms is None or since_ms >= settled_ms:
            return []
        found = read_bars(self._pages, feed.symbol, timeframe, since_ms, settled_ms)
        bars = (found.bar(row) for row in range(len(found)))
        return [bar for bar in bars if bar.due_ms <= settled_ms]

    def _answer(self, name: str, feed: Asked[Lane], bars: list[Bar], fresh: bool) -> None:
        """Let through what is known now; what was asked before the stream came back is stale."""
        if not fresh:
            return
        was_filling = feed.lane.filling
        through = feed.lane.fill(bars)
        if not through and was_filling and not feed.lane.filling:
            self._expect(feed)  # nothing was missed
        elif not through:
            self._in_vain(name, feed)
        self._let(name, feed, through)

    def _in_vain(self, name: str, feed: Asked[Lane]) -> None:
        """Wait before asking again; in the end believe that there is nothing to be had."""
        feed.in_vain += 1
        if feed.lane.filling and feed.in_vain >= self._settings.tries:
            _LOG.warning("feed '%s': missed bars are nowhere to be had: a gap stays", name)
            self._let(name, feed, feed.lane.give_up())
            return
        if feed.lane.filling:
            wait_s = feed.patience.next_s()
        else:
            longer = self._settings.overdue_s * 2.0 ** min(feed.in_vain, 10)
            wait_s = min(longer, self._settings.overdue_most_s)
        feed.ask_s = self._clock.monotonic_s() + wait_s

    # -- the thread that lets go ----------------------------------------------------------------

    def _release_on(self) -> None:
        """Look every now and then: to be woken for every bar would cost each of them time."""
        with self._changed:
            while not self._crew.stopping:
                self._release()
                self._changed.wait(self._settings.together_s / _LOOKS)
