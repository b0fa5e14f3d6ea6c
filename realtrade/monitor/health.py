"""Is the bot well? Conditions looked at one by one, and the worst of them as the answer."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

from realtrade.plugins.ports.health import Finding, HealthStatus

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.plugins.ports.health import Probe
    from realtrade.utils.clock import Clock

WORSE = tuple(HealthStatus)
"""From best to worst."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One thing looked at, since when it is as it is."""

    type: str
    status: HealthStatus
    message: str
    since_ms: int
    value: float | None

    def plain(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "type": self.type,
            "status": self.status.value,
            "message": self.message,
            "since_ms": self.since_ms,
        }


@dataclass(frozen=True, slots=True)
class Health:
    """All conditions, and the worst status among them."""

    status: HealthStatus
    conditions: tuple[Condition, ...]

    def plain(self) -> dict[str, Any]:
        """Return it as plain values."""
        found = [condition.plain() for condition in self.conditions]
        return {"status": self.status.value, "conditions": found}


class HealthCheck:
    """Looks at everything that was registered; safe from any thread.

    A probe that breaks leaves its condition unknown: it never takes the look down.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._probes: dict[str, Probe] = {}
        self._known: dict[str, Condition] = {}
        self._changed: list[Callable[[Condition, Condition | None], None]] = []

    def register(self, name: str, probe: Probe) -> None:
        """Look at one more thing from now on; a name given again replaces the one before."""
        with self._lock:
            self._probes[name] = probe

    def listen(self, listener: Callable[[Condition, Condition | None], None]) -> None:
        """Call `listener` with a condition whose status changed, and what it was before."""
        self._changed.append(listener)

    def look(self) -> Health:
        """Look at everything now."""
        with self._lock:
            probes = list(self._probes.items())
        now_ms = self._clock.now_ms()
        moved = []
        conditions = []
        for name, probe in probes:
            condition, before = self._condition(name, _found(probe), now_ms)
            conditions.append(condition)
            if before is None or before.status is not condition.status:
                moved.append((condition, before))
        for condition, before in moved:
            for listener in self._changed:
                listener(condition, before)
        worst = max((WORSE.index(one.status) for one in conditions), default=0)
        return Health(WORSE[worst], tuple(conditions))

    def _condition(
        self, name: str, found: Finding, now_ms: int
    ) -> tuple[Condition, Condition | None]:
        with self._lock:
            before = self._known.get(name)
            same = before is not None and before.status is found.status
            since_ms = before.since_ms if same and before is not None else now_ms
            condition = self._known[name] = Condition(
                type=name,
                status=found.status,
                message=found.message,
                since_ms=since_ms,
                value=found.value,
            )
        return condition, before


def _found(probe: Probe) -> Finding:
    try:
        return probe()
    except Exception as error:  # noqa: BLE001 - around a plugin's probe; reported as unknown
        return Finding(HealthStatus.UNKNOWN, f"cannot be told: {type(error).__name__}: {error}")
