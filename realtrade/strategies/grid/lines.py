"""Where the lines of a grid are, and where they were when a restart finds only its orders."""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, Protocol

from realtrade.strategies.grid.ladder import whole_lots

if TYPE_CHECKING:
    from collections.abc import Sequence

_NEAR = 0.3
"""How far from a line, as a share of the way to the next, a price still is that line's."""


class Lines(Protocol):
    """Numbered prices, rising with their number."""

    def price(self, line: int) -> float:
        """Return the price of a line."""
        ...

    def place(self, price: float) -> float:
        """Return the number of the line a price is on, with a fraction between two."""
        ...


def line_of(lines: Lines, price: float) -> int | None:
    """Return the line a price belongs to, rounded to a tick as it may be; None between two."""
    place = lines.place(price)
    return round(place) if abs(place - round(place)) <= _NEAR else None


class FixedLines:
    """Lines between two prices: equal steps, or equal ratios."""

    def __init__(self, lower: float, upper: float, count: int, spacing: str) -> None:
        last = count - 1
        if spacing == "geometric":
            ratio = upper / lower
            prices = [lower * float(ratio ** (line / last)) for line in range(last)]
        else:
            prices = [lower + (upper - lower) * line / last for line in range(last)]
        self.prices: list[float] = [*prices, upper]

    def price(self, line: int) -> float:
        """Return the price of a line."""
        return self.prices[line]

    def place(self, price: float) -> float:
        """Return where a price is; beyond the outer lines their steps go on."""
        above = min(max(bisect_left(self.prices, price), 1), len(self.prices) - 1)
        low, high = self.prices[above - 1], self.prices[above]
        return above - 1 + (price - low) / (high - low)


class EvenLines:
    """Lines at equal steps around a centre, which is line 0."""

    def __init__(self, centre: float, step: float) -> None:
        self.centre = centre
        self.step = step

    def price(self, line: int) -> float:
        """Return the price of a line."""
        return self.centre + line * self.step

    def place(self, price: float) -> float:
        """Return where a price is."""
        return (price - self.centre) / self.step


def zero_of_holding(lots: float, average: float) -> float:
    """Return the line nothing was held at, if `lots` were traded line by line from there.

    Args:
        lots: signed.
        average: the mean of their lines, a fraction of a line perhaps.
    """
    return average + (lots + (lots > 0) - (lots < 0)) / 2


class Caps(NamedTuple):
    """What a grid may hold, and how many orders it lets rest."""

    least: int
    """Lots, negative when short."""
    most: int
    resting: int


def sells_tell(lots: float, buys: int, sells: int, unseen: int, caps: Caps) -> bool:
    """Tell whether `unseen` fills nobody saw were sales, by how many orders are left a side.

    If they were, it is the sales that still rest which fit the lots held now; else the purchases.
    """
    up, down = whole_lots(lots)
    sold, bought = down + unseen, up - unseen
    if_sold = abs(min(caps.resting, caps.most - sold) - buys) + abs(
        min(caps.resting, sold - caps.least) - unseen - sells
    )
    if_bought = abs(min(caps.resting, caps.most - bought) - unseen - buys) + abs(
        min(caps.resting, bought - caps.least) - sells
    )
    return if_sold <= if_bought


def zero_of_orders(
    lots: float, buys: Sequence[int], sells: Sequence[int], caps: Caps
) -> int | None:
    """Return the line nothing was held at, by the lines of the orders at rest; None without any."""
    up, down = whole_lots(lots)
    unseen = min(sells) - max(buys) - 2 - up + down if buys and sells else 0
    if sells and (not buys or sells_tell(lots, len(buys), len(sells), unseen, caps)):
        return min(sells) + down - 1
    return max(buys) + up + 1 if buys else None


def even_lines_of(
    lots: float, average: float, buys: Sequence[float], sells: Sequence[float], step: float
) -> EvenLines:
    """Return the lines on which orders rest, line 0 being any of them.

    Args:
        lots: held, signed.
        average: the price they were traded at in the mean, for where no order rests.
        buys: prices of the purchases at rest.
        sells: prices of the sales at rest.
        step: from line to line, where the orders do not tell.
    """
    gaps = [two - one for side in (buys, sells) for one, two in pairwise(sorted(side))]
    if gaps:
        step = min(gaps)
    elif buys and sells:
        step = (min(sells) - max(buys)) / 2
    if sells or buys:
        return EvenLines(min(sells or buys), step)
    return EvenLines(average + zero_of_holding(lots, 0.0) * step, step)
