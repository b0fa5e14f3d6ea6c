"""Single trades: what one is here, how the last ones of a market are fetched, and their feed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from realtrade.common.history import no_bars
from realtrade.model.bar import Bar, BarColumns
from realtrade.plugins.ports.feed import FeedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.model.instrument import Instrument
    from realtrade.plugins.ports.exchange import FeedRequest

TICK_PAGE = 1_000
"""Trades asked for at once."""


class Tick(NamedTuple):
    """One trade with the exchange's number for it, which the next one's exceeds by one."""

    id: int
    bar: Bar
    """All four prices the trade's, its volume the quantity, both its times the trade's."""

    @classmethod
    def of(cls, id_: int, time_ms: int, price: float, quantity: float) -> Tick:
        """Return a trade."""
        return cls(id_, Bar(time_ms, time_ms, price, price, price, price, quantity))


class TickPages(Protocol):
    """Where trades are fetched, a page at a time; a store is one."""

    def now_ms(self) -> int:
        """Return the exchange's time."""
        ...

    def fetch_ticks(self, symbol: str, from_id: int | None, limit: int) -> list[Tick]:
        """Return at most `limit` (`TICK_PAGE` at most) trades, oldest first, or raise.

        They begin with the id `from_id`, or the first there is after it; None: they are the latest.
        """
        ...


def last_ticks(pages: TickPages, symbol: str, count: int) -> list[Tick]:
    """Return the last `count` trades, fewer where the market has had no more.

    Raises:
        Exception: whatever `fetch_ticks` raises.
    """
    parts = [pages.fetch_ticks(symbol, None, min(count, TICK_PAGE))]
    while parts[-1] and sum(map(len, parts)) < count:
        first = parts[-1][0].id
        begin = max(first - TICK_PAGE, 0)
        found = pages.fetch_ticks(symbol, begin, first - begin) if begin < first else []
        parts.append([tick for tick in found if tick.id < first])
    return [tick for part in reversed(parts) for tick in part][-count:]


def tick_columns(ticks: Sequence[Tick]) -> BarColumns:
    """Return trades as columns; a time that steps back becomes that of the trade before."""
    if not ticks:
        return no_bars()
    times = np.maximum.accumulate(np.array([tick.bar.time_ms for tick in ticks], np.int64))
    prices = np.array([tick.bar.close for tick in ticks])
    volumes = np.array([tick.bar.volume for tick in ticks])
    return BarColumns(times, times, prices, prices, prices, prices, volumes)


class TickFeed:
    """The trades of one market, or its quotes, of which no exchange tells the past.

    Args:
        request: symbol, and how many trades of history.
        instrument: what is traded.
        market_id: the exchange's name, such as `BTCUSDT`.
        pages: where trades before the first live one come from.
    """

    def __init__(
        self, request: FeedRequest, *, instrument: Instrument, market_id: str, pages: TickPages
    ) -> None:
        self.name, self.symbol = request.name, request.symbol
        self.timeframe, self.source = request.timeframe, request.source
        self.instrument = instrument
        self.market_id = market_id
        self.last: Tick | None = None
        """The newest trade of the history: live ones are those after it."""
        self._count = request.history
        self._pages = pages

    def history(self) -> BarColumns:
        """Return the last trades, as many as were asked for, or as there are; of quotes none.

        Raises:
            FeedError: they cannot be had; says why.
        """
        if self.source == "quotes":
            return no_bars()
        try:
            found = last_ticks(self._pages, self.symbol, max(self._count, 1))
        except FeedError:
            raise
        except Exception as error:  # whatever a store raises; the feed is named
            msg = f"feed '{self.name}': no trades of {self.symbol}: {error}"
            raise FeedError(msg) from error
        self.last = found[-1] if found else None
        return tick_columns(found) if self._count else no_bars()
