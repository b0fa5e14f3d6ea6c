"""What a price or a bar looks like on each market stream."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from realtrade.testing.binance.call import wire_symbol
from realtrade.testing.binance.text import eight
from realtrade.testing.exchange.events import BarsChanged, PriceMoved

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from realtrade.testing.exchange.events import Event

Frame = tuple[bool, str, dict[str, Any], dict[str, str]]
"""Spot or not, stream, payload, facts for faults."""
_Told = tuple[str, "Callable[[], dict[str, Any]]", dict[str, str]]
"""Kind of stream, what makes the payload, facts for faults."""
_BOOK_LOTS = 100_000
_LINEAR = 1
"""The sort of contract that a stream of USDⓈ-M tells of, beside inverse ones since 2026-06."""


def frames(event: Event, wanted: Callable[[bool, str], Collection[str]]) -> Iterator[Frame]:
    """Return the frames of an event, of those streams that somebody wants.

    Args:
        event: Anything that happened.
        wanted: Which kinds of streams are wanted of a market: `trade`, `kline_1m`.
    """
    if not isinstance(event, BarsChanged | PriceMoved):
        return
    symbol = wire_symbol(event.market.symbol)
    kinds = wanted(event.market.is_spot, symbol)
    if not kinds:
        return
    told = _bars(event, symbol) if isinstance(event, BarsChanged) else _prices(event)
    for kind, make, facts in told:
        if kind in kinds:
            name = f"{symbol.lower()}@{kind}"
            about = {"stream": name, "symbol": symbol, **facts}
            yield event.market.is_spot, name, make(), about


def _bars(event: BarsChanged, symbol: str) -> Iterator[_Told]:
    facts = {"event": "kline", "closed": "true" if event.closed else "false"}
    for timeframe in event.bars:
        yield f"kline_{timeframe}", partial(kline, event, symbol, timeframe), facts


def _prices(event: PriceMoved) -> Iterator[_Told]:
    for kind, shape in _PRICES.items():
        yield kind, partial(shape, event), {"event": kind}


def kline(event: BarsChanged, symbol: str, timeframe: str) -> dict[str, Any]:
    """Return a bar as `@kline_…` writes it."""
    bar = event.bars[timeframe]
    return {
        "e": "kline",
        "E": event.time_ms,
        "s": symbol,
        "k": {
            "t": bar.open_ms,
            "T": bar.close_ms - 1,
            "s": symbol,
            "i": timeframe,
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
    if event.market.is_spot:
        return {**payload, "M": True}
    return {**payload, "nq": payload["q"], "st": _LINEAR}


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
    times = {"T": event.time_ms, "E": event.time_ms}
    return {"e": "bookTicker", **payload, **times, "ps": payload["s"], "st": _LINEAR}


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
