"""Bars already at hand, as a feed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from realtrade.model.bar import BarColumns
    from realtrade.model.instrument import Instrument
    from realtrade.utils.timeframes import Timeframe


class ReadyFeed:
    """A `Feed` of given columns: a part of another feed, or bars made by a test."""

    def __init__(
        self, columns: BarColumns, *, instrument: Instrument, timeframe: Timeframe
    ) -> None:
        self._columns = columns
        self._instrument = instrument
        self._timeframe = timeframe

    @property
    def instrument(self) -> Instrument:
        """What the bars are of."""
        return self._instrument

    @property
    def timeframe(self) -> Timeframe:
        """Length of every bar."""
        return self._timeframe

    def history(self) -> BarColumns:
        """Return the columns as given."""
        return self._columns
