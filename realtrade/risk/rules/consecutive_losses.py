"""Stop after so many losses in a row."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import takewhile
from typing import TYPE_CHECKING, Literal, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from realtrade.model.verdict import Approved, Denied
from realtrade.plugins.config import PluginConfig
from realtrade.plugins.ports.risk import Needs, Reading
from realtrade.risk.consequence import Consequence
from realtrade.risk.settings import Count, Outcome, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.model.order import OrderIntent
    from realtrade.model.remembered import ClosedTrade
    from realtrade.model.verdict import Action, Verdict
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.plugins.ports.risk import RiskView

_MS = timedelta(milliseconds=1)


class ConsecutiveLossesConfig(PluginConfig):
    """Settings of the `consecutive_losses` rule.

    Example:
        ```yaml
        risk:
          streak: {type: consecutive_losses, max: 4, pause: 12h}
          brake:  {type: consecutive_losses, max: 8, action: halt}
        ```
    """

    type: Literal["consecutive_losses"] = "consecutive_losses"
    max: Count
    """Losses in a row, fees included, at which to stop."""
    pause: Span | None = None
    """How long from the last loss; needed for `deny`. A halt without it lasts until resumed."""
    action: Outcome = "deny"
    """After so many losses: deny new exposure, also halt, or also close everything."""

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if self.action == "deny" and self.pause is None:
            code, message = (
                "realtrade_limit",
                "`deny` needs a `pause`: without trades the row of losses never ends",
            )
            raise PydanticCustomError(code, message)
        return self


class ConsecutiveLosses:
    """Deny new exposure for a while after so many closed trades in a row have lost money.

    After the pause trading goes on; the next loss lengthens the row and pauses again, a trade
    without loss ends it. A halt that ends starts the count anew.

    Backtest and live: time is the bars' own; the row of losses survives a restart.
    """

    def __init__(self, config: ConsecutiveLossesConfig, context: BuildContext) -> None:
        self.name = context.name
        self._max = config.max
        self._pause = config.pause
        self._then = Consequence(self.name, config.action, config.pause)
        self.needs = Needs(trades=config.max, actions=self._then.acts, watch=self._then.acts)

    def assess(self, intent: OrderIntent, view: RiskView) -> Verdict:
        """Return a denial while the pause lasts, or with the halt that begins."""
        if view.reduces(intent) or not (reading := self.reading(view)).breached:
            return Approved()
        if self._then.acts:
            return self._then.denied(reading.text, view.now_ms)
        return Denied(self.name, f"{reading.text}, pausing for {self._pause} since the last")

    def watch(self, view: RiskView) -> Sequence[Action]:
        """Return the action after so many losses."""
        reading = self.reading(view)
        return self._then.actions(reading.text, view.now_ms) if reading.breached else ()

    def reading(self, view: RiskView) -> Reading:
        """Return the present row of losses against the limit."""
        row = self._row(view)
        count = len(row)
        text = f"{count} losses in a row of {self._max} allowed"
        breached = count >= self._max and not self._over(row[0], view)
        return Reading(self.name, Decimal(count), Decimal(self._max), breached, text)

    def _row(self, view: RiskView) -> list[ClosedTrade]:
        """Return the losses in a row, newest first."""
        since = view.resumed(self.name)
        start_ms = -1 if since is None else since.time_ms
        return list(
            takewhile(lambda t: t.pnl < 0 and t.closed_ms > start_ms, reversed(view.trades))
        )

    def _over(self, last: ClosedTrade, view: RiskView) -> bool:
        """Tell whether the pause of a denial is over; a halt keeps its own time."""
        if self._then.acts or self._pause is None:
            return False
        return view.now_ms >= last.closed_ms + self._pause // _MS
