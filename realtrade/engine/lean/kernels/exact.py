"""Sums rounded once: what `math.fsum` returns, for many windows at a time.

Every value is split into a multiple of a big power of two and a remainder that is a multiple of
a small one, both short enough that sums of them are exact in doubles. The sum of the two exact
sums is then rounded a single time, by one addition, as `fsum` rounds. Values that do not split
(too far apart in size, infinite, missing) are left to `fsum` itself.

Where values come one by one, their sum is kept as a whole number of tiny units, which never rounds.
"""

from __future__ import annotations

from math import frexp, fsum, isfinite, ldexp
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from realtrade.engine.lean.kernels.columns import Column

_MANTISSA = 53
_SAFE_EXPONENT = 900
_CHUNK = 4096
SMALLEST = -200
"""Two to this power is the unit of `units`."""
UNITS = 1 << -SMALLEST
"""How many units are one."""
_SCALE = float(UNITS)
_MOST = 2.0**700
"""From here on a scaled value could overflow."""


def units(value: float) -> int | None:
    """Return how many units `value` is; None where it is no whole number of them, or none."""
    if not -_MOST < value < _MOST:
        return None
    scaled = value * _SCALE
    part = int(scaled)
    return part if part == scaled else None


def window_sums(values: Column, period: int) -> Column:
    """Return the exactly rounded sum of each window of `period` values, oldest window first.

    Raises what `math.fsum` raises (`OverflowError`, `ValueError` on opposite infinities).
    """
    sums = np.empty(len(values) - period + 1)
    chunk = max(_CHUNK, period)
    for first in range(0, len(sums), chunk):
        last = min(first + chunk, len(sums))
        sums[first:last] = _chunk_sums(values[first : last + period - 1], period)
    return sums


def _chunk_sums(values: Column, period: int) -> Column:
    parts = split(values, terms=len(values))
    if parts is None:
        plain = values.tolist()
        ends = range(period, len(plain) + 1)
        return np.array([fsum(plain[end - period : end]) for end in ends])
    big, small = (_differences(np.cumsum(part), period) for part in parts)
    return big + small


def _differences(running: Column, period: int) -> Column:
    sums = running[period - 1 :].copy()
    sums[1:] -= running[:-period]
    sums += 0.0  # `fsum` knows no negative zero
    return sums


def row_sums(rows: Column) -> Column:
    """Return the exactly rounded sum down each column of a two-dimensional array."""
    parts = split(rows, terms=len(rows))
    if parts is None:
        return np.array([fsum(column) for column in rows.T.tolist()])
    big, small = (part.sum(axis=0) + 0.0 for part in parts)
    sums: Column = big + small
    return sums


def split(values: Column, *, terms: int) -> tuple[Column, Column] | None:
    """Return two arrays whose element-wise sum is `values` and any `terms` of which add exactly.

    `None` when there are no such arrays.
    """
    top = float(np.abs(values).max())
    if not isfinite(top):
        return None
    bits = _MANTISSA - (terms - 1).bit_length()
    exponent = frexp(top)[1]
    if bits < 1 or abs(exponent) + 2 * bits > _SAFE_EXPONENT:
        return None
    unit = ldexp(1.0, exponent - bits)
    big = np.trunc(values / unit) * unit
    small = values - big
    steps = small / ldexp(unit, -bits)
    return (big, small) if bool((steps == np.rint(steps)).all()) else None
