"""Who records the equity curve of a run: an analyzer bar by bar, or the broker at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.engine.equipment import equipped
from realtrade.engine.markets import instrument_of

if TYPE_CHECKING:
    from collections.abc import Mapping

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


def add_recorder(parts: Parts, symbols: Mapping[str, str]) -> None:
    """Add the analyzer that fits: both record executions. `symbols` are those of the feeds."""
    from realtrade.monitor.analyzer import FillAnalyzer, TrackingAnalyzer

    words: dict[str, Any] = {"tracker": parts.tracker, "symbols": symbols}
    if afterwards(parts):
        parts.cerebro.addanalyzer(FillAnalyzer, **words)
    else:
        history = parts.warming_up if parts.live else None
        parts.cerebro.addanalyzer(TrackingAnalyzer, history=history, **words)


def finish(parts: Parts) -> None:
    """Work out what was left for the end."""
    from realtrade.engine.curve import CurveBroker

    strategies = getattr(parts.cerebro, "runningstrats", ())
    if isinstance(parts.broker, CurveBroker) and strategies:
        parts.broker.record_curve(parts.tracker, len(strategies[0]))
