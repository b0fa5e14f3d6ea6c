"""How far and how long equity stood below its highest point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Drawdowns:
    """The deepest and the longest fall."""

    deepest: float
    """Share of the peak before it, positive; above 1 when equity went below zero."""
    deepest_length_ms: int
    """From that peak to the first bar back at it, or to the last bar."""
    longest_ms: int
    """The longest such time of any fall."""


def drawdown_series(
    equity: NDArray[np.float64], start_cash: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the highest equity so far (start cash included) and the fall below it, per bar.

    The fall is a positive fraction; `start_cash` must be positive.
    """
    peak = np.maximum.accumulate(equity)
    np.maximum(peak, start_cash, out=peak)
    return peak, 1 - equity / peak


def drawdowns(
    time_ms: NDArray[np.int64], equity: NDArray[np.float64], start_cash: float
) -> Drawdowns | None:
    """Return the deepest and the longest fall; None without bars or with no start cash."""
    if not len(equity) or start_cash <= 0:
        return None
    peak, fall = drawdown_series(equity, start_cash)
    trough = int(np.argmax(fall))
    if not fall[trough] > 0:
        return Drawdowns(0.0, 0, 0)
    # Bars at a peak, between an imagined bar before the first and one after the last, whose stamps
    # are the first's and the last's: every fall lies between two neighbours.
    edges = np.concatenate(([-1], np.flatnonzero(equity >= peak), [len(equity)]))
    spans = np.diff(time_ms[np.clip(edges, 0, len(equity) - 1)])
    deepest = int(np.searchsorted(edges, trough)) - 1
    return Drawdowns(
        deepest=float(fall[trough]),
        deepest_length_ms=int(spans[deepest]),
        longest_ms=int(spans[np.diff(edges) > 1].max()),
    )
