"""How the door to a real account is doing: its events, its requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.execution.state import State
from realtrade.plugins.ports.health import Finding, HealthStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from realtrade.common.live.venue import LiveVenue
    from realtrade.plugins.ports.health import Probe

_MANY = 1_000
"""Answers and events waiting from which on the trading thread is too slow."""
_HELD = frozenset({State.HALTED, State.REDUCE_ONLY})


def probes(venue: LiveVenue) -> Mapping[str, Probe]:
    """Return what can be looked at from any thread without asking the exchange."""
    return {
        "account_stream": lambda: account_stream(venue),
        "requests": lambda: requests(venue),
        "requests_waiting": lambda: Finding(
            HealthStatus.HEALTHY, value=float(venue.courier.waiting)
        ),
        "reports_waiting": lambda: reports_waiting(venue),
        "trading_state": lambda: trading_state(venue),
    }


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


def reports_waiting(venue: LiveVenue) -> Finding:
    """Look at how much has arrived that the trading thread has not taken yet."""
    waiting = float(len(venue.dispatch.inbox))
    if waiting < _MANY:
        return Finding(HealthStatus.HEALTHY, value=waiting)
    told = f"{waiting:.0f} answers and events wait to be booked, the limit is {_MANY}"
    return Finding(HealthStatus.DEGRADED, told, waiting)


def trading_state(venue: LiveVenue) -> Finding:
    """Look at whether orders may go to the exchange; the value is 0 where all of them may."""
    state, reason = venue.standing.state, venue.standing.reason
    if state is State.LIVE:
        return Finding(HealthStatus.HEALTHY, value=0.0)
    status = HealthStatus.SUSPENDED if state in _HELD else HealthStatus.PROGRESSING
    return Finding(status, f"{state}{': ' if reason else ''}{reason}", 1.0)
