"""Bars from a CSV or Parquet file, every row of them checked."""

from __future__ import annotations

from datetime import timedelta
from difflib import get_close_matches
from typing import TYPE_CHECKING

import numpy as np

from realtrade.common.stamps import close_times
from realtrade.feeds.findings import Findings
from realtrade.feeds.reading import Reading
from realtrade.feeds.table import Table, Untypable
from realtrade.feeds.values import Times
from realtrade.plugins.errors import SettingWrong
from realtrade.plugins.ports.feed import FeedError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from realtrade.feeds.config import FileFeedConfig
    from realtrade.model.bar import BarColumns
    from realtrade.model.instrument import Instrument
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.utils.timeframes import Timeframe

_LOOKED_AT, _TELLING = 1_000, 10
"""How many bars are looked at for their length at most, and at least."""


def build(config: FileFeedConfig, context: BuildContext) -> FileFeed:
    """Return the feed; the file is opened when its history is asked for.

    Raises:
        SettingWrong: there is no such file, or it is a folder.
    """
    file = context.folder / config.path
    if file.is_dir():
        msg = f"{config.path}: a folder, not a file ({file})"
        raise SettingWrong(msg, at="path", hint="bars are read from one file")
    if not file.is_file():
        msg = f"{config.path}: there is no such file (looked for {file})"
        raise SettingWrong(msg, at="path", hint=_near(file))
    return FileFeed(config, folder=context.folder)


def _near(file: Path) -> str:
    """Return a hint naming the file in the same folder that is called much the same."""
    there = [each.name for each in file.parent.iterdir()] if file.parent.is_dir() else []
    near = get_close_matches(file.name, there, n=1)
    return f"did you mean '{near[0]}'?" if near else ""


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
            FeedError: the file cannot be read, has no rows, bars of another length, or bad rows;
                those are named with their line and what is wrong.
        """
        columns = self._quickly()
        if columns is None:
            columns = self._thoroughly()
        if not len(columns):
            msg = f"{self._config.path}: the file has no rows"
            raise FeedError(msg)
        self._check_spacing(columns.time_ms[:_LOOKED_AT])
        return columns

    def _check_spacing(self, time_ms: NDArray[np.int64]) -> None:
        """Refuse longer bars than the recipe says: on the grid of the shorter they look like gaps.

        Raises:
            FeedError: no two of these bars are neighbours, though there are enough to tell.
        """
        if self.timeframe.is_tick or len(time_ms) < _TELLING:
            return
        if (time_ms[1:] > close_times(time_ms[:-1], self.timeframe)).all():
            apart = timedelta(milliseconds=int(np.diff(time_ms).min()))
            msg = (
                f"{self._config.path}: its bars are {apart} apart at least, not {self.timeframe}: "
                "is the feed's 'timeframe' right?"
            )
            raise FeedError(msg)

    def _quickly(self) -> BarColumns | None:
        """Return the bars of a file in which all is well, else None: text says what is wrong."""
        table, findings = self._table(), Findings()
        try:
            columns = self._read(table, findings, typed=True)
        except Untypable:
            return None
        return None if findings or table.broken else columns

    def _thoroughly(self) -> BarColumns:
        table, findings = self._table(), Findings()
        columns = self._read(table, findings, typed=False)
        findings.raise_if_any(self._config.path, table.line, table.broken)
        return columns

    def _table(self) -> Table:
        config = self._config
        return Table(self._file, config.path, config.columns, config.roles)

    def _read(self, table: Table, findings: Findings, *, typed: bool) -> BarColumns:
        config = self._config
        times = Times(config.path, config.timezone, floor=config.timeframe.is_tick)
        reading = Reading(times, findings, config.roles)
        for block in table.blocks(typed=typed):
            reading.add(block)
        return reading.columns(self.timeframe)
