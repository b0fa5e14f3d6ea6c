"""Who records the equity curve of a run: an analyzer bar by bar, or the broker at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.engine.equipment import equipped
from realtrade.engine.markets import instrument_of

if TYPE_CHECKING:
    from realtrade.common import BaseBroker
    from realtrade.engine.parts import Parts


def afterwards(parts: Parts) -> bool:
    """Tell whether equity is worked out after the run: a backtest on one feed of whole units."""
    if parts.live or len(parts.traded) != 1:
        return False
    return instrument_of(parts, parts.traded[0]).contract_size == 1


def broker_class(parts: Parts) -> type[BaseBroker]:
    """Return the broker that fits."""
    from realtrade.common import BaseBroker
    from realtrade.engine.curve import CurveBroker

    return equipped(parts, CurveBroker if afterwards(parts) else BaseBroker)


def recorder_class(parts: Parts) -> Any:
    """Return the analyzer that fits: both record executions."""
    from realtrade.monitor.analyzer import FillAnalyzer, TrackingAnalyzer

    return FillAnalyzer if afterwards(parts) else TrackingAnalyzer


def finish(parts: Parts) -> None:
    """Work out what was left for the end."""
    from realtrade.engine.curve import CurveBroker

    strategies = getattr(parts.cerebro, "runningstrats", ())
    if isinstance(parts.broker, CurveBroker) and strategies:
        parts.broker.record_curve(parts.tracker, len(strategies[0]))
