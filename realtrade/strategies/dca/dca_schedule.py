"""Buy the same amount at regular intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import backtrader as bt

from realtrade.plugins.ports.strategy import StrategySpec
from realtrade.strategies.awake import Awake
from realtrade.strategies.dca.growth import Growth
from realtrade.strategies.rhythm import Rhythm
from realtrade.strategies.working import OrdersAtWork

if TYPE_CHECKING:
    from collections.abc import Mapping

    from realtrade.plugins.ports.build import BuildContext
    from realtrade.strategies.dca.dca_schedule_config import DcaScheduleConfig


class _Plan:
    """Which stretches of one feed's time have had their purchase."""

    def __init__(self, rhythm: Rhythm) -> None:
        self.rhythm = rhythm
        self.growth = Growth()
        self._served: int | None = None
        self._asked: int | None = None
        """The stretch whose purchase was ordered, and not looked after since."""
        self._recovered = False

    def pass_by(self) -> None:
        """Take a bar nothing is bought on: its stretch has begun without us."""
        self._served = self.rhythm.stretch()

    def look(self, position: Any) -> bool:
        """See what became of the last order, and tell whether a purchase is due."""
        bought = self.growth.look(position) is not None
        if self._asked is not None and (bought or not self._recovered):
            self._served = self._asked
        # Ordered before a restart and not bought: it never left, so it is ordered again.
        self._asked, self._recovered = None, False
        now = self.rhythm.stretch()
        if self._served is None:
            self._served = now
        return now > self._served

    def ask(self) -> None:
        """Note that a purchase is ordered."""
        self._asked = self.rhythm.stretch()

    def remember(self) -> list[Any]:
        return [self._served, self._asked, *(self.growth.remember() or ())]

    def restore(self, served: int | None, asked: int | None, *held: float) -> None:
        self._served, self._asked, self._recovered = served, asked, True
        if held:
            self.growth.restore(*held)


class DcaSchedule(bt.Strategy):
    """Buy the same amount at regular intervals.

    What it does, why, and in which markets it fails: see `DcaScheduleConfig`.

    Example:
        ```python
        cerebro.addstrategy(DcaSchedule, every=24, take_profit=0.3)
        ```
    """

    params = (("every", 24), ("take_profit", 0.0))

    def __init__(self) -> None:
        self._plans = [_Plan(Rhythm(data, self.p.every)) for data in self.datas]
        self._working = OrdersAtWork()
        self._awake = Awake(self.datas)
        self._begun = False

    def notify_data(self, data: Any, status: int, *words: Any, **named: Any) -> None:
        """Learn that bars are of now."""
        self._awake.notice(data, status)

    def next(self) -> None:
        """Buy or sell, feed by feed, where no order is at work."""
        if not self._awake:
            for plan in self._plans:
                plan.pass_by()
            return
        if not self._begun:
            self._begun = True
            self._working.find(self)
        for index, data in enumerate(self.datas):
            if not self._working.on(index):
                self._working.add(self._trade(index, data), index)

    def _trade(self, index: int, data: Any) -> Any:
        position, plan = self.getposition(data), self._plans[index]
        due = plan.look(position)
        goal = position.price * (1.0 + self.p.take_profit)
        if self.p.take_profit and position.size > 0 and data.close[0] >= goal:
            return self.close(data=data)
        if not due:
            return None
        plan.ask()
        return self.buy(data=data)

    def notify_order(self, order: Any) -> None:
        """Forget an order that is over."""
        self._working.notice(order)

    def remember(self) -> Mapping[str, Any]:
        """Return of each feed which stretches were bought in, and how long a stretch is."""
        return {
            "seconds": [plan.rhythm.length_s for plan in self._plans],
            "plans": [plan.remember() for plan in self._plans],
        }

    def on_recover(self, memory: Mapping[str, Any]) -> None:
        """Take back what `remember` gave, if stretches are as long as then, and of known length."""
        lengths = [plan.rhythm.length_s for plan in self._plans]
        if None in lengths or memory.get("seconds") != lengths:
            return
        for plan, values in zip(self._plans, memory["plans"], strict=True):
            plan.restore(*values)


def build(config: DcaScheduleConfig, context: BuildContext) -> StrategySpec:
    """Return the strategy with its checked parameters."""
    return StrategySpec(DcaSchedule, config.params.model_dump())
