"""The bar loop: the calls of Backtrader's `_runonce` in its order, and nothing else."""

from __future__ import annotations

from itertools import islice
from math import inf, nan
from typing import TYPE_CHECKING, Any

from realtrade.engine.lean.delivery import forget

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from realtrade.engine.lean.idle import Gate
    from realtrade.engine.lean.seats import FeedSeat, StrategySeat


def run_one(  # noqa: C901, PLR0912, PLR0915 (one flat loop: a call per bar costs more than its work)
    cerebro: Any, feed: FeedSeat, seat: StrategySeat, gate: Gate
) -> None:
    """Run one strategy on one feed, where no timer, writer or cheat-on-open asks for more.

    Raises whatever the strategy, an analyzer or the broker raises.
    """
    strategy, listeners = seat.strategy, seat.listeners
    every_bar, after_bar = listeners.every_bar, listeners.after_bar
    # Asking a Backtrader object for an attribute is slow, asking its `__dict__` is not.
    state, next_bar = vars(strategy), type(strategy).next
    prices, indicators, own = feed.cursor.here, seat.cursors[0].here, seat.cursor.here
    early, late, stragglers = feed.cursor.strays, seat.cursor.strays, seat.stragglers
    stamp, others = seat.clock.array.append, [line.array.append for line in seat.others]
    minimum: int = strategy._minperiods[0]
    for index, now in enumerate(islice(feed.times, feed.count)):
        prices[0] = index
        if early:
            feed.cursor.move_strays()
        if not gate.idle:
            cerebro._brokernotify()
            if cerebro._event_stop:
                return
        indicators[0] = index
        if stragglers:
            _catch_up(stragglers)
        own[0] = index
        if late:
            seat.cursor.move_strays()
        stamp(now)
        if others:
            _blank(others)
        if every_bar or state["_orderspending"] or state["_tradespending"]:
            listeners.notify()
        status = minimum - index - 1
        if status < 0:
            if "next" in state:
                strategy.next()
            else:
                next_bar(strategy)
        elif status == 0:
            strategy.nextstart()
        else:
            strategy.prenext()
        if after_bar:
            listeners.bar_done(status)
        if state["_orderspending"] or state["_tradespending"]:
            forget(state)
        if cerebro._event_stop:
            return


def run_many(
    cerebro: Any, feeds: Sequence[FeedSeat], seats: Sequence[StrategySeat], gate: Gate
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
            feed = feeds[number]
            feed.cursor.move(lengths[number])
            lengths[number] += 1
            due[number] = feed.due(lengths[number])
        before_bar(cerebro, strategies, now, gate)
        if cerebro._event_stop:
            return
        for seat in seats:
            for number in moved:
                seat.cursors[number].here[0] = lengths[number] - 1
            play(seat, now)
            if cerebro._event_stop:
                return
            cerebro._next_writers(strategies)


def before_bar(cerebro: Any, strategies: list[Any], now: float, gate: Gate) -> None:
    """Do what comes between a bar's arrival and its strategies: timers, opens, the broker."""
    if cerebro._timerscheat:
        cerebro._check_timers(strategies, now, cheat=True)
    if cerebro.p.cheat_on_open:
        for strategy in strategies:
            strategy._oncepost_open()
            if cerebro._event_stop:
                return
    if not gate.idle:
        cerebro._brokernotify()
        if cerebro._event_stop:
            return
    if cerebro._timers:
        cerebro._check_timers(strategies, now, cheat=False)


def play(seat: StrategySeat, now: float) -> None:
    """Give one strategy its bar: `Strategy._oncepost` without what nobody listens to."""
    strategy, listeners = seat.strategy, seat.listeners
    _catch_up(seat.stragglers)
    seat.clock.array.append(now)
    _blank(line.array.append for line in seat.others)
    seat.cursor.move(seat.cursor.here[0] + 1)
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
    forget(vars(strategy))


def _catch_up(indicators: Iterable[Any]) -> None:
    for indicator in indicators:
        if len(indicator._clock) > len(indicator):
            indicator.advance()


def _blank(appends: Iterable[Callable[[float], None]]) -> None:
    for append in appends:
        append(nan)
