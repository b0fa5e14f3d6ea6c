"""Buy on each line of a fixed grid below the price, sell one line higher."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import backtrader as bt

from realtrade.plugins.ports.strategy import StrategySpec
from realtrade.strategies.awake import Awake
from realtrade.strategies.grid.ladder import Reach, holdable, reach, wanted, whole_lots, zero_at
from realtrade.strategies.grid.lines import Caps, FixedLines, zero_of_holding
from realtrade.strategies.grid.resting import RestingOrders

if TYPE_CHECKING:
    from collections.abc import Mapping

    from realtrade.plugins.ports.build import BuildContext
    from realtrade.strategies.grid.fixed_grid_config import FixedGridConfig


class FixedGrid(bt.Strategy):
    """Buy on each line of a fixed grid below the price, sell one line higher.

    What it does, why, and in which markets it fails: see `FixedGridConfig`.

    Example:
        ```python
        cerebro.addstrategy(FixedGrid, lower=9000.0, upper=11000.0, lines=21, quantity=0.1)
        ```
    """

    params = (
        ("lower", 90.0),
        ("upper", 110.0),
        ("lines", 21),
        ("spacing", "arithmetic"),
        ("quantity", 1.0),
        ("most", 20),
        ("resting", 5),
        ("direction", "long"),
    )

    def __init__(self) -> None:
        self._grid = FixedLines(self.p.lower, self.p.upper, self.p.lines, self.p.spacing)
        self._resting = RestingOrders(self, self.data)
        self._awake = Awake(self.datas)
        self._zero: int | None = None
        self._begun = False

    def notify_data(self, data: Any, status: int, *words: Any, **named: Any) -> None:
        """Learn that bars are of now."""
        self._awake.notice(data, status)

    def next(self) -> None:
        """Follow the price while nothing is held, and let rest what must."""
        if not self._awake:
            return
        if not self._begun:
            self._begin()
        lots, last = self._lots(), self.p.lines - 1
        if self._zero is None or (self.p.direction != "both" and whole_lots(lots) == (0, 0)):
            self._zero = zero_at(self._grid.prices, self.data.close[0], self.p.direction)
        within = reach(self.p.direction, self._zero, self.p.most, Reach(0, last))
        wants = wanted(lots, self._zero, within, self.p.resting)
        self._resting.settle(wants, self._grid, self.p.quantity)

    def _lots(self) -> float:
        return float(self.getposition(self.data).size / self.p.quantity)

    def _begin(self) -> None:
        """Find again what rests, and where the grid stood when it was placed."""
        self._begun = True
        self._resting.find()
        if self._zero is None:
            self._zero = self._found()

    def _found(self) -> int | None:
        """Return the line nothing was held at, by the orders at rest, else the average price."""
        lots, last = self._lots(), self.p.lines - 1
        caps = Caps(*holdable(self.p.direction, self.p.most), self.p.resting)
        zero = self._resting.found_zero(self._grid, lots, caps)
        if zero is None:
            if whole_lots(lots) == (0, 0):
                return None
            place = self._grid.place(self.getposition(self.data).price)
            zero = round(zero_of_holding(round(lots), place))
        return min(max(zero, 0), int(last))

    def notify_order(self, order: Any) -> None:
        """Forget an order that is over."""
        self._resting.notice(order)

    def remember(self) -> Mapping[str, Any]:
        """Return what makes a restart exact where orders and position leave it open."""
        return {"zero": self._zero}

    def on_recover(self, memory: Mapping[str, Any]) -> None:
        """Take back what `remember` gave; with other lines now, start from what is found."""
        zero = memory.get("zero")
        if isinstance(zero, int) and 0 <= zero < self.p.lines:
            self._zero = zero


def build(config: FixedGridConfig, context: BuildContext) -> StrategySpec:
    """Return the strategy with its checked parameters."""
    return StrategySpec(FixedGrid, config.params.model_dump())
