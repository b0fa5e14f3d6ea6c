"""How much of a result may be luck: the Sharpe ratio of the best of many tries, deflated.

Source: D. H. Bailey and M. López de Prado, "The Deflated Sharpe Ratio: Correcting for Selection
Bias, Backtest Overfitting, and Non-Normality", Journal of Portfolio Management 40 (5), 2014.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist, variance
from typing import TYPE_CHECKING

import numpy as np

from realtrade.monitor.statistics import EquityCurve, bar_returns

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from realtrade.monitor.tracker import PerformanceTracker

_EULER_MASCHERONI = 0.577_215_664_901_532_9
_FEWEST = 3


@dataclass(frozen=True, slots=True)
class Moments:
    """Sums of powers of bar returns: they add up over several runs, and give every moment."""

    count: float = 0.0
    first: float = 0.0
    second: float = 0.0
    third: float = 0.0
    fourth: float = 0.0

    @classmethod
    def of(cls, tracker: PerformanceTracker) -> Moments:
        """Return the sums over a run's bar returns; none where equity was not positive."""
        columns = tracker.columns()
        curve = EquityCurve(columns.time_ms, columns.equity, tracker.start_cash)
        returns = bar_returns(curve)
        if returns is None:
            return cls()
        with np.errstate(over="ignore"):
            squares = returns * returns  # a power of an array takes many times as long
            powers = (returns, squares, squares * returns, squares * squares)
            return cls(float(len(returns)), *(float(np.sum(power)) for power in powers))

    @classmethod
    def together(cls, parts: Iterable[Moments], *, share: float = 1.0) -> Moments:
        """Return the sums over several runs, of which `share` (to 1) is no repetition."""
        whole = [
            sum(values) * share for values in zip(*(part.sums() for part in parts), strict=True)
        ]
        return cls(*whole)

    def sums(self) -> tuple[float, float, float, float, float]:
        """Return count and sums."""
        return self.count, self.first, self.second, self.third, self.fourth

    @property
    def sharpe(self) -> float | None:
        """Mean over sample standard deviation, per bar, not annualised; None where it is not."""
        if self.count < _FEWEST:
            return None
        spread = self._central()[0]
        if not spread > 0:
            return None
        return self.first / self.count / math.sqrt(spread * self.count / (self.count - 1))

    @property
    def skewness(self) -> float:
        """Third standardised moment; 0 for a normal distribution."""
        spread, third, _ = self._central()
        return third / spread**1.5 if spread > 0 else 0.0

    @property
    def kurtosis(self) -> float:
        """Fourth standardised moment, not less 3; 3 for a normal distribution."""
        spread, _, fourth = self._central()
        return fourth / spread**2 if spread > 0 else 3.0

    def _central(self) -> tuple[float, float, float]:
        """Return the second, third and fourth central moment."""
        mean, two, three, four = (
            total / self.count for total in (self.first, self.second, self.third, self.fourth)
        )
        return (
            two - mean**2,
            three - 3 * mean * two + 2 * mean**3,
            four - 4 * mean * three + 6 * mean**2 * two - 3 * mean**4,
        )


def expected_best(sharpes: Sequence[float]) -> float:
    """Return the Sharpe ratio to be expected of the best of these tries were none any good.

    Formula 1 of the paper, with the variance among the tries; per bar, as they are.
    """
    tries = len(sharpes)
    if tries < _FEWEST - 1:
        return 0.0
    normal = NormalDist()
    likely = (1 - _EULER_MASCHERONI) * normal.inv_cdf(1 - 1 / tries)
    likely += _EULER_MASCHERONI * normal.inv_cdf(1 - 1 / (tries * math.e))
    return math.sqrt(variance(sharpes)) * likely


def deflated_sharpe(moments: Moments, benchmark: float) -> float | None:
    """Return the probability that a true Sharpe ratio is above `benchmark`, given its returns.

    Formula 2 of the paper, with `expected_best` of all tries as the benchmark; ratios per bar.
    None for a run without a Sharpe ratio.
    """
    sharpe = moments.sharpe
    if sharpe is None:
        return None
    width = 1 - moments.skewness * sharpe + (moments.kurtosis - 1) / 4 * sharpe**2
    if not width > 0:
        return None
    return NormalDist().cdf((sharpe - benchmark) * math.sqrt(moments.count - 1) / math.sqrt(width))
