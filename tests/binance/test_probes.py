from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from realtrade.binance.probes import probes
from realtrade.common.rest.rate_gate import RateGate, Urgency
from realtrade.plugins.ports.health import Finding, HealthStatus
from realtrade.utils.clock import ManualClock

NOON_MS = 1_000 * 60_000


def look(
    name: str,
    *,
    offset_ms: float = 0.0,
    used: float = 0,
    held_ms: int = 0,
    connected: bool = True,
    troubles: int = 0,
) -> Finding:
    clock = ManualClock(NOON_MS)
    gate = RateGate(clock, per_minute=1_000)
    for _ in range(troubles):
        gate.count(trouble=True)
    if used:
        gate.admit(Urgency.CANCEL, used)
    if held_ms:
        gate.hold(NOON_MS + held_ms)
    store: Any = SimpleNamespace(clock=SimpleNamespace(offset_ms=offset_ms), gate=gate)
    stream: Any = SimpleNamespace(socket=SimpleNamespace(name="bars", is_connected=connected))
    return probes(lambda: [store], lambda: [stream], clock)[name]()


@pytest.mark.parametrize(
    ("name", "state", "status", "value"),
    [
        ("bars_stream", {}, HealthStatus.HEALTHY, 0.0),
        ("bars_stream", {"connected": False}, HealthStatus.DEGRADED, 1.0),
        ("clock", {"offset_ms": -4_000.0}, HealthStatus.HEALTHY, -4.0),
        ("clock", {"offset_ms": -6_000.0}, HealthStatus.DEGRADED, -6.0),
        ("rate_limit", {"used": 250}, HealthStatus.HEALTHY, 0.75),
        ("rate_limit", {"used": 950}, HealthStatus.DEGRADED, 0.05),
        ("rate_limit", {"held_ms": 30_000}, HealthStatus.DEGRADED, 0.0),
        ("rest", {}, HealthStatus.HEALTHY, 0.0),
        ("rest", {"troubles": 2}, HealthStatus.HEALTHY, 2.0),
        ("rest", {"troubles": 3}, HealthStatus.DEGRADED, 3.0),
    ],
)
def test_tells_how_binance_is_doing(
    name: str, state: dict[str, Any], status: HealthStatus, value: float
) -> None:
    found = look(name, **state)

    assert found.status is status
    assert found.value == pytest.approx(value, abs=1e-9)
    assert bool(found.message) is (status is HealthStatus.DEGRADED)


def test_a_ban_says_for_how_long() -> None:
    assert look("rate_limit", held_ms=30_000).message == (
        "the exchange keeps us out for another 30 s"
    )
