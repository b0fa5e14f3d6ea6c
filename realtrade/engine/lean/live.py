"""The live loop: bars from a hub into the lines, one wait for all feeds, nothing done twice.

The calls are those of Backtrader's `_runnext` in its order. Between bars only notifications and
the broker get a turn.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Self

from realtrade.common import BaseData
from realtrade.engine.lean.delivery import forget_trades
from realtrade.engine.lean.idle import NeverIdle
from realtrade.engine.lean.loop import before_bar, play
from realtrade.engine.lean.position import forget_position, know_position
from realtrade.engine.lean.seats import FeedSeat, StrategySeat
from realtrade.engine.lean.steps import Steps
from realtrade.engine.lean.ticks import watch_ticks
from realtrade.engine.lean.window import bounded

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from realtrade.common import FeedHub

_ALWAYS = NeverIdle()  # a live broker may have something to tell on any turn
_FORGET_EVERY = 1_000
"""Bars after which what is long over is let go: a bot runs for months."""
_TURN_S = 0.0005
"""How long one thread may keep the others waiting: Python's own 5 ms are many orders' time."""


class LiveRun:
    """All feeds of one hub and all strategies on them.

    Use as a context: while it lasts, lines read their position from shared cursors, and threads
    give way to each other sooner.
    """

    def __init__(self, cerebro: Any, datas: Sequence[Any], strategies: Iterable[Any]) -> None:
        """Take feeds in the order of the loop.

        Raises:
            Unsteppable: an indicator does not move with any feed.
        """
        strategies = list(strategies)
        self._arrays = [array for owner in (*datas, *strategies) for array in bounded(owner)]
        self._cerebro = cerebro
        self._hub: FeedHub = datas[0].hub
        self._wait_s: float = datas[0].p.qcheck
        self._feeds = [FeedSeat(data) for data in datas]
        self._datas = datas
        self._seats = [StrategySeat(strategy, len(datas)) for strategy in strategies]
        self._strategies = [seat.strategy for seat in self._seats]
        self._steps = [Steps(strategy, self._feeds) for strategy in self._strategies]
        self._lengths = [0] * len(datas)
        self._turn_s = sys.getswitchinterval()
        self._bars = 0
        self._status: int | None = None
        self._now = 0.0

    def __enter__(self) -> Self:
        sys.setswitchinterval(min(self._turn_s, _TURN_S))
        for data in self._datas:
            watch_ticks(data, growing=True)
        for cursor in self._cursors():
            cursor.attach()
        for strategy in self._strategies:
            know_position(strategy)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setswitchinterval(self._turn_s)
        for strategy in self._strategies:
            forget_position(strategy)
        for cursor in self._cursors():
            cursor.detach()

    def _cursors(self) -> Iterable[Any]:
        yield from (feed.cursor for feed in self._feeds)
        yield from (seat.cursor for seat in self._seats)
        yield from self._steps

    def run(self) -> None:
        """Turn until the hub is at its end or somebody stops Cerebro.

        Raises whatever a strategy, an analyzer, the broker or the hub raises.
        """
        cerebro = self._cerebro
        while not cerebro._event_stop:
            cerebro._storenotify()
            self._notify()
            if cerebro._event_stop:
                return
            there = self._hub.advance(self._wait_s)
            over = not there and self._hub.over
            self._tell_status(over=over)
            moved = self._take() if there else []
            self._notify()
            if over or cerebro._event_stop:
                break
            if moved:
                self._bar(moved)
            else:
                cerebro._brokernotify()
        cerebro._storenotify()

    def _take(self) -> list[int]:
        """Put the bars of this instant into the lines; return which feeds have one."""
        moved = []
        for number, feed in enumerate(self._feeds):
            bar = self._hub.take(feed.data.feed_name)
            if bar is None:
                continue
            for append, value in zip(feed.appends, feed.data.row(bar), strict=False):
                append(value)
            feed.cursor.move(self._lengths[number])
            self._lengths[number] += 1
            moved.append(number)
        return moved

    def _bar(self, moved: list[int]) -> None:
        cerebro = self._cerebro
        # A bar may come after ticks of the next one: a strategy's time does not step back for it.
        self._now = now = max(self._now, *(self._feeds[number].times[-1] for number in moved))
        before_bar(cerebro, self._strategies, now, _ALWAYS)
        self._bars += 1
        if not self._bars % _FORGET_EVERY:
            self._forget()
        for seat, steps in zip(self._seats, self._steps, strict=True):
            if cerebro._event_stop:
                return
            steps.bar(moved, self._lengths)
            play(seat, now)
            if not cerebro._event_stop:
                cerebro._next_writers(self._strategies)

    def _forget(self) -> None:
        forget_trades(self._strategies)
        for array in self._arrays:
            array.let_go()

    def _tell_status(self, *, over: bool) -> None:
        status = BaseData.DISCONNECTED if over else BaseData.status_of(self._hub)
        if status != self._status:
            self._status = status
            for data in self._datas:
                data.put_notification(status)

    def _notify(self) -> None:
        if any(data.notifs for data in self._datas):
            self._cerebro._datanotify()
