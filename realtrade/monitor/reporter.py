"""From what was tracked to the files people open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from realtrade.monitor.artifacts import write_equity, write_summary, write_trades
from realtrade.monitor.report import write_report
from realtrade.monitor.summary import Row, summary_fields, summary_rows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from realtrade.model.bar import BarColumns
    from realtrade.monitor.facts import RunFacts
    from realtrade.monitor.statistics import Statistics
    from realtrade.monitor.tracker import PerformanceTracker


@dataclass(frozen=True, slots=True)
class Written:
    """What a report came to."""

    statistics: Statistics
    rows: tuple[Row, ...]
    """The summary table: label, text, definition."""
    files: tuple[Path, ...]
    """`summary.json`, `trades.csv`, `equity.csv` and, unless left out, `report.html`."""


class Reporter:
    """Writes `summary.json`, `trades.csv`, `equity.csv` and `report.html` into one folder.

    The same run gives the same bytes, whenever and wherever it is written.
    """

    def __init__(self, folder: Path, *, html: bool = True) -> None:
        self._folder = folder
        self._html = html

    def write(
        self,
        tracker: PerformanceTracker,
        facts: RunFacts,
        *,
        recipe_text: str = "",
        prices: Mapping[str, BarColumns] | None = None,
    ) -> Written:
        """Write every file, each complete or not at all.

        Args:
            tracker: the run.
            facts: who ran and how.
            recipe_text: the effective recipe as YAML, secrets as references.
            prices: bars by symbol, for the report's charts.

        Raises:
            OSError: the folder cannot be written to.
            ValueError: an amount is infinite or not a number; says which.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        statistics = tracker.statistics()
        rows = summary_rows(tracker, facts, statistics)
        files = [
            write_summary(self._folder, summary_fields(tracker, facts, statistics)),
            write_trades(self._folder, tracker.round_trips),
            write_equity(self._folder, tracker.columns()),
        ]
        if self._html:
            files.append(
                write_report(
                    self._folder,
                    tracker,
                    facts=facts,
                    rows=rows,
                    recipe_text=recipe_text,
                    prices=prices or {},
                )
            )
        return Written(statistics, rows, tuple(files))
