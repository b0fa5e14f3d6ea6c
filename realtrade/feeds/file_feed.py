"""Bars from a CSV or Parquet file, every row of them checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.feeds.findings import Findings
from realtrade.feeds.reading import Reading
from realtrade.feeds.table import Table
from realtrade.feeds.values import Times
from realtrade.plugins.ports.feed import FeedError

if TYPE_CHECKING:
    from pathlib import Path

    from realtrade.feeds.config import FileFeedConfig
    from realtrade.model.bar import BarColumns
    from realtrade.model.instrument import Instrument
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.utils.timeframes import Timeframe


def build(config: FileFeedConfig, context: BuildContext) -> FileFeed:
    """Return the feed; the file is opened when its history is asked for."""
    return FileFeed(config, folder=context.folder)


class FileFeed:
    """All bars of one file. Nothing is kept: every `history` reads the file anew."""

    def __init__(self, config: FileFeedConfig, *, folder: Path) -> None:
        self._config = config
        self._file = folder / config.path
        self._instrument = config.instrument()

    @property
    def instrument(self) -> Instrument:
        """What the bars are of."""
        return self._instrument

    @property
    def timeframe(self) -> Timeframe:
        """Length of every bar."""
        return self._config.timeframe

    def history(self) -> BarColumns:
        """Read and check the whole file.

        Raises:
            FeedError: the file cannot be read, has no rows, or has bad ones; bad rows are named
                with their line and what is wrong.
        """
        path = self._config.path
        table = Table(self._file, path, self._config.columns)
        findings = Findings()
        reading = Reading(Times(path, self._config.timezone), findings)
        for block in table.blocks():
            reading.add(block)
        columns = reading.columns(self.timeframe)
        findings.raise_if_any(path, table.line, table.broken)
        if not len(columns):
            msg = f"{path}: the file has no rows"
            raise FeedError(msg)
        return columns
