"""What a price or a bar looks like on each market stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.testing.binance.call import wire_symbol
from realtrade.testing.binance.text import eight
from realtrade.testing.exchange.events import BarChanged, PriceMoved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from realtrade.testing.exchange.events import Event

Frame = tuple[bool, str, dict[str, Any], dict[str, str]]
"""Spot or not, stream, payload, facts for faults."""
_BOOK_LOTS = 100_000


def frames(event: Event, wanted: Callable[[bool, str], bool]) -> Iterator[Frame]:
    """Return the frames of an event, of those streams that somebody wants."""
    if isinstance(event, BarChanged):
        symbol = wire_symbol(event.market.symbol)
        name = f"{symbol.lower()}@kline_{event.timeframe}"
        if wanted(event.market.is_spot, name):
            closed = "true" if event.closed else "false"
            facts = {"stream": name, "event": "kline", "symbol": symbol, "closed": closed}
            yield event.market.is_spot, name, kline(event), facts
    elif isinstance(event, PriceMoved):
        symbol = wire_symbol(event.market.symbol)
        for kind, shape in _PRICES.items():
            name = f"{symbol.lower()}@{kind}"
            if wanted(event.market.is_spot, name):
                facts = {"stream": name, "event": kind, "symbol": symbol}
                yield event.market.is_spot, name, shape(event), facts


def kline(event: BarChanged) -> dict[str, Any]:
    """Return a bar as `@kline_…` writes it."""
    bar, symbol = event.bar, wire_symbol(event.market.symbol)
    return {
        "e": "kline",
        "E": event.time_ms,
        "s": symbol,
        "k": {
            "t": bar.open_ms,
            "T": bar.close_ms - 1,
            "s": symbol,
            "i": event.timeframe,
            "f": -1,
            "L": -1,
            "o": eight(bar.open),
            "c": eight(bar.close),
            "h": eight(bar.high),
            "l": eight(bar.low),
            "v": eight(bar.volume),
            "n": bar.trades,
            "x": event.closed,
            "q": eight(bar.turnover),
            "V": eight(bar.volume / 2),
            "Q": eight(bar.turnover / 2),
            "B": "0",
        },
    }


def _trade(event: PriceMoved) -> dict[str, Any]:
    return {
        "e": "trade",
        "E": event.time_ms,
        "s": wire_symbol(event.market.symbol),
        "t": event.trade_id,
        "p": eight(event.price),
        "q": eight(event.quantity),
        "T": event.time_ms,
        "m": event.buyer_is_maker,
        **({"M": True} if event.market.is_spot else {"X": "MARKET"}),
    }


def _aggregate(event: PriceMoved) -> dict[str, Any]:
    payload = {
        "e": "aggTrade",
        "E": event.time_ms,
        "s": wire_symbol(event.market.symbol),
        "a": event.trade_id,
        "p": eight(event.price),
        "q": eight(event.quantity),
        "f": event.trade_id,
        "l": event.trade_id,
        "T": event.time_ms,
        "m": event.buyer_is_maker,
    }
    return {**payload, "M": True} if event.market.is_spot else payload


def _book(event: PriceMoved) -> dict[str, Any]:
    market = event.market
    size = eight(market.lot * _BOOK_LOTS)
    payload: dict[str, Any] = {
        "u": event.trade_id,
        "s": wire_symbol(market.symbol),
        "b": eight(event.price),
        "B": size,
        "a": eight(event.price + market.spread_ticks * market.tick),
        "A": size,
    }
    if market.is_spot:
        return payload
    return {"e": "bookTicker", **payload, "T": event.time_ms, "E": event.time_ms}


def _mark(event: PriceMoved) -> dict[str, Any]:
    return {
        "e": "markPriceUpdate",
        "E": event.time_ms,
        "s": wire_symbol(event.market.symbol),
        "p": eight(event.price),
        "i": eight(event.price),
        "P": eight(event.price),
        "r": "0.00010000",
        "T": event.time_ms - event.time_ms % 28_800_000 + 28_800_000,
    }


_PRICES: dict[str, Callable[[PriceMoved], dict[str, Any]]] = {
    "trade": _trade,
    "aggTrade": _aggregate,
    "bookTicker": _book,
    "markPrice": _mark,
    "markPrice@1s": _mark,
}
