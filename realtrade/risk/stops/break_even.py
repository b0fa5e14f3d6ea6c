"""Once a position has gained enough, let it lose nothing any more."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Literal, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from realtrade.plugins.config import PluginConfig
from realtrade.plugins.ports.risk import Needs
from realtrade.plugins.values import Percent
from realtrade.risk.settings import PositivePercent
from realtrade.risk.stop import Place, met

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.model.remembered import Entry
    from realtrade.model.verdict import Action
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.plugins.ports.risk import RiskView


class BreakEvenConfig(PluginConfig):
    """Settings of the `break_even` stop.

    Example:
        ```yaml
        risk:
          even: {type: break_even, at: 2%, offset: 20 bps}
        ```
    """

    type: Literal["break_even"] = "break_even"
    at: PositivePercent
    """Gain of the best price since entry that puts the stop in place."""
    offset: Percent = Decimal(0)
    """How far on the winning side of the entry price the stop is put, to pay for the fees."""
    place: Place = "local"
    """`local` watches at every bar; `exchange` also rests a stop order at the venue."""

    @model_validator(mode="after")
    def _is_behind(self) -> Self:
        if self.offset >= self.at:
            code, message = "realtrade_limit", "`offset` must be smaller than `at`"
            raise PydanticCustomError(code, message)
        return self


class BreakEven:
    """Close a position that comes back to its entry price after a gain.

    Backtest: seen at the bar's end and filled by the next bar, so a gap through the stop costs what
    it costs. Live: the same at every closed bar, as long as the bot runs. With `place: exchange` a
    stop order rests at the venue besides: it fills within the bar, also while the bot is dead.
    """

    def __init__(self, config: BreakEvenConfig, context: BuildContext) -> None:
        self.name = context.name
        self.place: Place = config.place
        self.needs = Needs(entries=True)
        self._at = config.at
        self._offset = config.offset

    def level(self, entry: Entry, view: RiskView) -> Decimal | None:
        """Return the entry price with its offset, or None before the gain."""
        best = entry.highest if entry.direction > 0 else entry.lowest
        if entry.gain(best) < self._at:
            return None
        return entry.price * (1 + entry.direction * self._offset)

    def watch(self, view: RiskView) -> Sequence[Action]:
        """Return a CLOSE for every position whose stop this bar has met."""
        return met(self, view)
