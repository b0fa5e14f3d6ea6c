from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from realtrade.common.live import LiveVenue
from realtrade.common.live.probes import probes
from realtrade.plugins.ports.health import HasProbes, HealthStatus


def venue(healthy_since_s: float | None = 1.0, held_s: float = 0.0) -> Any:
    searches = SimpleNamespace(healthy_since_s=healthy_since_s)
    return SimpleNamespace(
        dispatch=SimpleNamespace(searches=searches), courier=SimpleNamespace(held_s=held_s)
    )


@pytest.mark.parametrize(
    ("name", "of", "status", "value"),
    [
        ("account_stream", venue(), HealthStatus.HEALTHY, 0.0),
        ("account_stream", venue(None), HealthStatus.DEGRADED, 1.0),
        ("requests", venue(), HealthStatus.HEALTHY, 0.0),
        ("requests", venue(held_s=12.0), HealthStatus.DEGRADED, 12.0),
    ],
)
def test_tells_how_the_account_is_doing(
    name: str, of: Any, status: HealthStatus, value: float
) -> None:
    found = probes(of)[name]()

    assert (found.status, found.value) == (status, value)


def test_a_live_venue_can_be_looked_at() -> None:
    assert isinstance(LiveVenue.__new__(LiveVenue), HasProbes)
