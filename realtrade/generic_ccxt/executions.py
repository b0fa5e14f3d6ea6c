"""An account's trades from a time on, each once, whichever end of a span its pages begin with.

OKX and Kraken answer a span with its newest trades, Binance with its oldest, and ccxt tells of no
exchange which of the two it is: where a page is full, trades are asked for beyond both its ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.common.rest.errors import OddAnswer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Row = dict[str, Any]
    Ask = Callable[[str, int, int, dict[str, int]], list[Row]]

DAY_MS = 86_400_000
_PAGE = 100
_LEAST_PAGE = 50
"""No exchange that says nothing of its pages has shorter ones; Kraken's have as many."""
_MOST_PAGES = 1_000
_OVERLAP_MS = 2_000
"""Some exchanges read times in whole seconds only."""


class Executions:
    """Reads the trades of one symbol, once.

    Args:
        ask: puts the question: symbol, since, limit, and more words.
        symbol: unified.
        told: what ccxt declares of the question: its limit and its longest span.
        now_ms: the exchange's time.
    """

    def __init__(self, ask: Ask, symbol: str, told: dict[str, Any], now_ms: int) -> None:
        self._ask, self._symbol, self._now_ms = ask, symbol, now_ms
        self._limit = int(told.get("limit") or _PAGE)
        self._full = int(told.get("limit") or _LEAST_PAGE)
        self._span_ms = int((told.get("untilDays") or 0) * DAY_MS)
        self._known: set[str] = set()
        self._asked = 0

    def since(self, since_ms: int) -> Iterator[Row]:
        """Yield the trades from a time on, in no certain order.

        Raises:
            RestError: no answer, or none to trust: they cannot all be read.
        """
        span_ms = self._span_ms
        while span_ms and since_ms + span_ms < self._now_ms:
            until_ms = since_ms + span_ms - 1
            yield from self._span(since_ms, until_ms)
            since_ms = until_ms - _OVERLAP_MS
        yield from self._span(since_ms, None)

    def _span(self, since_ms: int, until_ms: int | None) -> Iterator[Row]:
        page, new = self._page(since_ms, until_ms)
        yield from new
        if len(page) < self._full:
            return
        first_ms, last_ms = _times(page)
        yield from self._onward(last_ms, until_ms)
        yield from self._back(since_ms, first_ms)

    def _onward(self, since_ms: int, until_ms: int | None) -> Iterator[Row]:
        """Yield what is behind a full page of the oldest."""
        while True:
            page, new = self._page(since_ms, until_ms)
            yield from new
            if not new or len(page) < self._full:
                return
            since_ms = _times(page)[1]

    def _back(self, since_ms: int, until_ms: int) -> Iterator[Row]:
        """Yield what is before a full page of the newest."""
        while True:
            page, new = self._page(since_ms, until_ms)
            if page and _times(page)[1] > until_ms + _OVERLAP_MS:
                return  # it knows no end of a span: nothing can be told from that
            yield from new
            if len(page) < self._full:
                return
            if not new:
                msg = f"{self._symbol} has more trades at {until_ms} than can be told at once"
                raise OddAnswer(msg)
            until_ms = _times(page)[0]

    def _page(self, since_ms: int, until_ms: int | None) -> tuple[list[Row], list[Row]]:
        """Return a page, and what of it is new."""
        self._asked += 1
        if self._asked > _MOST_PAGES:
            msg = f"{self._symbol} has more trades than can be read at once"
            raise OddAnswer(msg)
        more = {} if until_ms is None else {"until": until_ms}
        page = self._ask(self._symbol, since_ms, self._limit, more)
        new = [row for row in page if str(row.get("id")) not in self._known]
        self._known |= {str(row.get("id")) for row in new}
        return page, new


def _times(page: list[Row]) -> tuple[int, int]:
    times = [int(row.get("timestamp") or 0) for row in page]
    return min(times), max(times)
