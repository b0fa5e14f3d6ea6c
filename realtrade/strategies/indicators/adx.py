"""How strong a trend is, and which way it goes."""

from __future__ import annotations

from typing import Any

from realtrade.strategies.indicators.stepping import SteppingIndicator, true_range


class Adx(SteppingIndicator):
    """Wilder's directional movement: `plus`, `minus` (+DI, -DI) and their average index `adx`.

    Values are TA-Lib's. Where the price stands still both directions are 0 and the index stays
    as it is; Backtrader's own divides by zero there.

    Source: J. Welles Wilder, New Concepts in Technical Trading Systems (1978).
    """

    lines: Any = ("adx", "plus", "minus")
    params = (("period", 14),)

    def __init__(self, *_data: Any, **_params: Any) -> None:
        self._bar: tuple[float, float, float] | None = None
        self._moves = [0.0, 0.0, 0.0]
        self._seen = 0
        self._strengths = 0.0
        self._adx = 0.0
        self.addminperiod(2 * self.p.period)

    def step(self, high: float, low: float, close: float) -> tuple[float, ...] | None:
        """Return index, upward and downward direction."""
        bar, self._bar = self._bar, (high, low, close)
        if bar is None:
            return None
        up, down = high - bar[0], bar[1] - low
        rose, fell = up > max(down, 0.0), down > max(up, 0.0)
        self._take((up if rose else 0.0, down if fell else 0.0, true_range(high, low, bar[2])))
        if self._seen < self.p.period:
            return None
        risen, fallen, ranged = self._moves
        plus, minus = (100.0 * risen / ranged, 100.0 * fallen / ranged) if ranged else (0.0, 0.0)
        self._index(plus, minus)
        return (self._adx, plus, minus) if self._seen >= 2 * self.p.period - 1 else None

    def _take(self, moves: tuple[float, float, float]) -> None:
        """Add up the first moves, then smooth: a sum loses its share and gains the new one."""
        self._seen += 1
        period = self.p.period
        share = 1.0 / period if self._seen >= period else 0.0
        self._moves = [old - old * share + new for old, new in zip(self._moves, moves, strict=True)]

    def _index(self, plus: float, minus: float) -> None:
        period, both = self.p.period, plus + minus
        if self._seen < 2 * period - 1:
            self._strengths += 100.0 * abs(plus - minus) / both if both else 0.0
        elif self._seen == 2 * period - 1:
            self._strengths += 100.0 * abs(plus - minus) / both if both else 0.0
            self._adx = self._strengths / period
        elif both:
            strength = 100.0 * abs(plus - minus) / both
            self._adx = (self._adx * (period - 1) + strength) / period
