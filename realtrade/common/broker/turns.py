"""What Cerebro's loop is doing around the broker: has a bar come, does the strategy run first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.common.simulated import SimulatedVenue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.plugins.ports.venue import Venue


class Turns:
    """Looks at the Cerebro a broker was given to; without one, every turn is a bar's."""

    def __init__(self, cerebro: Any, venue: Venue) -> None:
        self._cerebro = cerebro
        self._venue: Any = venue
        self._simulated = isinstance(venue, SimulatedVenue)
        self._seen = -1
        self._live = any(data.islive() and not data.replaying for data in self.datas)
        hubs = (getattr(data, "hub", None) for data in self.datas)
        self._hub = next((hub for hub in hubs if hub is not None), None)

    @property
    def datas(self) -> Sequence[Any]:
        """Every feed of the run."""
        return () if self._cerebro is None else self._cerebro.datas

    def bar_is_new(self) -> bool:
        """Tell a bar from a turn between bars: with live feeds Cerebro turns without one."""
        if not self._live:
            return True
        before, self._seen = self._seen, sum(len(data) for data in self.datas)
        return before != self._seen

    def bar_is_history(self) -> bool:
        """Tell whether the bar is from before the start of a live run: nobody acts on it."""
        return self._hub is not None and not self._hub.live

    def strategy_runs_first(self) -> bool:
        """Tell whether strategies run on a bar before the broker does: they must see old values."""
        if self._simulated and self._venue.settings.cheat_on_open:
            return True
        return bool(getattr(self._cerebro, "_timerscheat", None))
