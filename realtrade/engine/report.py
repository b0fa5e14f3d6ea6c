"""From a finished run to its artifacts and its outcome."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from realtrade.engine.lean import window
from realtrade.engine.markets import instrument_of
from realtrade.engine.risk_facts import drawdown_limits, rule_facts

if TYPE_CHECKING:
    from pathlib import Path

    from realtrade.engine.outcome import RunOutcome
    from realtrade.engine.parts import Parts
    from realtrade.model.bar import BarColumns
    from realtrade.monitor import RunFacts


def with_artifacts(
    parts: Parts, outcome: RunOutcome, out: Path | None, recipe_text: str
) -> RunOutcome:
    """Write the artifacts into `out`, unless that is None, and add them to `outcome`.

    Raises:
        OSError: the artifacts could not be written.
    """
    if out is None:
        return outcome
    from realtrade.monitor import Reporter

    written = Reporter(out).write(
        parts.tracker, facts(parts), recipe_text=recipe_text, prices=prices(parts)
    )
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    return replace(outcome, summary=summary, rows=written.rows, folder=out)


def facts(parts: Parts) -> RunFacts:
    """Return who runs and how."""
    from realtrade.monitor import RunFacts

    recipe, cerebro = parts.recipe, parts.cerebro
    return RunFacts(
        name=recipe.name,
        mode=recipe.mode.value,
        recipe_hash=recipe.hash,
        path="fast" if cerebro.path == "fast" else "stock",
        path_reason=cerebro.path_reason,
        currency=parts.currency,
        description=recipe.description,
        rules=rule_facts(parts),
        drawdown_limits=drawdown_limits(parts),
    )


def prices(parts: Parts) -> dict[str, BarColumns]:
    """Return the bars of every traded symbol, of its first feed; live, those that have come."""
    prices: dict[str, BarColumns] = {}
    for name, data in parts.datas.items():
        symbol = instrument_of(parts, name).symbol
        if symbol not in prices:
            live = data.hub is not None
            prices[symbol] = data.played(window.KEPT) if live else parts.columns[name]
    return prices
