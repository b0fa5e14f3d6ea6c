"""A stream of trades and REST spliced by trade ids; what the strategy is too slow for waits.

Three threads touch it, as they do `splicer`: the socket's brings trades, one asks REST, one
publishes what had to wait. What they share is behind one lock; REST is asked outside of it.
"""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from realtrade.common.streaming.asking import Asked, Asker
from realtrade.common.streaming.backoff import Backoff
from realtrade.common.streaming.crew import Crew
from realtrade.common.streaming.outlet import Outlet
from realtrade.common.streaming.tick_lane import TickLane
from realtrade.common.ticks import TICK_PAGE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from realtrade.common.ticks import Tick, TickPages
    from realtrade.model.bar import Bar
    from realtrade.plugins.ports.exchange import BarSink
    from realtrade.utils.clock import Clock

_LOG = logging.getLogger(__name__)
_NAP_S = 0.01
_BATCH = 256
"""Trades handed over at once when many wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TickSettings:
    """How patient splicing is, and how much may wait."""

    settle_s: float = 2.0
    """How long after a moment its trades may still come, where no later one does."""
    quiet_s: float = 30.0
    """REST is asked for trades when none has come for so long."""
    most: int = 20_000
    """Trades that may wait for the strategy; what comes then is fetched when there is room."""
    tries: int = 6
    """Answers without a missing trade, nor a later one, after which it is taken not to exist."""
    retry_s: float = 0.5
    retry_most_s: float = 30.0


class TickSplicer:
    """Publishes every trade of some feeds once and in the order of its id.

    Nothing is lost where the strategy is too slow for the market: trades wait, up to a limit; from
    there on the stream's are thrown away, which is told as `lost`, and fetched again by id.

    Args:
        feeds: by name, symbol and the newest trade known before.
        pages: tells what was missed: the store.
        clock: paces; only its monotonic seconds are read.
        random: of jitter.
        settings: patience.
    """

    def __init__(
        self,
        feeds: Mapping[str, tuple[str, Tick | None]],
        *,
        pages: TickPages,
        clock: Clock,
        random: Random,
        settings: TickSettings | None = None,
    ) -> None:
        self._settings = chosen = settings or TickSettings()
        self._pages = pages
        self._clock = clock
        self._feeds = {
            name: Asked(
                symbol,
                TickLane(last),
                Backoff(random, first_s=chosen.retry_s, most_s=chosen.retry_most_s),
            )
            for name, (symbol, last) in feeds.items()
        }
        self._waiting: deque[tuple[str, Bar]] = deque()
        self._stuffed = False
        self._outlet = Outlet()
        self._crew = crew = Crew()
        self._changed = crew.changed
        asker = Asker(
            self._feeds,
            what="trades",
            crew=crew,
            clock=clock,
            fetch=self._fetch,
            answer=self._answer,
            held=lambda: self._stuffed,
        )
        crew.add("trades-fill", asker.run)
        crew.add("trades-release", self._release_on)

    def start(self, sink: BarSink) -> None:
        """Begin to publish to `sink`; nothing is asked before the stream is `connected`."""
        self._outlet.open(sink)
        self._crew.start()

    def stop(self) -> None:
        """Publish nothing more; returns when the threads have ended, or a second later."""
        self._outlet.close()
        self._crew.stop()

    # -- from the socket's thread ---------------------------------------------------------------

    def connected(self) -> None:
        """Hear that trades flow from now on: whatever was missed is asked for."""
        with self._changed:
            self._outlet.connected()
            self._begin()
            self._restored()

    def lost(self, reason: str) -> None:
        """Hear that no trades flow; they are still asked for every now and then."""
        with self._changed:
            self._outlet.disconnected(reason)

    def take(self, name: str, tick: Tick) -> None:
        """Take a trade of the stream."""
        with self._changed:
            feed = self._feeds[name]
            if self._stuffed:
                return  # it is fetched again by its id
            was_filling = feed.lane.filling
            self._let(name, feed, feed.lane.take(tick))
            if feed.lane.filling and not was_filling:
                feed.hurry()
                self._changed.notify_all()

    # -- under the lock -------------------------------------------------------------------------

    def _begin(self) -> None:
        for feed in self._feeds.values():
            feed.begin()
        self._changed.notify_all()

    def _let(self, name: str, feed: Asked[TickLane], bars: list[Bar]) -> None:
        if bars:
            feed.in_vain = 0
            if not feed.lane.filling:
                feed.ask_s = self._clock.monotonic_s() + self._settings.quiet_s
            self._tell_skipped(name, feed)
        had_to_wait = bool(self._waiting)
        self._waiting.extend((name, bar) for bar in bars)
        self._publish()
        if self._waiting and not had_to_wait:
            self._changed.notify_all()  # from now on the thread that releases looks

    def _publish(self) -> None:
        """Hand over what waits, as far as there is room; note when it is too much, or no more."""
        waiting, outlet = self._waiting, self._outlet
        while waiting and outlet.has_room():
            outlet.publish([waiting.popleft() for _ in range(min(len(waiting), _BATCH))])
        if not self._stuffed and len(waiting) > self._settings.most:
            self._stuffed = True
            limit = f"the limit is {self._settings.most:,}"
            reason = f"the strategy is too slow: {len(waiting):,} trades wait for it, {limit}"
            _LOG.warning("%s; others are fetched when there is room", reason)
            outlet.lost(reason)
        elif self._stuffed and len(waiting) <= self._settings.most // 2:
            self._stuffed = False
            self._begin()
        self._restored()

    def _restored(self) -> None:
        """Say once after each loss that nothing is missing any more, nor waits."""
        if not self._outlet.owes_word or self._stuffed or self._waiting:
            return
        if not any(one.lane.filling for one in self._feeds.values()):
            self._outlet.restored()

    def _tell_skipped(self, name: str, feed: Asked[TickLane]) -> None:
        skipped, feed.lane.skipped = feed.lane.skipped, 0
        if skipped:
            _LOG.warning("feed '%s': %d trades are nowhere to be had: a gap stays", name, skipped)

    # -- the thread that asks -------------------------------------------------------------------

    def _fetch(self, feed: Asked[TickLane]) -> list[Tick]:
        """Ask for what follows the last trade."""
        return self._pages.fetch_ticks(feed.symbol, feed.lane.next_id, TICK_PAGE)

    def _answer(self, name: str, feed: Asked[TickLane], found: list[Tick], fresh: bool) -> None:
        """Let through what is known now; "nothing" from before the stream came back is stale."""
        if not found and not fresh:
            return
        more = len(found) >= TICK_PAGE
        through = feed.lane.fill(found, more=more)
        if found:
            feed.patience.reset()
        if more:
            feed.ask_s = 0.0
        elif feed.lane.filling:
            through += self._in_vain(feed)
        else:
            feed.ask_s = self._clock.monotonic_s() + self._settings.quiet_s
        self._let(name, feed, through)

    def _in_vain(self, feed: Asked[TickLane]) -> list[Bar]:
        """Wait before asking again; in the end believe that there is nothing to be had."""
        feed.in_vain += 1
        if feed.in_vain >= self._settings.tries:
            return feed.lane.give_up()
        feed.ask_s = self._clock.monotonic_s() + feed.patience.next_s()
        return []

    # -- the thread that publishes what had to wait ----------------------------------------------

    def _release_on(self) -> None:
        with self._changed:
            while not self._crew.stopping:
                self._changed.wait(_NAP_S if self._waiting else self._settings.settle_s / 2)
                if self._waiting:
                    self._publish()
                elif self._outlet.flows:
                    self._let_pass()

    def _let_pass(self) -> None:
        """Say what time it is, so that bars made of trades end where nothing is traded."""
        at_ms = self._pages.now_ms() - int(self._settings.settle_s * 1000)
        for name in self._feeds:
            self._outlet.passed(name, at_ms)
