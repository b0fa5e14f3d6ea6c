"""Closed bars, one by one and in columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Bar(NamedTuple):
    """One closed interval.

    Prices and volume are floats: a bar goes into Backtrader's lines and numpy, never into a ledger.
    """

    time_ms: int
    """Open time, milliseconds since the epoch, UTC."""
    due_ms: int
    """When the bar is known: its close, or later if a resampled bar waited for a late parent."""
    open: float
    high: float
    low: float
    close: float
    volume: float


@dataclass(frozen=True, slots=True, eq=False)
class BarColumns:
    """Closed bars in time order, a column an array, all of one length `n`."""

    time_ms: NDArray[np.int64]
    """Open times, strictly increasing."""
    due_ms: NDArray[np.int64]
    """When each bar is known (see `Bar.due_ms`), never decreasing."""
    open: NDArray[np.float64]
    high: NDArray[np.float64]
    low: NDArray[np.float64]
    close: NDArray[np.float64]
    volume: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.time_ms)

    def bar(self, index: int) -> Bar:
        """Return row `index` as a `Bar` of plain Python numbers."""
        return Bar(
            int(self.time_ms[index]),
            int(self.due_ms[index]),
            float(self.open[index]),
            float(self.high[index]),
            float(self.low[index]),
            float(self.close[index]),
            float(self.volume[index]),
        )

    def part(self, start: int, stop: int) -> BarColumns:
        """Return rows `start` to `stop` (excluded) as views, nothing copied."""
        rows = slice(start, stop)
        return BarColumns(
            self.time_ms[rows],
            self.due_ms[rows],
            self.open[rows],
            self.high[rows],
            self.low[rows],
            self.close[rows],
            self.volume[rows],
        )
