"""What both markets publish alike: bars, prices, quotes, a thin book, public trades."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.testing.binance.call import wire_symbol
from realtrade.testing.binance.errors import ApiError
from realtrade.testing.binance.text import eight, plain
from realtrade.testing.exchange.bars import TIMEFRAMES

if TYPE_CHECKING:
    from decimal import Decimal

    from realtrade.testing.binance.call import Call
    from realtrade.testing.exchange.bars import SimBar
    from realtrade.testing.exchange.desk import Desk

_BOOK_LOTS = 100_000


def ping(call: Call) -> Any:
    """Answer that we are here."""
    return {}


def server_time(call: Call) -> Any:
    """Answer the exchange's time."""
    return {"serverTime": call.core.clock.now_ms()}


def klines(call: Call) -> Any:
    """Answer bars, oldest first: at most 1000 on spot, 1500 on USDⓈ-M.

    A growing bar whose end is already past on the exchange's clock, because bars of old days are
    being played, is left out: whoever tells closed bars by the clock would take it for one.
    """
    desk, interval = call.desk(), call.need("interval")
    if interval not in TIMEFRAMES:
        raise ApiError(-1120, "Invalid interval.")
    limit = call.limit(500, 1000 if call.spot else 1500)
    series = desk.bars.series.get(interval)
    if series is None:
        return []
    now = call.core.clock.now_ms()
    bars = series.between(call.number("startTime"), call.number("endTime"), limit + 1)
    seen = [bar for bar in bars if bar is not series.growing or bar.close_ms > now]
    return [kline(bar) for bar in (seen[:limit] if call.get("startTime") else seen[-limit:])]


def kline(bar: SimBar) -> list[Any]:
    """Return a bar as the REST interface writes it."""
    return [
        bar.open_ms,
        *(eight(price) for price in (bar.open, bar.high, bar.low, bar.close, bar.volume)),
        bar.close_ms - 1,
        eight(bar.turnover),
        bar.trades,
        eight(bar.volume / 2),
        eight(bar.turnover / 2),
        "0",
    ]


def price_ticker(call: Call) -> Any:
    """Answer the last price of one symbol, or of all."""
    return _one_or_all(call, _price)


def book_ticker(call: Call) -> Any:
    """Answer bid and ask of one symbol, or of all."""
    return _one_or_all(call, quote)


def day_ticker(call: Call) -> Any:
    """Answer the statistics of the last day; only its price, quote and volume are true."""
    return _one_or_all(call, _day)


def depth(call: Call) -> Any:
    """Answer a book of five levels a side."""
    desk = call.desk()
    step, size = desk.market.tick, plain(desk.market.lot * _BOOK_LOTS)
    answer: dict[str, Any] = {
        "lastUpdateId": call.core.clock.now_ms(),
        "bids": [[eight(desk.bid - step * level), size] for level in range(5)],
        "asks": [[eight(desk.ask + step * level), size] for level in range(5)],
    }
    if not call.spot:
        answer |= {"E": call.core.clock.now_ms(), "T": call.core.clock.now_ms()}
    return answer


def average_price(call: Call) -> Any:
    """Answer the average price, which here is the price."""
    desk = call.desk()
    return {"mins": 5, "price": eight(desk.price), "closeTime": call.core.clock.now_ms()}


def recent_trades(call: Call) -> Any:
    """Answer the latest public trades, oldest first."""
    return [
        {
            "id": trade.trade_id,
            "price": eight(trade.price),
            "qty": eight(trade.quantity),
            "quoteQty": eight(trade.price * trade.quantity),
            "time": trade.time_ms,
            "isBuyerMaker": trade.buyer_is_maker,
            **({"isBestMatch": True} if call.spot else {}),
        }
        for trade in list(call.desk().trades)[-call.limit(500, 1000) :]
    ]


def aggregate_trades(call: Call) -> Any:
    """Answer public trades from an id or a time on, or the latest; each is its own aggregate."""
    first, start = call.number("fromId"), call.number("startTime")
    end = call.number("endTime")
    found = [
        trade
        for trade in call.desk().trades
        if trade.trade_id >= (first or 0)
        and trade.time_ms >= (start or 0)
        and (end is None or trade.time_ms <= end)
    ]
    limit = call.limit(500, 1000)
    latest = first is None and start is None
    return [
        {
            "a": trade.trade_id,
            "p": eight(trade.price),
            "q": eight(trade.quantity),
            "f": trade.trade_id,
            "l": trade.trade_id,
            "T": trade.time_ms,
            "m": trade.buyer_is_maker,
            **({"M": True} if call.spot else {}),
        }
        for trade in (found[-limit:] if latest else found[:limit])
    ]


def _one_or_all(call: Call, shape: Any) -> Any:
    wanted = call.names("symbols")
    if call.get("symbol"):
        return shape(call, call.desk())
    desks = call.desks() if wanted is None else [call.desk_of(name) for name in wanted]
    return [shape(call, desk) for desk in desks]


def _price(call: Call, desk: Desk) -> dict[str, Any]:
    answer: dict[str, Any] = {"symbol": wire_symbol(desk.market.symbol), "price": eight(desk.price)}
    return answer if call.spot else {**answer, "time": call.core.clock.now_ms()}


def quote(call: Call, desk: Desk) -> dict[str, Any]:
    """Return bid and ask with sizes."""
    size = eight(desk.market.lot * _BOOK_LOTS)
    answer: dict[str, Any] = {
        "symbol": wire_symbol(desk.market.symbol),
        "bidPrice": eight(desk.bid),
        "bidQty": size,
        "askPrice": eight(desk.ask),
        "askQty": size,
    }
    return answer if call.spot else {**answer, "time": call.core.clock.now_ms()}


def _day(call: Call, desk: Desk) -> dict[str, Any]:
    now, price = call.core.clock.now_ms(), desk.price
    volume = _volume(desk)
    return {
        **quote(call, desk),
        "priceChange": "0.00000000",
        "priceChangePercent": "0.000",
        "weightedAvgPrice": eight(price),
        "prevClosePrice": eight(price),
        "lastPrice": eight(price),
        "lastQty": eight(desk.market.lot),
        "openPrice": eight(price),
        "highPrice": eight(price),
        "lowPrice": eight(price),
        "volume": eight(volume),
        "quoteVolume": eight(volume * price),
        "openTime": now - 86_400_000,
        "closeTime": now,
        "firstId": 1,
        "lastId": 1,
        "count": 1,
    }


def _volume(desk: Desk) -> Decimal:
    series = next(iter(desk.bars.series.values()))
    return sum((bar.volume for bar in series.closed[-1440:]), start=desk.market.lot * 0)
