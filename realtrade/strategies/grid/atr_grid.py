"""A grid whose steps are as wide as the market moves, and which follows it when it is out."""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING, Any

import backtrader as bt

from realtrade.plugins.ports.strategy import StrategySpec
from realtrade.strategies.awake import Awake
from realtrade.strategies.grid.ladder import Reach, holdable, reach, wanted, whole_lots
from realtrade.strategies.grid.lines import Caps, EvenLines, even_lines_of
from realtrade.strategies.grid.resting import RestingOrders

if TYPE_CHECKING:
    from collections.abc import Mapping

    from realtrade.plugins.ports.build import BuildContext
    from realtrade.strategies.grid.atr_grid_config import AtrGridConfig


class AtrGrid(bt.Strategy):
    """A grid whose steps are as wide as the market moves, and which follows it when it is out.

    What it does, why, and in which markets it fails: see `AtrGridConfig`.

    Example:
        ```python
        cerebro.addstrategy(AtrGrid, period=24, factor=1.5, quantity=0.1, most=8)
        ```
    """

    params = (
        ("period", 24),
        ("factor", 1.0),
        ("quantity", 1.0),
        ("most", 10),
        ("resting", 5),
        ("direction", "long"),
    )

    def __init__(self) -> None:
        # A plain mean forgets: after a restart, or with little history, the steps are the same.
        self._ranges = bt.ind.ATR(self.data, period=self.p.period, movav=bt.ind.SMA)
        self._resting = RestingOrders(self, self.data)
        self._awake = Awake(self.datas)
        self._grid: EvenLines | None = None
        self._begun = False

    def notify_data(self, data: Any, status: int, *words: Any, **named: Any) -> None:
        """Learn that bars are of now."""
        self._awake.notice(data, status)

    def next(self) -> None:
        """Centre the grid anew while nothing is held, and let rest what must."""
        if not self._awake:
            return
        if not self._begun:
            self._begin()
        lots, close = self._lots(), self.data.close[0]
        step = self.p.factor * self._ranges[0]
        if step > 0 and whole_lots(lots) == (0, 0) and self._is_off(close, step):
            self._grid = EvenLines(close, step)
            self._resting.clear()
        if self._grid is not None:
            within = reach(
                self.p.direction, 0, self.p.most, _above_nothing(self._grid, self.p.most)
            )
            wants = wanted(lots, 0, within, self.p.resting)
            self._resting.settle(wants, self._grid, self.p.quantity)

    def _lots(self) -> float:
        return float(self.getposition(self.data).size / self.p.quantity)

    def _is_off(self, close: float, step: float) -> bool:
        """Tell whether the price has left the centre by a step, old or new."""
        grid = self._grid
        return grid is None or abs(close - grid.centre) >= min(step, grid.step)

    def _begin(self) -> None:
        """Find again what rests, and on which lines."""
        self._begun = True
        self._resting.find()
        if self._grid is None:
            self._grid = self._found()

    def _found(self) -> EvenLines | None:
        """Return the lines that what rests and what is held were traded on, if anything is."""
        lots, resting = self._lots(), self._resting
        buys, sells = resting.prices(buys=True), resting.prices(buys=False)
        step = self.p.factor * self._ranges[0]
        if not step > 0 or not (buys or sells or whole_lots(lots) != (0, 0)):
            return None
        average = self.getposition(self.data).price
        lines = even_lines_of(round(lots), average, buys, sells, step)
        caps = Caps(*holdable(self.p.direction, self.p.most), self.p.resting)
        zero = resting.found_zero(lines, lots, caps)
        return EvenLines(lines.price(zero or 0), lines.step)

    def notify_order(self, order: Any) -> None:
        """Forget an order that is over."""
        self._resting.notice(order)

    def remember(self) -> Mapping[str, Any]:
        """Return what makes a restart exact where orders and position leave it open."""
        grid = self._grid
        return {} if grid is None else {"centre": grid.centre, "step": grid.step}

    def on_recover(self, memory: Mapping[str, Any]) -> None:
        """Take back what `remember` gave."""
        centre, step = memory.get("centre"), memory.get("step")
        if isinstance(centre, float) and isinstance(step, float) and step > 0:
            self._grid = EvenLines(centre, step)


def _above_nothing(grid: EvenLines, most: int) -> Reach:
    """Return the lines with a price."""
    return Reach(max(-most, floor(-grid.centre / grid.step) + 1), most)


def build(config: AtrGridConfig, context: BuildContext) -> StrategySpec:
    """Return the strategy with its checked parameters."""
    return StrategySpec(AtrGrid, config.params.model_dump())
