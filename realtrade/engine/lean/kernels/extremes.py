"""Highest and lowest of a window in a constant number of passes, whatever the period."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from realtrade.engine.lean.kernels.columns import CHUNK, Column, Unsuitable, column, suitable

if TYPE_CHECKING:
    from collections.abc import Callable


@suitable
def highest(indicator: Any, start: int, end: int) -> None:
    """`Highest`: Python's `max` of each window."""
    _extreme(indicator, (start, end), np.maximum, max)


@suitable
def lowest(indicator: Any, start: int, end: int) -> None:
    """`Lowest`: Python's `min` of each window."""
    _extreme(indicator, (start, end), np.minimum, min)


def _extreme(
    indicator: Any, bars: tuple[int, int], pick: np.ufunc, plain: Callable[[Any], float]
) -> None:
    period, (start, end) = indicator.p.period, bars
    if type(period) is not int or period < 1:
        raise Unsuitable
    source = column(indicator.data, start - period + 1, end)
    column(indicator.lines[0], start, end)[:] = window_extremes(source, period, pick, plain)


def window_extremes(
    values: Column, period: int, pick: np.ufunc, plain: Callable[[Any], float]
) -> Column:
    """Return the extreme of each window of `period` values, oldest window first.

    `pick` and `plain` are numpy's and Python's word for it; where they may differ, Python's counts.
    """
    result = np.empty(len(values) - period + 1)
    size = max(CHUNK, period)
    for first in range(0, len(result), size):
        last = min(first + size, len(result))
        part = values[first : last + period - 1]
        if _ordered(part):
            result[first:last] = _window_extremes(part, period, pick)
        else:
            listed = part.tolist()
            ends = range(period, len(listed) + 1)
            result[first:last] = [plain(listed[stop - period : stop]) for stop in ends]
    return result


def _ordered(values: Column) -> bool:
    """Tell whether the order of comparing cannot matter: nothing missing, no negative zero."""
    odd = np.isnan(values) | ((values == 0.0) & np.signbit(values))
    return not bool(odd.any())


def _window_extremes(values: Column, period: int, pick: np.ufunc) -> Column:
    """Return the extreme of each window, from running extremes of blocks, forwards and back.

    A window as long as a block covers the end of one and the start of the next (van Herk and
    Gil & Werman): two running extremes and one comparison answer for every window.
    """
    blocks = -(-len(values) // period)
    padded = np.full(blocks * period, values[-1])
    padded[: len(values)] = values
    table = padded.reshape(blocks, period)
    ahead = pick.accumulate(table, axis=1).ravel()[period - 1 : len(values)]
    behind = pick.accumulate(table[:, ::-1], axis=1)[:, ::-1].ravel()[: len(ahead)]
    result: Column = pick(ahead, behind)
    return result
