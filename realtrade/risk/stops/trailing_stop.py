"""Give a position up once the price has come back too far from its best."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING, Literal

from realtrade.plugins.config import PluginConfig
from realtrade.plugins.ports.risk import Needs
from realtrade.risk.settings import PositivePercent
from realtrade.risk.stop import Place, met

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.model.remembered import Entry
    from realtrade.model.verdict import Action
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.plugins.ports.risk import RiskView


class TrailingStopConfig(PluginConfig):
    """Settings of the `trailing_stop`.

    Example:
        ```yaml
        risk:
          stop:  {type: trailing_stop, distance: 3%}
          steps: {type: trailing_stop, distance: 4%, step: 2%, after: 5%}
        ```
    """

    type: Literal["trailing_stop"] = "trailing_stop"
    distance: PositivePercent
    """How far behind the best price since entry, as a share of that price."""
    step: PositivePercent | None = None
    """Move only when the best price has gained another such share of the entry price."""
    after: PositivePercent | None = None
    """Begin to trail once the best price has gained so much; there is no stop before."""
    place: Place = "local"
    """`local` watches at every bar; `exchange` also rests a stop order at the venue."""


class TrailingStop:
    """Close a position when the price comes back by `distance` from its best since entry.

    A long position is closed when a bar's low meets the stop as it stood before the bar, or its
    close meets the stop the bar itself has moved; a short one the other way round.

    Backtest: seen at the bar's end and filled by the next bar, so a gap through the stop costs what
    it costs. Live: the same at every closed bar, as long as the bot runs. With `place: exchange` a
    stop order rests at the venue besides: it fills within the bar, also while the bot is dead.
    """

    def __init__(self, config: TrailingStopConfig, context: BuildContext) -> None:
        self.name = context.name
        self.place: Place = config.place
        self.needs = Needs(entries=True)
        self._config = config

    def level(self, entry: Entry, view: RiskView) -> Decimal | None:
        """Return where the stop stands for the best price so far."""
        best = entry.highest if entry.direction > 0 else entry.lowest
        gain = entry.gain(best)
        if self._config.after is not None and gain < self._config.after:
            return None
        if self._config.step is not None:
            steps = (gain / self._config.step).to_integral_value(ROUND_FLOOR)
            best = entry.price * (1 + entry.direction * steps * self._config.step)
        return best * (1 - entry.direction * self._config.distance)

    def watch(self, view: RiskView) -> Sequence[Action]:
        """Return a CLOSE for every position whose stop this bar has met."""
        return met(self, view)
