"""Ask for less gain the longer a position is held."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from realtrade.model.verdict import Action, ActionKind
from realtrade.plugins.config import PluginConfig
from realtrade.plugins.ports.risk import Needs
from realtrade.plugins.values import Duration, Percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.model.remembered import Entry
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.plugins.ports.risk import RiskView


class RoiTableConfig(PluginConfig):
    """Settings of the `roi_table`.

    Example:
        ```yaml
        risk:
          roi: {type: roi_table, table: {0s: 4%, 30m: 2%, 2h: 0%}}
        ```
    """

    type: Literal["roi_table"] = "roi_table"
    table: Annotated[dict[Duration, Percent], Field(min_length=1)]
    """Gain at which a position is closed, by how long it has been held at least."""


class RoiTable:
    """Close a position whose gain at the last close is enough for the time it took.

    Gain is of the price alone: leave room for fees.

    Backtest: seen at the bar's end and filled by the next bar. Live: the same at every closed bar;
    the time of the entry survives a restart.
    """

    def __init__(self, config: RoiTableConfig, context: BuildContext) -> None:
        self.name = context.name
        self.needs = Needs(entries=True)
        self._rows = sorted(config.table.items(), reverse=True)

    def watch(self, view: RiskView) -> Sequence[Action]:
        """Return a CLOSE for every position that has gained enough."""
        actions = [self._enough(entry, view) for entry in view.entries]
        return [action for action in actions if action is not None]

    def _enough(self, entry: Entry, view: RiskView) -> Action | None:
        held = timedelta(milliseconds=view.now_ms - entry.opened_ms)
        wanted = next((gain for after, gain in self._rows if held >= after), None)
        gain = entry.gain(view.price(entry.symbol))
        if wanted is None or gain < wanted:
            return None
        reason = f"{entry.symbol} has gained {gain:.2%} in {held}, enough is {wanted:.2%}"
        return Action(ActionKind.CLOSE, self.name, reason, entry.symbol)
