"""Warm-up: how much history does a live start need to decide as one that has seen everything?

Peer: freqtrade's recursive-analysis, which compares indicators. Here whole starts are compared: a
bot shown `N bars` of history, untraded, must then place the orders of one shown all of it. Both
begin flat and with the same money, so only what was not settled can tell them apart.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from realtrade.engine.check.outcome import Trial, WarmUp
from realtrade.engine.check.signals import first_difference, from_on
from realtrade.engine.check.starts import least_history
from realtrade.recipe.blocks import ExchangeFeed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.engine.check.market import Market
    from realtrade.engine.check.runs import Laboratory, Trace
    from realtrade.engine.check.signals import Difference, Signal
    from realtrade.engine.check.starts import Start
    from realtrade.recipe.blocks import Recipe

TOLERANCE = 1e-4
"""One basis point: an order's price or quantity so near is the same decision."""
_FINE = 1.1
"""The shortest history that is enough is looked for until it is known to within a tenth."""


def warm_up(
    laboratory: Laboratory, market: Market, whole: Trace, starts: Sequence[Start], recipe: Recipe
) -> WarmUp:
    """Try starts with more and more history, from the least that makes indicators ready.

    At most half of what comes before a start is tried: the other half is what makes "all there is"
    more than that.
    """
    trials = _Trials(laboratory, market, starts)
    most = min((start.first // 2 for start in starts), default=0)
    ladder = _ladder(least_history(market, whole), most)
    tried = {bars: trials.trial(bars) for bars in ladder} if trials.signals else {}
    enough = _shortest(trials, tried)
    return WarmUp(
        feed=market.clock,
        starts=len(starts),
        signals=trials.signals,
        trials=tuple(tried[bars] for bars in sorted(tried)),
        recommended=None if enough is None else _by_feed(market, enough),
        stated=_stated(recipe, market.clock),
    )


def _ladder(least: int, most: int) -> list[int]:
    rungs = []
    while least <= most:
        rungs.append(least)
        least *= 2
    return rungs


def _shortest(trials: _Trials, tried: dict[int, Trial]) -> int | None:
    """Return the shortest history from which on all that were tried are enough."""
    rungs = sorted(tried)
    failing = [bars for bars in rungs if tried[bars].agreeing < tried[bars].starts]
    passing = [bars for bars in rungs if not failing or bars > failing[-1]]
    if not passing:
        return None
    low, high = (failing[-1] if failing else passing[0]), passing[0]
    while low * _FINE < high and low + 1 < high:
        middle = (low + high) // 2
        tried[middle] = trials.trial(middle)
        if tried[middle].agreeing == tried[middle].starts:
            high = middle
        else:
            low = middle
    return high


@dataclass(frozen=True, slots=True)
class _Settled:
    """A start with all history there is."""

    start: Start
    live_ms: int
    last_ms: int
    signals: tuple[Signal, ...]


class _Trials:
    """The same starts with any length of history."""

    def __init__(self, laboratory: Laboratory, market: Market, starts: Sequence[Start]) -> None:
        self._laboratory = laboratory
        self._market = market
        self._opens = market.columns(market.clock).time_ms
        ticks = market.ticks()
        self._settled = [
            self._started(start, int(ticks[start.first]), int(ticks[start.last]))
            for start in starts
        ]

    @property
    def signals(self) -> int:
        """How many signals are there to compare."""
        return sum(len(settled.signals) for settled in self._settled)

    def trial(self, bars: int) -> Trial:
        """Start with `bars` of history, everywhere."""
        apart = [where for settled in self._settled if (where := self._apart(settled, bars))]
        first = min(apart, key=lambda where: where.time_ms, default=None)
        trial = Trial(
            history_bars=bars,
            starts=len(self._settled),
            agreeing=len(self._settled) - len(apart),
        )
        if first is None:
            return trial
        return replace(
            trial,
            time_ms=first.time_ms,
            symbol=first.symbol,
            settled=first.one,
            unsettled=first.other,
        )

    def _started(self, start: Start, live_ms: int, last_ms: int) -> _Settled:
        run = self._laboratory.run(self._market.until(last_ms), live_from_ms=live_ms)
        return _Settled(start, live_ms, last_ms, tuple(from_on(run.signals, live_ms)))

    def _apart(self, settled: _Settled, bars: int) -> Difference | None:
        first_ms = int(self._opens[settled.start.first - bars])
        market = self._market.between(first_ms, settled.last_ms)
        run = self._laboratory.run(market, live_from_ms=settled.live_ms)
        return first_difference(settled.signals, from_on(run.signals, settled.live_ms), TOLERANCE)


def _by_feed(market: Market, bars: int) -> dict[str, int]:
    """Return the bars of every feed that span `bars` of the clock's."""
    length = market.length_ms(market.clock)
    lengths = {name: market.length_ms(name) for name in market.shelves}
    return {name: int(np.ceil(bars * length / own)) for name, own in lengths.items()}


def _stated(recipe: Recipe, feed: str) -> int | None:
    block = recipe.feeds[feed]
    return block.history if isinstance(block, ExchangeFeed) and block.history else None
