"""Which orders of a grid must rest, from what is held alone.

Lines are numbered from the lowest up. At line `zero` nothing is held; on each line below it one
more lot is, on each line above it one less. So `n` lots held mean that line `zero - n` was traded
last: purchases rest below it, sales above it, and no other memory is needed.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from math import ceil, floor
from types import MappingProxyType
from typing import NamedTuple

_PART = 0.25
"""So much of a lot too little or too much, of fees in the base asset say, counts as none."""
_BUY, _SELL = 1, -1


class Want(NamedTuple):
    """An order that must rest."""

    side: int
    """1 to buy, -1 to sell."""
    line: int
    lots: float


class Reach(NamedTuple):
    """The lines a grid trades on, both ends included."""

    lowest: int
    highest: int


def whole_lots(lots: float) -> tuple[int, int]:
    """Return the lots held, rounded up and down; they differ while a lot is traded in part."""
    return ceil(lots - _PART), floor(lots + _PART)


def wanted(lots: float, zero: int, reach: Reach, resting: int) -> list[Want]:
    """Return the orders that must rest, nearest first, at most `resting` a side.

    What is left of a lot that was traded in part is brought back to nothing on the lot's own line.
    """
    up, down = whole_lots(lots)
    buys = range(zero - up - 1, reach.lowest - 1, -1)[:resting]
    sells = range(zero - down + 1, reach.highest + 1)[:resting]
    wants = [Want(_BUY, line, 1.0) for line in buys]
    wants += [Want(_SELL, line, 1.0) for line in sells]
    if up == down:
        return wants
    if lots > 0:
        return [*wants, Want(_SELL, zero - down, lots - down)]
    return [*wants, Want(_BUY, zero - up, up - lots)]


_WAYS = MappingProxyType({"long": (1, 0), "short": (0, 1), "both": (1, 1)})


def reach(direction: str, zero: int, most: int, lines: Reach) -> Reach:
    """Return the lines to trade on: `most` lots at most, on the sides that `direction` allows."""
    below, above = _WAYS[direction]
    lowest = max(lines.lowest, zero - below * most)
    return Reach(lowest, min(lines.highest, zero + above * most))


def holdable(direction: str, most: int) -> tuple[int, int]:
    """Return the least and the most lots that may be held; short ones are negative."""
    below, above = _WAYS[direction]
    return -above * most, below * most


def zero_at(prices: list[float], close: float, direction: str) -> int:
    """Return the line to hold nothing at, with the price at `close`: the next line against it."""
    last = len(prices) - 1
    if direction == "long":
        return min(bisect_right(prices, close), last)
    if direction == "short":
        return max(bisect_left(prices, close) - 1, 0)
    return min(range(len(prices)), key=lambda line: abs(prices[line] - close))
