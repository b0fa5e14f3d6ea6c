"""Give a position up at so many average true ranges from its entry."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from realtrade.plugins.config import PluginConfig
from realtrade.plugins.ports.risk import Needs
from realtrade.risk.ranges import average_true_range
from realtrade.risk.settings import Count, PositiveNumber
from realtrade.risk.stop import Place, met

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.model.remembered import Entry
    from realtrade.model.verdict import Action
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.plugins.ports.risk import RiskView


class AtrStopConfig(PluginConfig):
    """Settings of the `atr_stop`.

    Example:
        ```yaml
        risk:
          stop: {type: atr_stop, multiple: 2, period: 14}
        ```
    """

    type: Literal["atr_stop"] = "atr_stop"
    multiple: PositiveNumber = Decimal(3)
    """Average true ranges between the entry price and the stop."""
    period: Count = 14
    """Bars of the symbol's shortest feed the range is averaged over."""
    place: Place = "local"
    """`local` watches at every bar; `exchange` also rests a stop order at the venue."""


class AtrStop:
    """Close a position once the price has gone so many average true ranges against it.

    The range is the one at the entry: the stop stays where it was first put.

    With fewer than `period` + 1 bars the range is not known and there is no stop yet.

    Backtest: seen at the bar's end and filled by the next bar, so a gap through the stop costs what
    it costs. Live: the same at every closed bar, as long as the bot runs. With `place: exchange` a
    stop order rests at the venue besides: it fills within the bar, also while the bot is dead.
    """

    def __init__(self, config: AtrStopConfig, context: BuildContext) -> None:
        self.name = context.name
        self.place: Place = config.place
        self.needs = Needs(entries=True)
        self._multiple = config.multiple
        self._period = config.period

    def level(self, entry: Entry, view: RiskView) -> Decimal | None:
        """Return where the stop was first put, or is to be put now."""
        held = view.level(self.name, entry.symbol)
        if held is not None:
            return held
        true_range = average_true_range(view, entry.symbol, self._period)
        if true_range is None:
            return None
        return entry.price - entry.direction * self._multiple * true_range

    def watch(self, view: RiskView) -> Sequence[Action]:
        """Return a CLOSE for every position whose stop this bar has met."""
        return met(self, view)
