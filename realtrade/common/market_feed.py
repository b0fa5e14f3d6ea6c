"""One market of an exchange in one timeframe: its history, and what its stream must know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.common.history import History, no_bars
from realtrade.plugins.ports.feed import FeedError

if TYPE_CHECKING:
    from realtrade.model.bar import BarColumns
    from realtrade.model.instrument import Instrument
    from realtrade.plugins.ports.exchange import FeedRequest


class MarketFeed:
    """A feed as a recipe asks for it.

    Args:
        request: symbol, timeframe, and how many bars of history.
        instrument: what is traded.
        market_id: the exchange's name, such as `BTCUSDT`.
        history: where the bars before the first live one come from.
    """

    def __init__(
        self, request: FeedRequest, *, instrument: Instrument, market_id: str, history: History
    ) -> None:
        self.name, self.symbol = request.name, request.symbol
        self.timeframe = request.timeframe
        self.instrument = instrument
        self.market_id = market_id
        self.last_ms: int | None = None
        """Open time of the last bar known: live bars are those after it. None before `history`."""
        self._count = request.history
        self._history = history

    def history(self) -> BarColumns:
        """Return the last closed bars, as many as were asked for, or as there are.

        Raises:
            FeedError: they cannot be had; says why.
        """
        try:
            found = self._history.last(self.symbol, self.timeframe, max(self._count, 1))
        except FeedError:
            raise
        except Exception as error:  # whatever a store raises; the feed is named
            msg = f"feed '{self.name}': no history of {self.symbol}: {error}"
            raise FeedError(msg) from error
        self.last_ms = int(found.time_ms[-1]) if len(found) else None
        return found if self._count else no_bars()
