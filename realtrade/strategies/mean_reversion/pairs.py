"""Sell what has become dear against its partner, buy the partner."""

from __future__ import annotations

from collections import deque
from math import log
from typing import TYPE_CHECKING

from realtrade.plugins.ports.strategy import StrategySpec
from realtrade.strategies.indicators.rolling_score import score
from realtrade.strategies.mean_reversion.scores import reverting
from realtrade.strategies.stances import StanceStrategy

if TYPE_CHECKING:
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.strategies.mean_reversion.pairs_config import PairsConfig


class Pairs(StanceStrategy):
    """Sell what has become dear against its partner, buy the partner.

    What it does, why, and in which markets it fails: see `PairsConfig`.

    Raises:
        ValueError: there are fewer or more feeds.

    Example:
        ```python
        cerebro.addstrategy(Pairs, period=30, entry=2.0, leave=0.5)
        ```
    """

    params = (("period", 30), ("entry", 2.0), ("leave", 0.5), ("direction", "both"))

    def __init__(self) -> None:
        super().__init__()
        if len(self.datas) != 2:  # noqa: PLR2004 - a pair
            msg = f"pairs trades two feeds, and was given {len(self.datas)}"
            raise ValueError(msg)
        self._ratios: deque[float] = deque(maxlen=self.p.period)
        self._seen = (0, 0)

    def look(self) -> None:
        """Take opposite stances on the two."""
        lengths = (len(self.data0), len(self.data1))
        if lengths[0] > self._seen[0] and lengths[1] > self._seen[1]:
            self._seen = lengths
            self._ratios.append(log(self.data0.close[0] / self.data1.close[0]))
            if len(self._ratios) == self.p.period:
                self._part(score(self._ratios))

    def _part(self, apart: float) -> None:
        entry, leave = self.p.entry, self.p.leave
        wanted = reverting(apart, self._stances[0], entry=entry, leave=leave)
        self.take(0, self.allowed(wanted))
        self.take(1, -self._stances[0])


def build(config: PairsConfig, context: BuildContext) -> StrategySpec:
    """Return the strategy with its checked parameters."""
    return StrategySpec(Pairs, config.params.model_dump())
