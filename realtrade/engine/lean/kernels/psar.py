"""Parabolic SAR: Wilder's rules in one loop over plain numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.engine.lean.kernels.columns import Unsuitable, column, suitable

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIRST = 1  # the bar, counted from zero, on which the first trend is read from two closes


@suitable
def parabolic_sar(indicator: Any, start: int, end: int) -> None:
    """`ParabolicSAR`, stepping bar by bar from the second one as Backtrader does."""
    if start < _FIRST:
        raise Unsuitable
    data = indicator.data
    highs, lows, closes = (
        column(line, 0, end).tolist() for line in (data.high, data.low, data.close)
    )
    values = list(_walk(highs, lows, closes, step=indicator.p.af, most=indicator.p.afmax))
    column(indicator.lines[0], start, end)[:] = values[start - _FIRST :]


def _walk(
    highs: list[float], lows: list[float], closes: list[float], *, step: float, most: float
) -> Iterator[float]:
    """Yield the stop of every bar from the second one on."""
    # The trend before the first bar is the opposite of what the closes say, with a stop in the
    # middle of the bar: it is broken at once and turns into the trend the closes say.
    rising = not closes[_FIRST] >= closes[_FIRST - 1]
    extreme = highs[_FIRST - 1] if rising else lows[_FIRST - 1]
    stop, factor = (highs[_FIRST] + lows[_FIRST]) / 2.0, step
    for index in range(_FIRST, len(highs)):
        high, low = highs[index], lows[index]
        if (rising and stop >= low) or (not rising and stop <= high):
            rising = not rising
            stop, factor = extreme, step
            extreme = high if rising else low
        yield stop
        if rising and high > extreme:
            extreme, factor = high, min(factor + step, most)
        elif not rising and low < extreme:
            extreme, factor = low, min(factor + step, most)
        stop = _bounded(
            stop + factor * (extreme - stop),
            (low, lows[index - 1]) if rising else (high, highs[index - 1]),
            rising=rising,
        )


def _bounded(stop: float, recent: tuple[float, float], *, rising: bool) -> float:
    """Keep tomorrow's stop out of the range of the last two bars."""
    last, previous = recent
    if rising:
        return min(last, previous) if stop > last or stop > previous else stop
    return max(last, previous) if stop < last or stop < previous else stop
