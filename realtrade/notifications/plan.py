"""What the notifier is told of a recipe: its routes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import timedelta

    from realtrade.model.events import EventType
    from realtrade.plugins.values import Rate

Severity = Literal["info", "warning", "critical"]
URGENCY: tuple[Severity, ...] = ("critical", "warning", "info")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutePlan:
    """Which events go to which channels, and how."""

    name: str
    events: frozenset[EventType]
    to: tuple[str, ...]
    rate: Rate | None = None
    """At most so many messages in so long; what comes above is told in one summary."""
    digest: timedelta | None = None
    """Gather for so long, then tell everything in one message."""
    repeat: timedelta | None = None
    """Tell the same again only after so long; what differs in numbers only is the same."""
    text: str | None = None
    """Template of the message; the event's own words when None."""
    severity: Severity = "info"

    def ways(self) -> list[str]:
        """Return what the journal knows each of this route's ways by."""
        return [f"{self.name}.{channel}" for channel in self.to]
