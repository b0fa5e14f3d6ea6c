"""The bar loop: the calls of Backtrader's `_runonce` in its order, and nothing else."""

from __future__ import annotations

from math import inf, nan
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from realtrade.engine.lean.seats import FeedSeat, StrategySeat


def run_one(  # noqa: C901, PLR0912, PLR0915 (one flat loop: a call per bar costs more than its work)
    cerebro: Any, feed: FeedSeat, seat: StrategySeat, idle: Callable[[], bool]
) -> None:
    """Run one strategy on one feed, where no timer, writer or cheat-on-open asks for more.

    Raises whatever the strategy, an analyzer or the broker raises.
    """
    strategy, listeners, clock = seat.strategy, seat.listeners, seat.clock
    every_bar, after_bar = listeners.every_bar, listeners.after_bar
    early, late, others, times = feed.lines, seat.followers[0], seat.others, feed.times
    stamp = clock.array.append
    minimum: int = strategy._minperiods[0]
    for index in range(feed.count):
        length = index + 1
        for line in early:
            line._idx = index
            line.lencount = length
        if not idle():
            cerebro._brokernotify()
            if cerebro._event_stop:
                return
        for line in late:
            line._idx = index
            line.lencount = length
        for indicator in seat.stragglers:
            _catch_up(indicator)
        for line in others:
            line.forward(nan)
        stamp(times[index])
        clock._idx = index
        clock.lencount = length
        if every_bar or strategy._orderspending or strategy._tradespending:
            listeners.notify()
        if length > minimum:
            strategy.next()
        elif length == minimum:
            strategy.nextstart()
        else:
            strategy.prenext()
        if after_bar:
            listeners.bar_done(minimum - length)
        if strategy._orderspending or strategy._tradespending:
            strategy.clear()
        if cerebro._event_stop:
            return


def run_many(
    cerebro: Any, feeds: Sequence[FeedSeat], seats: Sequence[StrategySeat], idle: Callable[[], bool]
) -> None:
    """Run any strategies on any feeds, with timers, writers and cheat-on-open where asked for.

    Raises whatever a strategy, an analyzer or the broker raises.
    """
    strategies = [seat.strategy for seat in seats]
    due = [feed.due(0) for feed in feeds]
    lengths = [0] * len(feeds)
    while (now := min(due)) != inf:
        moved = [number for number, time in enumerate(due) if time <= now]
        for number in moved:
            lengths[number] += 1
            _move(feeds[number].lines, lengths[number])
            due[number] = feeds[number].due(lengths[number])
        _before_bar(cerebro, strategies, now, idle)
        if cerebro._event_stop:
            return
        for seat in seats:
            for number in moved:
                _move(seat.followers[number], lengths[number])
            _play(seat, now)
            if cerebro._event_stop:
                return
            cerebro._next_writers(strategies)


def _before_bar(cerebro: Any, strategies: list[Any], now: float, idle: Callable[[], bool]) -> None:
    if cerebro._timerscheat:
        cerebro._check_timers(strategies, now, cheat=True)
    if cerebro.p.cheat_on_open:
        for strategy in strategies:
            strategy._oncepost_open()
            if cerebro._event_stop:
                return
    if not idle():
        cerebro._brokernotify()
        if cerebro._event_stop:
            return
    if cerebro._timers:
        cerebro._check_timers(strategies, now, cheat=False)


def _play(seat: StrategySeat, now: float) -> None:
    """Give one strategy its bar: `Strategy._oncepost` without what nobody listens to."""
    strategy, listeners = seat.strategy, seat.listeners
    for indicator in seat.stragglers:
        _catch_up(indicator)
    strategy.forward()
    seat.clock.array[seat.clock._idx] = now
    if listeners.every_bar or strategy._orderspending or strategy._tradespending:
        listeners.notify()
    status = strategy._getminperstatus()
    if status < 0:
        strategy.next()
    elif status == 0:
        strategy.nextstart()
    else:
        strategy.prenext()
    if listeners.after_bar:
        listeners.bar_done(status)
    if strategy._orderspending or strategy._tradespending:
        strategy.clear()


def _move(lines: Sequence[Any], length: int) -> None:
    index = length - 1
    for line in lines:
        line._idx = index
        line.lencount = length


def _catch_up(indicator: Any) -> None:
    if len(indicator._clock) > len(indicator):
        indicator.advance()
