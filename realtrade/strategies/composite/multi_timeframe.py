"""Trade on short bars only with what longer bars say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.plugins.ports.strategy import StrategySpec
from realtrade.strategies.composite.assembly import part_of
from realtrade.strategies.composite.members import Member
from realtrade.strategies.stances import StanceStrategy

if TYPE_CHECKING:
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.strategies.composite.multi_timeframe_config import MultiTimeframeConfig


class MultiTimeframe(StanceStrategy):
    """Trade on short bars only with what longer bars say.

    What it does, why, and in which markets it fails: see `MultiTimeframeConfig`.

    Raises:
        ValueError: there is one feed only, or a strategy is missing.

    Example:
        ```python
        cerebro.adddata(hours), cerebro.adddata(days)
        cerebro.addstrategy(MultiTimeframe, entry=(RsiReversion, {}), trend=(MaCross, {}))
        ```
    """

    params = (("entry", None), ("trend", None), ("leave", "either"))

    def __init__(self) -> None:
        super().__init__()
        if len(self.datas) < 2 or not self.p.entry or not self.p.trend:  # noqa: PLR2004 - one to trade, one to ask
            msg = "multi_timeframe needs two feeds at least, and both `entry` and `trend`"
            raise ValueError(msg)
        self._slow = range(len(self.datas) - 1)
        self._entry = Member(self.p.entry, self.datas[:1])
        self._trend = Member(self.p.trend, self.datas[1:])

    def look(self) -> None:
        """Take a stance on the first feed alone."""
        self.take(0, self.allowed(self._wanted(self._stances[0])))

    def _wanted(self, now: int) -> int:
        entry = self._entry.stance(0)
        trends = {self._trend.stance(index) for index in self._slow}
        if trends == {entry}:
            return entry
        return now if self.p.leave == "entry" and now == entry else 0


def build(config: MultiTimeframeConfig, context: BuildContext) -> StrategySpec:
    """Return the strategy with its members' classes and checked parameters.

    Raises:
        SettingWrong: a member's class cannot be had, or cannot be combined.
    """
    given = config.params
    parts = {
        name: part_of(member, context, f"params.{name}")
        for name, member in (("entry", given.entry), ("trend", given.trend))
    }
    return StrategySpec(MultiTimeframe, {**given.model_dump(exclude=set(parts)), **parts})
