"""Hang the stop so many average true ranges below the best price since entry."""

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


class ChandelierStopConfig(PluginConfig):
    """Settings of the `chandelier_stop`.

    Example:
        ```yaml
        risk:
          stop: {type: chandelier_stop, multiple: 3, period: 22}
        ```
    """

    type: Literal["chandelier_stop"] = "chandelier_stop"
    multiple: PositiveNumber = Decimal(3)
    """Average true ranges between the best price and the stop."""
    period: Count = 14
    """Bars of the symbol's shortest feed the range is averaged over."""
    place: Place = "local"
    """`local` watches at every bar; `exchange` also rests a stop order at the venue."""


class ChandelierStop:
    """Close a position once the price comes back so many average true ranges from its best.

    The best price is the highest high since entry, a short position's lowest low; the range is
    the present one, and the stop never steps back.

    With fewer than `period` + 1 bars the range is not known and there is no stop yet.

    Backtest: seen at the bar's end and filled by the next bar, so a gap through the stop costs what
    it costs. Live: the same at every closed bar, as long as the bot runs. With `place: exchange` a
    stop order rests at the venue besides: it fills within the bar, also while the bot is dead.
    """

    def __init__(self, config: ChandelierStopConfig, context: BuildContext) -> None:
        self.name = context.name
        self.place: Place = config.place
        self.needs = Needs(entries=True)
        self._multiple = config.multiple
        self._period = config.period

    def level(self, entry: Entry, view: RiskView) -> Decimal | None:
        """Return where the stop hangs from the best price so far."""
        true_range = average_true_range(view, entry.symbol, self._period)
        if true_range is None:
            return None
        best = entry.highest if entry.direction > 0 else entry.lowest
        return best - entry.direction * self._multiple * true_range

    def watch(self, view: RiskView) -> Sequence[Action]:
        """Return a CLOSE for every position whose stop this bar has met."""
        return met(self, view)
