"""One HTML file that shows a run: no server, no network, nothing but a browser."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from realtrade.monitor.artifacts import replacing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from realtrade.model.bar import BarColumns
    from realtrade.monitor.facts import RunFacts
    from realtrade.monitor.summary import Row
    from realtrade.monitor.tracker import PerformanceTracker


def write_report(
    folder: Path,
    tracker: PerformanceTracker,
    *,
    facts: RunFacts,
    rows: Sequence[Row],
    recipe_text: str,
    prices: Mapping[str, BarColumns],
) -> Path:
    """Write `report.html`."""
    cells = "".join(f"<tr><td>{escape(row.label)}<td>{escape(row.value)}" for row in rows)
    page = f"<!doctype html><title>{escape(facts.name)}</title><table>{cells}</table>"
    with replacing(folder / "report.html") as file:
        file.write(page.encode())
    return folder / "report.html"
