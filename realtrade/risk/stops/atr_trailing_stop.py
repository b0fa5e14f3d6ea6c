"""Follow the close at so many average true ranges."""

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


class AtrTrailingStopConfig(PluginConfig):
    """Settings of the `atr_trailing_stop`.

    Example:
        ```yaml
        risk:
          stop: {type: atr_trailing_stop, multiple: 3, period: 14}
        ```
    """

    type: Literal["atr_trailing_stop"] = "atr_trailing_stop"
    multiple: PositiveNumber = Decimal(3)
    """Average true ranges between the close and the stop."""
    period: Count = 14
    """Bars of the symbol's shortest feed the range is averaged over."""
    place: Place = "local"
    """`local` watches at every bar; `exchange` also rests a stop order at the venue."""


class AtrTrailingStop:
    """Close a position once the price comes back so many average true ranges from a close.

    The stop follows each close at the range of that time, and never steps back.

    With fewer than `period` + 1 bars the range is not known and there is no stop yet.

    Backtest: seen at the bar's end and filled by the next bar, so a gap through the stop costs what
    it costs. Live: the same at every closed bar, as long as the bot runs. With `place: exchange` a
    stop order rests at the venue besides: it fills within the bar, also while the bot is dead.
    """

    def __init__(self, config: AtrTrailingStopConfig, context: BuildContext) -> None:
        self.name = context.name
        self.place: Place = config.place
        self.needs = Needs(entries=True)
        self._multiple = config.multiple
        self._period = config.period

    def level(self, entry: Entry, view: RiskView) -> Decimal | None:
        """Return where the stop belongs after the last close."""
        true_range = average_true_range(view, entry.symbol, self._period)
        if true_range is None:
            return None
        return view.price(entry.symbol) - entry.direction * self._multiple * true_range

    def watch(self, view: RiskView) -> Sequence[Action]:
        """Return a CLOSE for every position whose stop this bar has met."""
        return met(self, view)
