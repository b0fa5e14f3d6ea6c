"""`GET /api/v3/exchangeInfo`: symbols, filters, limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.testing.binance.call import wire_symbol
from realtrade.testing.binance.errors import ApiError
from realtrade.testing.binance.text import eight

if TYPE_CHECKING:
    from realtrade.testing.binance.call import Call
    from realtrade.testing.exchange.desk import Desk

ORDER_TYPES = [
    "LIMIT",
    "LIMIT_MAKER",
    "MARKET",
    "STOP_LOSS",
    "STOP_LOSS_LIMIT",
    "TAKE_PROFIT",
    "TAKE_PROFIT_LIMIT",
]


def exchange_info(call: Call) -> Any:
    """Answer the trading rules of all symbols, or of those that were asked for."""
    return {
        "timezone": "UTC",
        "serverTime": call.core.clock.now_ms(),
        "rateLimits": [
            _limit("REQUEST_WEIGHT", "MINUTE", 1, 6000),
            _limit("ORDERS", "SECOND", 10, 100),
            _limit("ORDERS", "DAY", 1, 200_000),
            _limit("RAW_REQUESTS", "MINUTE", 5, 300_000),
        ],
        "exchangeFilters": [],
        "symbols": [_symbol(desk) for desk in _wanted(call)],
    }


def _wanted(call: Call) -> list[Desk]:
    named = call.names("symbols") or call.names("symbol")
    permissions = call.names("permissions")
    if named is not None and permissions is not None:
        raise ApiError(-1128, "Combination of optional parameters invalid.")
    if named is not None:
        return [call.desk_of(name) for name in named]
    return call.desks() if permissions is None or "SPOT" in permissions else []


def _limit(kind: str, interval: str, number: int, limit: int) -> dict[str, Any]:
    return {
        "rateLimitType": kind,
        "interval": interval,
        "intervalNum": number,
        "limit": limit,
    }


def _symbol(desk: Desk) -> dict[str, Any]:
    market = desk.market
    return {
        "symbol": wire_symbol(market.symbol),
        "status": "BREAK" if desk.closed else "TRADING",
        "baseAsset": market.base,
        "baseAssetPrecision": 8,
        "quoteAsset": market.quote,
        "quotePrecision": 8,
        "quoteAssetPrecision": 8,
        "baseCommissionPrecision": 8,
        "quoteCommissionPrecision": 8,
        "orderTypes": ORDER_TYPES,
        "icebergAllowed": False,
        "ocoAllowed": True,
        "otoAllowed": False,
        "opoAllowed": False,
        "quoteOrderQtyMarketAllowed": True,
        "allowTrailingStop": True,
        "cancelReplaceAllowed": False,
        "amendAllowed": False,
        "pegInstructionsAllowed": False,
        "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": False,
        "filters": _filters(desk),
        "permissions": [],
        "permissionSets": [["SPOT"]],
        "defaultSelfTradePreventionMode": "EXPIRE_MAKER",
        "allowedSelfTradePreventionModes": ["NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH"],
    }


def _filters(desk: Desk) -> list[dict[str, Any]]:
    market = desk.market
    return [
        {
            "filterType": "PRICE_FILTER",
            "minPrice": eight(market.tick),
            "maxPrice": "100000000.00000000",
            "tickSize": eight(market.tick),
        },
        {
            "filterType": "LOT_SIZE",
            "minQty": eight(market.min_quantity),
            "maxQty": eight(market.max_quantity),
            "stepSize": eight(market.lot),
        },
        {
            "filterType": "MARKET_LOT_SIZE",
            "minQty": "0.00000000",
            "maxQty": eight(market.max_quantity),
            "stepSize": "0.00000000",
        },
        {
            "filterType": "TRAILING_DELTA",
            "minTrailingAboveDelta": 10,
            "maxTrailingAboveDelta": 2000,
            "minTrailingBelowDelta": 10,
            "maxTrailingBelowDelta": 2000,
        },
        {
            "filterType": "NOTIONAL",
            "minNotional": eight(market.min_notional),
            "applyMinToMarket": True,
            "maxNotional": "9000000.00000000",
            "applyMaxToMarket": False,
            "avgPriceMins": 5,
        },
        {"filterType": "MAX_NUM_ORDERS", "maxNumOrders": market.max_orders},
        {"filterType": "MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders": market.max_conditional},
    ]
