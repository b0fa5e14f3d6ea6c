"""How the door to a real account is doing: its events, its requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.plugins.ports.health import Finding, HealthStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from realtrade.common.live.venue import LiveVenue
    from realtrade.plugins.ports.health import Probe


def probes(venue: LiveVenue) -> Mapping[str, Probe]:
    """Return what can be looked at from any thread without asking the exchange."""
    return {"account_stream": lambda: account_stream(venue), "requests": lambda: requests(venue)}


def account_stream(venue: LiveVenue) -> Finding:
    """Look at whether the account's events flow: without them nothing new is known for sure."""
    if venue.dispatch.searches.healthy_since_s is not None:
        return Finding(HealthStatus.HEALTHY, value=0.0)
    return Finding(HealthStatus.DEGRADED, "the account's events do not flow", 1.0)


def requests(venue: LiveVenue) -> Finding:
    """Look at whether requests are held back; the value is for how many seconds."""
    held_s = venue.courier.held_s
    if held_s <= 0:
        return Finding(HealthStatus.HEALTHY, value=0.0)
    told = f"requests are held back for another {held_s:.0f} s"
    return Finding(HealthStatus.DEGRADED, told, held_s)
