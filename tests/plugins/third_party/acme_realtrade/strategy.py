"""A plain Backtrader strategy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import backtrader as bt

from realtrade.plugins.ports import StrategySpec

if TYPE_CHECKING:
    from acme_realtrade.settings import InAndOutConfig
    from realtrade.plugins.ports import BuildContext


class InAndOut(bt.Strategy):
    """Buy one at fixed bars, leave a fixed number of bars later."""

    params = (("enter", ()), ("stay", 3))

    def next(self) -> None:
        """Count bars."""
        if len(self) in self.p.enter:
            self.buy(size=1)
        elif self.position and len(self) - self.p.stay in self.p.enter:
            self.close()


def build(config: InAndOutConfig, context: BuildContext) -> StrategySpec:
    """Return the strategy."""
    return StrategySpec(InAndOut, config.params.model_dump())
