"""Millions of bars made few enough to draw, without losing a high or a low."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from realtrade.model.bar import BarColumns

if TYPE_CHECKING:
    from numpy.typing import NDArray


def step_for(count: int, most: int) -> int:
    """Return how many neighbours must share one bucket so that `count` fit into `most` buckets."""
    return max(1, -(-count // most))


def wider_bars(bars: BarColumns, most: int) -> BarColumns:
    """Return at most `most` bars, each made of the same number of neighbours, the last of the rest.

    First open, highest high, lowest low, last close, summed volume: nothing in between is lost from
    the range. `bars` itself is returned when it is short enough.
    """
    step = step_for(len(bars), most)
    if step == 1:
        return bars
    starts = np.arange(0, len(bars), step)
    ends = np.append(starts[1:], len(bars)) - 1
    return BarColumns(
        time_ms=bars.time_ms[starts],
        due_ms=bars.due_ms[ends],
        open=bars.open[starts],
        high=np.maximum.reduceat(bars.high, starts),
        low=np.minimum.reduceat(bars.low, starts),
        close=bars.close[ends],
        volume=np.add.reduceat(bars.volume, starts),
    )


def telling_points(values: NDArray[np.float64], most: int) -> NDArray[np.int64]:
    """Return indices of at most about `most` values that keep a line's shape, in order.

    All when they are few enough; else the first, the last, and the lowest and highest of every
    bucket of neighbours.
    """
    if len(values) <= most:
        return np.arange(len(values))
    step = step_for(len(values), most // 2)
    whole = len(values) // step
    rows = values[: whole * step].reshape(whole, step)
    base = np.arange(whole) * step
    tail = values[whole * step :]
    ends = [0, len(values) - 1]
    if len(tail):
        ends += [whole * step + int(tail.argmin()), whole * step + int(tail.argmax())]
    return np.unique(np.concatenate((base + rows.argmin(1), base + rows.argmax(1), ends)))
