"""Who moves with whom: the lines that follow each feed, and every strategy with its listeners."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import backtrader as bt
from backtrader.linebuffer import LineActions, LineBuffer

from realtrade.engine.lean.listeners import Listeners

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class FeedSeat:
    """One feed: the lines that move when it delivers a bar, and when its bars are due."""

    def __init__(self, data: Any) -> None:
        self.data = data
        self.lines: list[Any] = lines_of(data)
        self.times: Any = data.lines.datetime.array
        self.count: int = data.buflen()

    def due(self, index: int) -> float:
        """Return when bar `index` is due, infinity past the last one."""
        return float(self.times[index]) if index < self.count else float("inf")


class StrategySeat:
    """One strategy: what follows which feed, what needs asking on every bar, and who listens."""

    def __init__(self, strategy: Any, feeds: int) -> None:
        self.strategy = strategy
        self.clock: Any = strategy.lines.datetime
        self.others = [line for line in strategy.lines.lines if line is not self.clock]
        self.followers: list[list[Any]] = [[] for _ in range(feeds)]
        self.stragglers: list[Any] = []
        self.listeners = Listeners(strategy)


def seat_all(
    datas: Sequence[Any], strategies: Iterable[Any]
) -> tuple[list[FeedSeat], list[StrategySeat]]:
    """Return the seats of `datas` and of `strategies`, with every indicator assigned.

    An indicator whose clock moves with a feed moves with that feed. One whose clock moves with
    nothing we know (a line inside another indicator, the strategy itself) is a straggler: it is
    asked on every bar, as Backtrader does with all of them.
    """
    feeds = [FeedSeat(data) for data in datas]
    moving = {id(line): number for number, feed in enumerate(feeds) for line in feed.lines}
    seats = [StrategySeat(strategy, len(feeds)) for strategy in strategies]
    for seat in seats:
        for indicator in seat.strategy.getindicators():
            _assign(indicator, moving, seat)
    return feeds, seats


def _assign(indicator: Any, moving: dict[int, int], seat: StrategySeat) -> None:
    feed = moving.get(id(_length_line(indicator._clock)))
    lines = lines_of(indicator)
    if feed is None or not _plain_advance(indicator) or not all(map(_at_home, lines)):
        seat.stragglers.append(indicator)
        return
    for line in lines:
        if id(line) not in moving:
            moving[id(line)] = feed
            seat.followers[feed].append(line)


def lines_of(owner: Any) -> list[Any]:
    """Return the line buffers of an indicator, an observer, a feed or a single line."""
    lines = owner.lines
    return list(lines) if isinstance(lines, list) else list(lines.lines)


def _length_line(clock: Any) -> Any:
    """Return the buffer whose length is `len(clock)`."""
    while not isinstance(clock, LineBuffer):
        clock = clock.lines[0]
    return clock


def _plain_advance(indicator: Any) -> bool:
    kind = type(indicator)
    if isinstance(indicator, LineActions):
        return kind.advance is LineBuffer.advance and kind.__len__ is LineBuffer.__len__
    return kind.advance is bt.Indicator.advance and kind.__len__ is bt.LineSeries.__len__


def _at_home(line: Any) -> bool:
    return bool(line.mode == LineBuffer.UnBounded and line.lencount == 0 and line.idx == -1)
