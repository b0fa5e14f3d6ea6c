"""Live starts to be tried out with more and with less history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from realtrade.engine.check.lookahead import spread

if TYPE_CHECKING:
    from realtrade.engine.check.market import Market
    from realtrade.engine.check.runs import Trace

_LEAD = 3
"""Bars a start comes before the signal it is chosen for."""
_FOLLOWING = 2
"""Signals of the whole run that are waited for after that one."""
_SHORTEST, _LONGEST = 20, 500
"""Bars a start is followed for."""


@dataclass(frozen=True, slots=True)
class Start:
    """A moment to go live, by number of the clock's bars."""

    first: int
    """First bar that is traded; those before it are history."""
    last: int
    """Last bar looked at."""


def choose_starts(market: Market, trace: Trace, count: int) -> list[Start]:
    """Return at most `count` starts shortly before signals in the later half of the bars.

    There, all the history there is comes near to what a long-running bot has seen. When nothing is
    decided in that half, signals before it do.
    """
    ticks = market.ticks()
    if trace.ready_ms is None or count < 1:
        return []
    ready = int(np.searchsorted(ticks, trace.ready_ms))
    bars = sorted(
        {
            int(np.searchsorted(ticks, signal.time_ms, side="right")) - 1
            for signal in trace.signals
            if signal.act in {"buy", "sell"}
        }
    )
    able = [bar for bar in bars if bar - _LEAD > ready]
    late = [bar for bar in able if bar >= len(ticks) // 2]
    chosen = spread(late or able, count)
    return [Start(bar - _LEAD, _end(bars, bar, len(ticks))) for bar in chosen]


def least_history(market: Market, trace: Trace) -> int:
    """Return how many of the clock's bars are as long as what the indicators must have."""
    return max(-(-trace.least_ms // market.length_ms(market.clock)), 1)


def _end(bars: list[int], bar: int, total: int) -> int:
    after = [other for other in bars if other > bar][:_FOLLOWING]
    wanted = after[-1] + 1 if after else bar + _SHORTEST
    return min(max(wanted, bar + _SHORTEST), bar + _LONGEST, total - 1)
