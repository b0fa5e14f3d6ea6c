from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from realtrade.common.live import LiveVenue
from realtrade.common.live.probes import probes
from realtrade.execution.state import State
from realtrade.plugins.ports.health import HasProbes, HealthStatus


def venue(
    healthy_since_s: float | None = 1.0,
    held_s: float = 0.0,
    waiting: int = 0,
    arrived: int = 0,
    state: State = State.LIVE,
) -> Any:
    searches = SimpleNamespace(healthy_since_s=healthy_since_s)
    return SimpleNamespace(
        dispatch=SimpleNamespace(searches=searches, inbox=range(arrived)),
        courier=SimpleNamespace(held_s=held_s, waiting=waiting),
        standing=SimpleNamespace(state=state, reason="" if state is State.LIVE else "why"),
    )


@pytest.mark.parametrize(
    ("name", "of", "status", "value"),
    [
        ("account_stream", venue(), HealthStatus.HEALTHY, 0.0),
        ("account_stream", venue(None), HealthStatus.DEGRADED, 1.0),
        ("requests", venue(), HealthStatus.HEALTHY, 0.0),
        ("requests", venue(held_s=12.0), HealthStatus.DEGRADED, 12.0),
        ("requests_waiting", venue(waiting=7), HealthStatus.HEALTHY, 7.0),
        ("reports_waiting", venue(arrived=999), HealthStatus.HEALTHY, 999.0),
        ("reports_waiting", venue(arrived=1_000), HealthStatus.DEGRADED, 1_000.0),
        ("trading_state", venue(), HealthStatus.HEALTHY, 0.0),
        ("trading_state", venue(state=State.RECONCILING), HealthStatus.PROGRESSING, 1.0),
        ("trading_state", venue(state=State.REDUCE_ONLY), HealthStatus.SUSPENDED, 1.0),
        ("trading_state", venue(state=State.HALTED), HealthStatus.SUSPENDED, 1.0),
    ],
)
def test_tells_how_the_account_is_doing(
    name: str, of: Any, status: HealthStatus, value: float
) -> None:
    found = probes(of)[name]()

    assert (found.status, found.value) == (status, value)


def test_says_why_orders_may_not_go_out() -> None:
    found = probes(venue(state=State.REDUCE_ONLY))["trading_state"]()

    assert found.message == "reduce_only: why"


def test_a_live_venue_can_be_looked_at() -> None:
    assert isinstance(LiveVenue.__new__(LiveVenue), HasProbes)
