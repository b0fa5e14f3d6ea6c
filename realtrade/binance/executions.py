"""An account's trades in their order: behind an id where ids lead on, else span by span."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.common.rest.errors import OddAnswer
from realtrade.common.rest.rate_gate import Urgency

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from realtrade.binance.store import BinanceStore

    Row = Mapping[str, Any]

PAGE = 1_000
HURRY: dict[str, Any] = {"urgency": Urgency.ORDER, "tries": 3}
"""Questions about an account come before bars, and must not keep cancels waiting for long."""
_DAY_MS = 86_400_000
_SPAN_MS = {"spot": _DAY_MS, "swap": 7 * _DAY_MS}
"""The longest span of trades one request may ask for."""
_KEPT_MS = 89 * _DAY_MS
"""USDⓈ-M tells trades of the past three months."""
_LATE_MS = 600_000
"""How long a trade may take to be listed."""


class Executions:
    """Reads trades, page after page.

    Spot tells every trade from an id on. USDⓈ-M, asked without a span, tells those of the last
    seven days only, whatever the id: its change log and "Account Trade List" say no more of it. So
    there the last trade known is asked for, too. While it is told, none can be missing behind it.
    """

    def __init__(self, store: BinanceStore) -> None:
        self._store = store
        self._unbroken: dict[str, tuple[int, int]] = {}
        """By symbol: the last trade known, and until when none is known to be behind it."""

    def behind(self, symbol: str, last_id: int) -> Iterator[Row]:
        """Yield every trade of a symbol behind an id.

        Raises:
            RestError: no answer, or none to trust.
            LookupError: the symbol is not listed.
        """
        if self._store.market_type == "spot":
            yield from self._onward(symbol, self._page(symbol, last_id + 1))
            return
        page = self._page(symbol, last_id)
        if any(row["id"] == last_id for row in page):
            rows: Iterator[Row] = self._onward(symbol, page)
        else:
            rows = self._spans(symbol, self._unbroken_ms(symbol, last_id))
        asked_ms = self._store.now_ms()
        yield from (row for row in rows if row["id"] > last_id)
        self._unbroken[symbol] = (last_id, asked_ms - _LATE_MS)

    def since(self, symbol: str, since_ms: int) -> Iterator[Row]:
        """Yield every trade of a symbol from a time on.

        Raises:
            RestError: no answer, or none to trust.
            LookupError: the symbol is not listed.
        """
        if self._store.market_type == "spot":
            yield from self._onward(symbol, self._first(symbol, since_ms))
        else:
            yield from self._spans(symbol, since_ms)

    def _unbroken_ms(self, symbol: str, last_id: int) -> int:
        known_id, until_ms = self._unbroken.get(symbol, (last_id, 0))
        kept_ms = self._store.now_ms() - _KEPT_MS
        return max(until_ms, kept_ms) if known_id == last_id else kept_ms

    def _spans(self, symbol: str, since_ms: int) -> Iterator[Row]:
        """Yield the trades since a time, span by span to the present, each once."""
        span_ms, now_ms, last = _SPAN_MS[self._store.market_type], self._store.now_ms(), -1
        while since_ms <= now_ms:
            until_ms = since_ms + span_ms - 1
            page = self._ask(symbol, {"startTime": since_ms, "endTime": until_ms})
            new = [row for row in page if row["id"] > last]
            yield from new
            last = max((row["id"] for row in new), default=last)
            if len(page) == PAGE and new:
                since_ms = max(int(row["time"]) for row in page)
            elif len(page) == PAGE:
                msg = f"{symbol} has more trades at {since_ms} than can be told at once"
                raise OddAnswer(msg)
            else:
                since_ms = until_ms + 1

    def _onward(self, symbol: str, page: list[Row]) -> Iterator[Row]:
        while page:
            yield from page
            if len(page) < PAGE:
                return
            page = self._page(symbol, max(int(row["id"]) for row in page) + 1)

    def _first(self, symbol: str, since_ms: int) -> list[Row]:
        """Return the first trades since a time, looking span by span where nothing was traded."""
        span_ms, now_ms = _SPAN_MS[self._store.market_type], self._store.now_ms()
        while since_ms <= now_ms:
            until_ms = since_ms + span_ms - 1
            page = self._ask(symbol, {"startTime": since_ms, "endTime": until_ms})
            if page:
                last = max(int(row["id"]) for row in page)
                return page if len(page) == PAGE else [*page, *self._page(symbol, last + 1)]
            since_ms += span_ms
        return []

    def _page(self, symbol: str, from_id: int) -> list[Row]:
        return self._ask(symbol, {"fromId": from_id})

    def _ask(self, symbol: str, span: dict[str, int]) -> list[Row]:
        params = {"symbol": self._store.known(symbol).id, "limit": PAGE, **span}
        names = ("privateGetMyTrades", "fapiPrivateGetUserTrades")
        rows = self._store.ask(*names, params, **HURRY)
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise OddAnswer("trades were asked for, and no list of them was told")
        if not all(isinstance(row.get("id"), int) for row in rows):
            raise OddAnswer("trades without ids")
        return rows
