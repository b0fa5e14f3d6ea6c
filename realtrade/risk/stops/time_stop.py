"""Give up a position that has had its time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from realtrade.model.verdict import Action, ActionKind
from realtrade.plugins.config import PluginConfig
from realtrade.plugins.ports.risk import Needs
from realtrade.plugins.values import Percent
from realtrade.risk.settings import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.model.remembered import Entry
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.plugins.ports.risk import RiskView


class TimeStopConfig(PluginConfig):
    """Settings of the `time_stop`.

    Example:
        ```yaml
        risk:
          patience: {type: time_stop, after: 48h, unless: 1%}
        ```
    """

    type: Literal["time_stop"] = "time_stop"
    after: Span
    """How long a position may be held."""
    unless: Percent | None = None
    """Keep it while it gains at least so much, before fees."""


class TimeStop:
    """Close a position that has been held long enough.

    Backtest and live: time is the bars' own; the close is filled by the next bar, or live at once.
    The time of the entry survives a restart.
    """

    def __init__(self, config: TimeStopConfig, context: BuildContext) -> None:
        self.name = context.name
        self.needs = Needs(entries=True)
        self._after = config.after
        self._unless = config.unless

    def watch(self, view: RiskView) -> Sequence[Action]:
        """Return a CLOSE for every position whose time is over."""
        return [
            Action(
                ActionKind.CLOSE,
                self.name,
                f"{entry.symbol} has been held for {held}, limit {self._after}",
                entry.symbol,
            )
            for entry in view.entries
            if (held := timedelta(milliseconds=view.now_ms - entry.opened_ms)) >= self._after
            and not self._gains(entry, view)
        ]

    def _gains(self, entry: Entry, view: RiskView) -> bool:
        return self._unless is not None and entry.gain(view.price(entry.symbol)) >= self._unless
