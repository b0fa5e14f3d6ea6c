"""What a run did: tracked as it happens, measured, written down and shown.

Importing this package imports no numpy, pyarrow, jinja2, plotly or backtrader: a name is loaded
when it is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from realtrade.monitor.facts import RunFacts
    from realtrade.monitor.health import HealthCheck
    from realtrade.monitor.reporter import Reporter
    from realtrade.monitor.tracker import PerformanceTracker

__all__ = ["HealthCheck", "PerformanceTracker", "Reporter", "RunFacts"]

_HOMES = {
    "HealthCheck": "realtrade.monitor.health",
    "PerformanceTracker": "realtrade.monitor.tracker",
    "Reporter": "realtrade.monitor.reporter",
    "RunFacts": "realtrade.monitor.facts",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(_HOMES[name]), name)
