"""One market of an exchange in one timeframe: its history, and what its stream must know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.common.history import History, no_bars
from realtrade.plugins.ports.feed import FeedError

if TYPE_CHECKING:
    from realtrade.model.bar import BarColumns
    from realtrade.model.instrument import Instrument
    from realtrade.plugins.ports.exchange import FeedRequest
    from realtrade.utils.timeframes import Timeframe


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
        self._request = request
        self._instrument = instrument
        self._market_id = market_id
        self._history = history
        self._last_ms: int | None = None

    @property
    def name(self) -> str:
        """The feed's name in the recipe."""
        return self._request.name

    @property
    def symbol(self) -> str:
        """Unified name."""
        return self._request.symbol

    @property
    def market_id(self) -> str:
        """The exchange's name, such as `BTCUSDT`."""
        return self._market_id

    @property
    def instrument(self) -> Instrument:
        """What the bars are of."""
        return self._instrument

    @property
    def timeframe(self) -> Timeframe:
        """Length of every bar."""
        return self._request.timeframe

    @property
    def last_ms(self) -> int | None:
        """Open time of the last bar known: live bars are those after it. None before `history`."""
        return self._last_ms

    def history(self) -> BarColumns:
        """Return the last closed bars, as many as were asked for, or as there are.

        Raises:
            FeedError: they cannot be had; says why.
        """
        count = self._request.history
        try:
            found = self._history.last(self.symbol, self.timeframe, max(count, 1))
        except FeedError:
            raise
        except Exception as error:  # whatever a store raises; the feed is named
            msg = f"feed '{self.name}': no history of {self.symbol}: {error}"
            raise FeedError(msg) from error
        self._last_ms = int(found.time_ms[-1]) if len(found) else None
        return found if count else no_bars()
