"""How far a symbol moves within a bar, on average."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from realtrade.risk.steps import exact

if TYPE_CHECKING:
    from decimal import Decimal

    from realtrade.plugins.ports.account import AccountView


def average_true_range(account: AccountView, symbol: str, period: int) -> Decimal | None:
    """Return the plain mean of the last `period` true ranges, or None with too few bars.

    A true range is the bar's own, widened to the close before it (Wilder, New Concepts in
    Technical Trading Systems, 1978); Wilder smooths them, a plain mean needs no long past.
    """
    bars = account.bars(symbol, period + 1)
    if len(bars) <= period:
        return None
    ranges = [
        max(bar.high, before.close) - min(bar.low, before.close) for before, bar in pairwise(bars)
    ]
    return exact(sum(ranges) / period)
