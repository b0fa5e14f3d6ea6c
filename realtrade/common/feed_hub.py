"""Where the bars of all live feeds meet: any thread publishes, the trading thread takes.

Time runs in instants. At the start of a Cerebro cycle the hub fixes one instant, the earliest at
which a waiting bar is due, and gives out that instant's bars and no others. So bars of one batch
are seen together however the feeds are polled, no feed runs ahead of another, and only the first
feed of a cycle ever waits.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import Enum
from threading import Condition
from typing import TYPE_CHECKING, NamedTuple, Protocol

from realtrade.plugins.ports.feed import FeedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from realtrade.model.bar import Bar, BarColumns
    from realtrade.utils.timeframes import Timeframe

    Batch = tuple[tuple[str, Bar], ...]


_HELD_S = 0.05
"""How long a bar waits that has to: whoever it waits for may have woken the hub just before."""


class HubStatus(Enum):
    """What the bars given out now are."""

    DELAYED = "delayed"
    """History, or bars that were missed while the stream was lost."""
    LIVE = "live"
    LOST = "lost"
    """The stream is trying to come back."""


class HubOverflow(FeedError):
    """Bars came faster than the strategy took them, and the bound was reached."""


class BarResampler(Protocol):
    """Makes longer bars, one base bar at a time."""

    def push(self, bar: Bar) -> Sequence[Bar]:
        """Return the longer bars that are known now that `bar` is."""
        ...

    def let_pass(self, at_ms: int) -> Sequence[Bar]:
        """Return the longer bars that are known now that no tick before `at_ms` is expected."""
        ...


@dataclass(frozen=True, slots=True)
class FeedGap:
    """Bars that never came: none opened between `from_ms` and `to_ms` (excluded)."""

    feed: str
    from_ms: int
    to_ms: int


@dataclass(slots=True)
class _Lane:
    """One feed on its way to its lines; the trading thread's alone."""

    bars: deque[Bar] = field(default_factory=deque)
    history: int = 0
    """How many of `bars` are still history."""
    timeframe: Timeframe | None = None
    ticks: bool = False
    """True where several bars may have one time: they are told apart before they come here."""
    last_ms: int | None = None
    """Open time of the newest bar let in."""
    parent: _Lane | None = None
    """Whose bars its own are made of."""
    children: list[tuple[str, BarResampler]] = field(default_factory=list)
    taken: bool = False
    """True when a data feed takes its bars; else it is only a parent of resampled ones."""

    @property
    def sparse(self) -> bool:
        """Tell whether there is nothing wrong with a stretch without bars: nothing was traded."""
        return self.ticks or (self.parent is not None and self.parent.sparse)


class _Passed(NamedTuple):
    """Nothing from before a time will come of a feed."""

    name: str
    at_ms: int


class FeedHub:
    """A `BarSink` for streams on one side, one lane per feed for `BaseData` on the other.

    Bars not newer than their feed's last one are dropped: a stream that starts before the history
    ends, or repeats itself after a reconnect, doubles nothing. What is missing is told to `on_gap`.
    Ticks may share a time; who publishes them must have told them apart by their ids.
    """

    def __init__(
        self,
        *,
        capacity: int = 4096,
        reserve: int = 0,
        on_gap: Callable[[FeedGap], None] | None = None,
        on_lost: Callable[[str | None], None] | None = None,
    ) -> None:
        """Make an empty hub.

        Args:
            capacity: batches that may wait; one more is a `HubOverflow`.
            reserve: batches that fit beyond that, for those who cannot `wait_for_room`.
            on_gap: called on the trading thread for every gap seen in what a stream publishes.
            on_lost: called on the stream's thread with the reason when bars are lost, and with None
                when they come again.
        """
        self.live = False
        """True once all history has been given out."""
        self.holds: Callable[[], bool] | None = None
        """Tells whether a live bar that is due has to wait; asked again several times a second."""
        self._capacity = capacity
        self._reserve = reserve
        self._on_gap = on_gap
        self._on_lost = on_lost
        self._lost = False
        self._changed = Condition()
        self._batches: deque[Batch | HubStatus | _Passed] = deque()
        self._stream = HubStatus.LIVE
        self._overflow: HubOverflow | None = None
        self._failure: FeedError | None = None
        self._finished = False
        self._stopped = False
        self._woken = False
        self._lanes: dict[str, _Lane] = {}
        self._instant_ms: int | None = None
        self._polled: set[str] = set()

    # -- from any thread ------------------------------------------------------------------------

    def publish(self, bars: Sequence[tuple[str, Bar]]) -> None:
        """Hand over closed bars with their feeds' names; what is due at once is seen at once."""
        with self._changed:
            if not bars or self._closed:
                return
            limit = self._capacity + self._reserve
            if len(self._batches) >= limit:
                msg = f"the strategy is too slow: {limit} batches of bars wait, the limit"
                self._overflow = HubOverflow(msg)
            else:
                self._batches.append(tuple(bars))
            self._changed.notify_all()

    def wait_for_room(self, timeout_s: float) -> bool:
        """Wait until half the hub is free, if it is full; bars for a closed hub have room too."""
        with self._changed:
            if len(self._batches) < self._capacity or self._closed:
                return True
            return self._changed.wait_for(
                lambda: len(self._batches) <= self._capacity // 2 or self._closed, timeout_s
            )

    def passed(self, name: str, at_ms: int) -> None:
        """Say that no tick of a feed from before `at_ms` is expected any more.

        Bars made of its ticks that end by then are over, though no later tick shows it.
        """
        with self._changed:
            lane = self._lanes.get(name)
            if lane is None or not lane.children or self._closed:
                return
            self._forget_passed(name)
            self._batches.append(_Passed(name, at_ms))
            self._changed.notify_all()

    def _forget_passed(self, name: str) -> None:
        """Drop what a later word makes idle, so that words do not pile up before a slow thread."""
        for place in range(len(self._batches) - 1, -1, -1):
            batch = self._batches[place]
            if not isinstance(batch, _Passed):
                return
            if batch.name == name:
                del self._batches[place]
                return

    def finish(self) -> None:
        """Say that no bar will follow; what waits is still given out."""
        with self._changed:
            self._finished = True
            self._changed.notify_all()

    def fail(self, error: Exception) -> None:
        """Say that the stream is broken; raised on the trading thread after what came before."""
        with self._changed:
            if self._failure is None:
                self._failure = _as_feed_error(error)
            self._changed.notify_all()

    def lost(self, reason: str) -> None:
        """Say that bars come late or not at all for now; told after what was published before."""
        self._tell(HubStatus.LOST)
        self._lost = True
        if self._on_lost is not None:
            self._on_lost(reason)

    def restored(self) -> None:
        """Say that bars come as they close again; told after what was published before."""
        self._tell(HubStatus.LIVE)
        if self._lost and self._on_lost is not None:
            self._on_lost(None)
        self._lost = False

    def _tell(self, status: HubStatus) -> None:
        with self._changed:
            self._batches.append(status)
            self._changed.notify_all()

    def stop(self) -> None:
        """Give out nothing more: every live feed is at its end from now on."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def wake(self) -> None:
        """End the current wait, or the next one: something else needs a cycle of Cerebro."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    @property
    def backlog(self) -> int:
        """Return how many batches wait for the trading thread; `capacity` is the limit."""
        return len(self._batches)

    @property
    def capacity(self) -> int:
        """Return how many batches may wait."""
        return self._capacity

    @property
    def _closed(self) -> bool:
        return self._finished or self._stopped or bool(self._failure or self._overflow)

    # -- before the run -------------------------------------------------------------------------

    def join(self, name: str) -> None:
        """Open the lane of a feed whose bars will be taken."""
        self._lane(name).taken = True

    def history(self, name: str, timeframe: Timeframe, columns: BarColumns | None) -> None:
        """Put closed bars before all live ones; `timeframe` lets gaps be seen."""
        lane = self._lane(name)
        lane.timeframe, lane.ticks = timeframe, timeframe.is_tick
        if columns is None or not len(columns):
            return
        lane.last_ms = int(columns.time_ms[-1])
        if lane.taken:
            lane.bars.extend(columns.bar(index) for index in range(len(columns)))
            lane.history = len(lane.bars)

    def resample(self, name: str, parent: str, resampler: BarResampler) -> None:
        """Make the bars of `name` from those of `parent` as they arrive."""
        self._lane(name).parent = self._lane(parent)
        self._lane(parent).children.append((name, resampler))

    def _lane(self, name: str) -> _Lane:
        return self._lanes.setdefault(name, _Lane())

    # -- on the trading thread ------------------------------------------------------------------

    def cycle(self, name: str, wait_s: float) -> None:
        """Take part in a cycle as feed `name`; the first to ask in a cycle moves time on."""
        if name in self._polled or not self._polled:
            self._polled.clear()
            self.advance(wait_s)
        self._polled.add(name)

    def advance(self, wait_s: float) -> bool:
        """Fix the next instant, waiting up to `wait_s` seconds for bars; tell whether there is one.

        Raises:
            HubOverflow: the trading thread was too slow; what still waits is stale.
            FeedError: the stream failed, or published a bar nobody asked for.
        """
        if self._overflow is not None:
            raise self._overflow
        lanes = self._lanes.values()
        waited_s = wait_s if self.live else 0.0
        self.live = self.warm
        while not any(lane.bars for lane in lanes):
            batch = self._next_batch(waited_s)
            if batch is None:
                break
            if isinstance(batch, HubStatus):
                self._stream = batch
                break  # so that it is told at once
            if isinstance(batch, _Passed):
                self._let_pass(batch)
                continue
            self._sort_in(batch)
            if self._stream is HubStatus.LOST:
                self._stream = HubStatus.DELAYED
        dues = [lane.bars[0].due_ms for lane in lanes if lane.bars]
        self._instant_ms = min(dues) if dues and not self._stopped else None
        if self._instant_ms is not None and self.live and self.holds and self.holds():
            self._instant_ms = None
            with self._changed:
                self._changed.wait_for(lambda: self._woken or self._stopped, _HELD_S)
                self._woken = False
        return self._instant_ms is not None

    def has(self, name: str) -> bool:
        """Tell whether a bar of `name` is due at this instant."""
        bars = self._lanes[name].bars
        return bool(bars) and self._instant_ms is not None and bars[0].due_ms <= self._instant_ms

    def take(self, name: str) -> Bar | None:
        """Return the bar of `name` due at this instant, once."""
        if not self.has(name):
            return None
        lane = self._lanes[name]
        lane.history = max(0, lane.history - 1)
        return lane.bars.popleft()

    @property
    def warm(self) -> bool:
        """Tell whether all history has been taken: whatever comes next is live."""
        return not any(lane.history for lane in self._lanes.values())

    @property
    def status(self) -> HubStatus:
        """What the bars given out now are."""
        return self._stream if self.live else HubStatus.DELAYED

    @property
    def ready(self) -> bool:
        """Tell whether bars wait, published or sorted in."""
        return bool(self._batches) or any(lane.bars for lane in self._lanes.values())

    @property
    def over(self) -> bool:
        """Tell whether no bar will ever be given out again."""
        return self._stopped or (self._finished and not self.ready)

    def _next_batch(self, wait_s: float) -> Batch | HubStatus | _Passed | None:
        with self._changed:
            if not self._batches and not self._closed and not self._woken:
                self._changed.wait_for(lambda: self._batches or self._closed or self._woken, wait_s)
            self._woken = False
            if self._overflow is not None:
                raise self._overflow
            if self._stopped:
                return None
            if not self._batches:
                if self._failure is not None:
                    raise self._failure
                return None
            batch = self._batches.popleft()
            if len(self._batches) == self._capacity // 2:
                self._changed.notify_all()
            return batch

    def _sort_in(self, batch: Iterable[tuple[str, Bar]]) -> None:
        for name, bar in batch:
            lane = self._lanes.get(name)
            if lane is None:
                msg = f"the stream published a bar of '{name}', which is no feed of this run"
                raise FeedError(msg)
            if lane.last_ms is not None and bar.time_ms < lane.last_ms + (not lane.ticks):
                continue
            self._note_gap(name, lane, bar)
            lane.last_ms = bar.time_ms
            if lane.taken:
                lane.bars.append(bar)
            for child, resampler in lane.children:
                self._sort_in((child, longer) for longer in resampler.push(bar))

    def _let_pass(self, said: _Passed) -> None:
        for child, resampler in self._lanes[said.name].children:
            self._sort_in((child, longer) for longer in resampler.let_pass(said.at_ms))

    def _note_gap(self, name: str, lane: _Lane, bar: Bar) -> None:
        if lane.last_ms is None or lane.timeframe is None or self._on_gap is None or lane.sparse:
            return
        expected_ms = lane.timeframe.close_ms(lane.last_ms)
        if bar.time_ms > expected_ms:
            self._on_gap(FeedGap(name, expected_ms, bar.time_ms))


def _as_feed_error(error: Exception) -> FeedError:
    if isinstance(error, FeedError):
        return error
    wrapped = FeedError(f"the stream of bars failed: {type(error).__name__}: {error}")
    wrapped.__cause__ = error
    return wrapped
