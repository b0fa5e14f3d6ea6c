"""The text of one event: the recipe's template filled in, or the event's own words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from realtrade.model.events import Event
    from realtrade.notifications.plan import RoutePlan

    Fill = Callable[[str, Mapping[str, Mapping[str, Any]]], str]

_ORDER = (
    *("average_price", "client_order_id", "feed", "fee", "filled", "limit_price", "price"),
    *("quantity", "reason", "side", "slippage_bps", "status", "stop_price", "symbol", "type"),
)
_TRADE = (
    *("closed", "entry_price", "exit_price", "fees", "opened", "pnl"),
    *("quantity", "side", "symbol"),
)


class Words:
    """Fills in templates; what cannot be filled in is told in the event's own words."""

    def __init__(self, fill: Fill, *, name: str, mode: str) -> None:
        """Take what fills in a checked template, and what the bot is called."""
        self._fill = fill
        self._recipe = {"name": name, "mode": mode}

    def __call__(self, event: Event, plan: RoutePlan) -> str:
        """Return the text of an event on a route."""
        if plan.text is None:
            return event.message
        try:
            return self._fill(plan.text, self._names(event))
        except Exception as error:  # noqa: BLE001 - an alarm must go out whatever its template does
            return f"{event.message} (its text cannot be filled in: {error})"

    def _names(self, event: Event) -> Mapping[str, Mapping[str, Any]]:
        at = datetime.fromtimestamp(event.time_ms / 1000, UTC)
        return {
            "event": {
                "type": event.type.value,
                "time": f"{at:%Y-%m-%dT%H:%M:%SZ}",
                "message": event.message,
            },
            "recipe": self._recipe,
            "order": _of(event.data, _ORDER),
            "trade": _of(event.data, _TRADE),
        }


def _of(data: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: "" if data.get(name) is None else data[name] for name in names}
