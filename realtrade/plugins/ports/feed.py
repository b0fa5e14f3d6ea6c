"""What a feed plugin brings: the history of one symbol in one timeframe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from realtrade.model.bar import BarColumns
    from realtrade.model.instrument import Instrument
    from realtrade.utils.timeframes import Timeframe


class FeedError(Exception):
    """Market data cannot be had or cannot be trusted; the message says where and why."""


class Feed(Protocol):
    """Bars of one instrument in one timeframe."""

    @property
    def instrument(self) -> Instrument:
        """What the bars are of."""
        ...

    @property
    def timeframe(self) -> Timeframe:
        """Length of every bar."""
        ...

    def history(self) -> BarColumns:
        """Return the closed bars there are: all of a file, the asked-for number of an exchange.

        Raises:
            FeedError: a row is bad or the source cannot be read; rows are named by number.
        """
        ...
