"""A stream of trades and REST spliced by trade ids; what the strategy is too slow for waits.

Three threads touch it, as they do `splicer`: the socket's brings trades, one asks REST, one
publishes what had to wait. What they share is behind one lock; REST is asked outside of it.
"""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass
from math import inf
from threading import Condition, Event, Thread
from typing import TYPE_CHECKING

from realtrade.common.streaming.backoff import Backoff
from realtrade.common.streaming.tick_lane import TickLane
from realtrade.common.ticks import TICK_PAGE
from realtrade.plugins.ports.exchange import KeepsTime

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from realtrade.common.ticks import Tick, TickPages
    from realtrade.model.bar import Bar
    from realtrade.plugins.ports.exchange import BarSink
    from realtrade.utils.clock import Clock

_LOG = logging.getLogger(__name__)
_JOIN_S = 1.0
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


class _Feed:
    """A lane with what concerns REST: when to ask again, and how patiently."""

    def __init__(self, symbol: str, last: Tick | None, patience: Backoff) -> None:
        self.symbol = symbol
        self.lane = TickLane(last)
        self.patience = patience
        self.ask_s = inf
        self.asked_in_vain = 0
        self.connection = 0

    def begin(self) -> None:
        """Ask at once for whatever was missed."""
        self.lane.begin()
        self.connection += 1
        self.asked_in_vain, self.ask_s = 0, 0.0

    @property
    def due_s(self) -> float:
        """When to ask."""
        return inf if self.lane.last_id is None else self.ask_s


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
            name: _Feed(*one, Backoff(random, first_s=chosen.retry_s, most_s=chosen.retry_most_s))
            for name, one in feeds.items()
        }
        self._waiting: deque[tuple[str, Bar]] = deque()
        self._stuffed = False
        self._changed = Condition()
        self._sink: BarSink | None = None
        self._stopping = Event()
        self._up, self._whole = False, True  # as far as the sink knows
        self._threads = [
            Thread(target=self._fill_on, name="trades-fill", daemon=True),
            Thread(target=self._release_on, name="trades-release", daemon=True),
        ]

    def start(self, sink: BarSink) -> None:
        """Begin to publish to `sink`; nothing is asked before the stream is `connected`."""
        self._sink = sink
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Publish nothing more; returns when the threads have ended, or a second later."""
        self._stopping.set()
        with self._changed:
            self._changed.notify_all()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(_JOIN_S)

    # -- from the socket's thread ---------------------------------------------------------------

    def connected(self) -> None:
        """Hear that trades flow from now on: whatever was missed is asked for."""
        with self._changed:
            self._up, self._whole = True, False
            self._begin()
            self._restored()

    def lost(self, reason: str) -> None:
        """Hear that no trades flow; they are still asked for every now and then."""
        with self._changed:
            self._up = False
            self._tell_lost(reason)

    def take(self, name: str, tick: Tick) -> None:
        """Take a trade of the stream."""
        with self._changed:
            feed = self._feeds[name]
            if self._stuffed:
                return  # it is fetched again by its id
            was_filling = feed.lane.filling
            self._let(name, feed, feed.lane.take(tick))
            if feed.lane.filling and not was_filling:
                feed.asked_in_vain, feed.ask_s = 0, 0.0
                self._changed.notify_all()

    # -- under the lock -------------------------------------------------------------------------

    def _begin(self) -> None:
        for feed in self._feeds.values():
            feed.begin()
        self._changed.notify_all()

    def _let(self, name: str, feed: _Feed, bars: list[Bar]) -> None:
        if bars:
            feed.asked_in_vain = 0
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
        waiting, sink = self._waiting, self._sink
        while waiting and sink is not None and not self._stopping.is_set():
            if not sink.wait_for_room(0):
                break
            sink.publish([waiting.popleft() for _ in range(min(len(waiting), _BATCH))])
        if not self._stuffed and len(waiting) > self._settings.most:
            self._stuffed = True
            limit = f"the limit is {self._settings.most:,}"
            reason = f"the strategy is too slow: {len(waiting):,} trades wait for it, {limit}"
            _LOG.warning("%s; others are fetched when there is room", reason)
            self._tell_lost(reason)
        elif self._stuffed and len(waiting) <= self._settings.most // 2:
            self._stuffed = False
            self._begin()
        self._restored()

    def _tell_lost(self, reason: str) -> None:
        if self._whole and self._sink is not None and not self._stopping.is_set():
            self._sink.lost(reason)
        self._whole = False

    def _restored(self) -> None:
        """Say once after each loss that nothing is missing any more, nor waits."""
        if self._whole or not self._up or self._stuffed or self._waiting:
            return
        if any(one.lane.filling for one in self._feeds.values()):
            return
        self._whole = True
        if self._sink is not None and not self._stopping.is_set():
            self._sink.restored()

    def _tell_skipped(self, name: str, feed: _Feed) -> None:
        skipped, feed.lane.skipped = feed.lane.skipped, 0
        if skipped:
            _LOG.warning("feed '%s': %d trades are nowhere to be had: a gap stays", name, skipped)

    # -- the thread that asks -------------------------------------------------------------------

    def _fill_on(self) -> None:
        while True:
            with self._changed:
                while (name := self._next()) is None and not self._stopping.is_set():
                    self._changed.wait(self._pause_s())
                if self._stopping.is_set() or name is None:
                    return
            self._ask(name, self._feeds[name])

    def _next(self) -> str | None:
        name = min(self._feeds, key=lambda one: self._feeds[one].due_s)
        now_s = self._clock.monotonic_s()
        return None if self._stuffed or self._feeds[name].due_s > now_s else name

    def _pause_s(self) -> float | None:
        due_s = min(feed.due_s for feed in self._feeds.values())
        if self._stuffed or due_s == inf:
            return None
        return max(due_s - self._clock.monotonic_s(), 0.0)

    def _ask(self, name: str, feed: _Feed) -> None:
        """Ask for what follows the last trade, and let through what is known then."""
        connection = feed.connection
        try:
            found = self._pages.fetch_ticks(feed.symbol, feed.lane.next_id, TICK_PAGE)
        except Exception as error:  # noqa: BLE001 - whatever REST raises; told, tried again
            self._failed(name, feed, error)
            return
        with self._changed:
            if found or connection == feed.connection:  # "nothing" from before a comeback is stale
                self._answer(name, feed, found)

    def _answer(self, name: str, feed: _Feed, found: list[Tick]) -> None:
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

    def _failed(self, name: str, feed: _Feed, error: Exception) -> None:
        if self._stopping.is_set():
            return
        wait_s = feed.patience.next_s(getattr(error, "retry_after_s", None) or 0.0)
        text = "feed '%s': missed trades cannot be asked for (%s); again in %.1f s"
        _LOG.warning(text, name, error, wait_s)
        with self._changed:
            feed.ask_s = self._clock.monotonic_s() + wait_s

    def _in_vain(self, feed: _Feed) -> list[Bar]:
        """Wait before asking again; in the end believe that there is nothing to be had."""
        feed.asked_in_vain += 1
        if feed.asked_in_vain >= self._settings.tries:
            return feed.lane.give_up()
        feed.ask_s = self._clock.monotonic_s() + feed.patience.next_s()
        return []

    # -- the thread that publishes what had to wait ----------------------------------------------

    def _release_on(self) -> None:
        with self._changed:
            while not self._stopping.is_set():
                self._changed.wait(_NAP_S if self._waiting else self._settings.settle_s / 2)
                if self._waiting:
                    self._publish()
                elif self._whole and self._up:
                    self._let_pass()

    def _let_pass(self) -> None:
        """Say what time it is, so that bars made of trades end where nothing is traded."""
        sink = self._sink
        if sink is not None and isinstance(sink, KeepsTime):
            at_ms = self._pages.now_ms() - int(self._settings.settle_s * 1000)
            for name in self._feeds:
                sink.passed(name, at_ms)
