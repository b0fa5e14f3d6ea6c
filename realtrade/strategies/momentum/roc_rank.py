"""Hold the symbols that have risen most, and rotate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import backtrader as bt

from realtrade.plugins.ports.strategy import StrategySpec
from realtrade.strategies.rhythm import Rhythm
from realtrade.strategies.stances import StanceStrategy

if TYPE_CHECKING:
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.strategies.momentum.roc_rank_config import RocRankConfig


class RocRank(StanceStrategy):
    """Hold the symbols that have risen most, and rotate.

    What it does, why, and in which markets it fails: see `RocRankConfig`.

    Example:
        ```python
        cerebro.addstrategy(RocRank, period=30, every=7, top=2)
        ```
    """

    params = (("period", 30), ("every", 7), ("top", 1), ("least", 0.0))

    def __init__(self) -> None:
        super().__init__()
        self._changes = [bt.ind.ROC100(data.close, period=self.p.period) for data in self.datas]
        self._rhythm = Rhythm(self.data, self.p.every)
        self._chosen: list[int] = []

    def look(self) -> None:
        """Leave first, and enter when every order is over."""
        if self._rhythm.begins():
            self._chosen = self._rank()
            for index, stance in enumerate(self._chosen):
                self.take(index, stance if stance == self._stances[index] else 0)
        elif not self._working:
            for index, stance in enumerate(self._chosen):
                self.take(index, stance)

    def _rank(self) -> list[int]:
        changes = [change[0] for change in self._changes]
        order = sorted(range(len(changes)), key=changes.__getitem__)
        chosen = [0] * len(changes)
        for index in order[-self.p.top :]:
            if changes[index] > self.p.least:
                chosen[index] = self.allowed(1)
        for index in order[: self.p.top]:
            if changes[index] < -self.p.least:
                chosen[index] = self.allowed(-1)
        return chosen


def build(config: RocRankConfig, context: BuildContext) -> StrategySpec:
    """Return the strategy with its checked parameters."""
    return StrategySpec(RocRank, config.params.model_dump())
