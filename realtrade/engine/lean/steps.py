"""Indicators calculated as bars come: Backtrader's `next` mode without its per-bar ceremony.

Backtrader asks every indicator, and every part of it, on every bar whether its clock has moved,
grows it line by line and counts again. Here all lines that follow a feed grow together and share
one position; what is left is each indicator's own `next`.

An indicator is calculated once for every bar of the feed it follows, as in a backtest. (In `next`
mode Backtrader calculates it again whenever another feed moves.)
"""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING, Any

import backtrader as bt
from backtrader.linebuffer import LineActions, LineBuffer
from backtrader.lineiterator import LineIterator

from realtrade.engine.lean.cursor import Cursor, can_follow
from realtrade.engine.lean.kernels.sliding import (
    is_window,
    settles,
    sliding_next,
    weighs,
    whole_next,
)
from realtrade.engine.lean.lines import length_line, lines_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from realtrade.engine.lean.seats import FeedSeat

    Call = Callable[[], None]
    Step = tuple[list[int], int, Call, Call, Call]

_ITERATOR = {
    "_next": LineIterator._next,
    "_clk_update": LineIterator._clk_update,
    "_notify": LineIterator._notify,
    "forward": bt.LineSeries.forward,
    "__len__": bt.LineSeries.__len__,
}
_ACTION = {
    "_next": LineActions._next,
    "forward": LineBuffer.forward,
    "__len__": LineBuffer.__len__,
}


class Unsteppable(Exception):
    """An indicator does not move with any feed, or moves in its own way; the text says which."""


class Steps:
    """All indicators of one strategy, in the order in which they need each other."""

    def __init__(self, strategy: Any, feeds: Sequence[FeedSeat]) -> None:
        """Assign every indicator to the feed it follows.

        Raises:
            Unsteppable: one follows none.
        """
        self._cursors = [Cursor() for _ in feeds]
        self._grow: list[list[Callable[[float], None]]] = [[] for _ in feeds]
        self._moving = {
            id(line): number for number, feed in enumerate(feeds) for line in feed.cursor.lines
        }
        self._settled = dict(self._moving)
        """Lines whose values never change once their bar has passed, and their feeds."""
        self._quick: bool = getattr(strategy.cerebro.p, "indicators", True)
        self._steps: list[tuple[int, Step]] = []
        self._plans: dict[tuple[int, ...], list[Step]] = {}
        for indicator in strategy.getindicators():
            self._take(indicator)

    def attach(self) -> None:
        """Let the lines follow."""
        for cursor in self._cursors:
            cursor.attach()

    def detach(self) -> None:
        """Give every line its own position back."""
        for cursor in self._cursors:
            cursor.detach()

    def bar(self, moved: Sequence[int], lengths: Sequence[int]) -> None:
        """Calculate what follows the feeds that `moved`, which now have `lengths` bars each."""
        for number in moved:
            self._cursors[number].here[0] = lengths[number] - 1
            for append in self._grow[number]:
                append(nan)
        for here, minimum, step, first, early in self._plan(tuple(moved)):
            length = here[0] + 1
            if length > minimum:
                step()
            elif length == minimum:
                first()
            else:
                early()

    def _plan(self, moved: tuple[int, ...]) -> list[Step]:
        plan = self._plans.get(moved)
        if plan is None:
            plan = self._plans[moved] = [step for number, step in self._steps if number in moved]
        return plan

    def _take(self, indicator: Any) -> None:
        """Let the lines of an indicator follow, then its parts': they may follow its lines.

        It is calculated after its parts, which are what it is made of.
        """
        feed = self._follow(indicator)
        parts = indicator.getindicators()
        for part in parts:
            self._take(part)
        lines = map(lines_of, (*parts, indicator))
        *of_parts, own = ([id(line) for line in each] for each in lines)
        if settles(indicator, all(self._settled.keys() >= set(each) for each in of_parts)):
            self._settled.update(dict.fromkeys(own, feed))
        here = self._cursors[feed].here
        calls = (*self._calls_of(indicator, feed), indicator.prenext)
        self._steps.append((feed, (here, indicator._minperiod, *calls)))

    def _calls_of(self, indicator: Any, feed: int) -> tuple[Call, Call]:
        """Return what calculates a bar, and the first: in constant time, where that is the same.

        The same as before a run, whatever is asked of it.
        """
        stock: Call = indicator.next
        if not self._quick or not is_window(indicator):
            return stock, indicator.nextstart
        settled = self._settled.get(id(length_line(indicator.data))) == feed
        quick = sliding_next(indicator, self._cursors[feed].here) if settled else stock
        if not weighs(indicator):
            return quick, indicator.nextstart
        return (quick, quick) if settled else (whole_next(indicator),) * 2

    def _follow(self, indicator: Any) -> int:
        """Let the lines of an indicator follow its clock's feed, and return that."""
        lines, name = lines_of(indicator), type(indicator).__name__
        feed = self._moving.get(id(length_line(indicator._clock)))
        if feed is None:
            msg = f"{name} moves with no feed"
            raise Unsteppable(msg)
        if not _moves_plainly(indicator) or not all(map(self._is_free, lines)):
            msg = f"{name} moves in a way of its own"
            raise Unsteppable(msg)
        for line in lines:
            self._moving[id(line)] = feed
            self._cursors[feed].add(line, indicator)
            self._grow[feed].append(line.array.append)
        return feed

    def _is_free(self, line: Any) -> bool:
        return can_follow(line) and id(line) not in self._moving


def _moves_plainly(indicator: Any) -> bool:
    kind = type(indicator)
    stock = _ACTION if isinstance(indicator, LineActions) else _ITERATOR
    return all(getattr(kind, name) is method for name, method in stock.items())
