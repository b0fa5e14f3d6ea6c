"""Looks at the bot's health once a second, and tells people when it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.engine.lifecycle import RUNNING
from realtrade.model.events import Event, EventType
from realtrade.monitor.health import Health
from realtrade.plugins.ports.health import HealthStatus

if TYPE_CHECKING:
    from realtrade.engine.parts import Parts
    from realtrade.monitor.health import Condition, HealthCheck

_PATIENCE_S = 5.0
"""How long something may be ill before people are told: a stream connects anew in less."""
_NOTHING = Health(HealthStatus.PROGRESSING, ())


class Vigil:
    """Keeps the newest answer of a health check, so that asking costs nothing."""

    def __init__(self, parts: Parts, check: HealthCheck) -> None:
        self._parts = parts
        self._check = check
        self._told_ill = False
        self._well_s = parts.clock.monotonic_s()
        self.health = _NOTHING
        """The answer of the last look."""
        check.listen(self._moved)

    def look(self) -> None:
        """Look at everything now; a change for the worse, or back, is an event."""
        self.health = self._check.look()
        status, now_s = self.health.status, self._parts.clock.monotonic_s()
        ill = status in {HealthStatus.DEGRADED, HealthStatus.UNKNOWN}
        if not ill or self._parts.lifecycle.phase not in RUNNING:
            self._well_s = now_s
        lasting = now_s - self._well_s >= _PATIENCE_S
        if lasting is not self._told_ill and lasting is ill:
            self._told_ill = ill
            why = next((one.message for one in self.health.conditions if one.status is status), "")
            message = f"health is {status}{f': {why}' if ill and why else ''}"
            self._tell(EventType.HEALTH_CHANGED, message, {"status": status.value})

    def now(self) -> Health:
        """Return the answer of the last look."""
        return self.health

    def _moved(self, condition: Condition, before: Condition | None) -> None:
        kind, _, feed = condition.type.partition(".")
        if kind == "feed" and condition.status is HealthStatus.DEGRADED:
            self._tell(EventType.FEED_STALE, condition.message, {"feed": feed})

    def _tell(self, kind: EventType, message: str, data: dict[str, str]) -> None:
        self._parts.tell(Event(kind, self._parts.clock.now_ms(), message, data))
