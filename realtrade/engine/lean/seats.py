"""Who moves with whom: the lines that follow each feed, and every strategy with its listeners."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import backtrader as bt
from backtrader.linebuffer import LineActions, LineBuffer

from realtrade.engine.lean.cursor import Cursor, can_follow, cursor_of
from realtrade.engine.lean.lines import length_line, lines_of
from realtrade.engine.lean.listeners import Listeners
from realtrade.engine.lean.position import forget_position, know_position

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


class FeedSeat:
    """One feed: the lines that move when it delivers a bar, and when its bars are due."""

    def __init__(self, data: Any) -> None:
        self.data = data
        self.cursor = cursor_of(lines_of(data))
        self.appends = [line.array.append for line in lines_of(data)]
        """What makes each line longer, in the order of the lines; for bars still to come."""
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
        self.others = [line for line in lines_of(strategy) if line is not self.clock]
        self.stragglers: list[Any] = []
        self.cursors = [Cursor(self.stragglers) for _ in range(feeds)]
        """The indicators that follow each feed."""
        self.cursor = cursor_of(lines_of(strategy))
        """The strategy's own lines."""
        self.listeners = Listeners(strategy)


class Seats:
    """All feeds and strategies, with every indicator assigned to what it follows.

    An indicator whose clock moves with a feed moves with that feed. One whose clock moves with
    nothing we know (a line inside another indicator, the strategy itself) is a straggler: it is
    asked on every bar, as Backtrader does with all of them.
    """

    def __init__(self, datas: Sequence[Any], strategies: Iterable[Any]) -> None:
        self.feeds = [FeedSeat(data) for data in datas]
        self.strategies = [StrategySeat(strategy, len(datas)) for strategy in strategies]
        self._moving = {
            id(line): number for number, feed in enumerate(self.feeds) for line in feed.cursor.lines
        }
        for seat in self.strategies:
            for indicator in seat.strategy.getindicators():
                self._assign(indicator, seat)

    def _assign(self, indicator: Any, seat: StrategySeat) -> None:
        feed = self._moving.get(id(length_line(indicator._clock)))
        lines = lines_of(indicator)
        if feed is None or not _plain_advance(indicator) or not all(map(can_follow, lines)):
            seat.stragglers.append(indicator)
            return
        for line in lines:
            if id(line) not in self._moving:
                self._moving[id(line)] = feed
                seat.cursors[feed].add(line, indicator)

    def __enter__(self) -> Self:
        for cursor in self._cursors():
            cursor.attach()
        for seat in self.strategies:
            know_position(seat.strategy)
        return self

    def __exit__(self, *_: object) -> None:
        for seat in self.strategies:
            forget_position(seat.strategy)
        for cursor in self._cursors():
            cursor.detach()

    def _cursors(self) -> Iterator[Cursor]:
        for feed in self.feeds:
            yield feed.cursor
        for seat in self.strategies:
            yield from (*seat.cursors, seat.cursor)


def _plain_advance(indicator: Any) -> bool:
    kind = type(indicator)
    if isinstance(indicator, LineActions):
        return kind.advance is LineBuffer.advance and kind.__len__ is LineBuffer.__len__
    return kind.advance is bt.Indicator.advance and kind.__len__ is bt.LineSeries.__len__
