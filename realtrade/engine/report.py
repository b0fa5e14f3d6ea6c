"""From a finished run to its artifacts and its outcome."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from realtrade.engine.markets import instrument_of
from realtrade.engine.outcome import RunOutcome

if TYPE_CHECKING:
    from pathlib import Path

    from realtrade.engine.guard import Crash
    from realtrade.engine.outcome import Ending
    from realtrade.engine.parts import Parts
    from realtrade.model.bar import BarColumns
    from realtrade.monitor import RunFacts


def outcome_of(parts: Parts, ending: Ending, crash: Crash | None, out: Path | None) -> RunOutcome:
    """Write the artifacts into `out`, unless that is None, and say how the run ended.

    Raises:
        OSError: the artifacts could not be written.
    """
    if out is None:
        return RunOutcome(ending=ending, crash=crash)
    from realtrade.monitor import Reporter

    written = Reporter(out).write(
        parts.tracker, _facts(parts), recipe_text=_recipe_text(parts), prices=_prices(parts)
    )
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    return RunOutcome(ending=ending, summary=summary, rows=written.rows, folder=out, crash=crash)


def _facts(parts: Parts) -> RunFacts:
    from realtrade.monitor import RunFacts

    recipe, cerebro = parts.recipe, parts.cerebro
    return RunFacts(
        name=recipe.name,
        mode=recipe.mode.value,
        recipe_hash=recipe.hash,
        path="fast" if cerebro.path == "fast" else "stock",
        path_reason=cerebro.path_reason,
        currency=parts.money.cash.currency,
        description=recipe.description,
    )


def _recipe_text(parts: Parts) -> str:
    """Return the recipe as it was run, secrets as the references they are."""
    return ""


def _prices(parts: Parts) -> dict[str, BarColumns]:
    """Return the bars of every traded symbol, of its first feed."""
    prices: dict[str, BarColumns] = {}
    for name in parts.datas:
        prices.setdefault(instrument_of(parts, name).symbol, parts.columns[name])
    return prices
