"""`GET /fapi/v1/exchangeInfo`: perpetuals, filters, limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.testing.binance.call import wire_symbol
from realtrade.testing.binance.text import places, plain

if TYPE_CHECKING:
    from realtrade.testing.binance.call import Call
    from realtrade.testing.exchange.desk import Desk

ORDER_TYPES = [
    "LIMIT",
    "MARKET",
    "STOP",
    "STOP_MARKET",
    "TAKE_PROFIT",
    "TAKE_PROFIT_MARKET",
    "TRAILING_STOP_MARKET",
]


def exchange_info(call: Call) -> Any:
    """Answer the trading rules of every perpetual."""
    return {
        "exchangeFilters": [],
        "rateLimits": [
            _limit("REQUEST_WEIGHT", "MINUTE", 1, 2400),
            _limit("ORDERS", "MINUTE", 1, 1200),
            _limit("ORDERS", "SECOND", 10, 300),
        ],
        "serverTime": call.core.clock.now_ms(),
        "assets": [
            {"asset": asset, "marginAvailable": True, "autoAssetExchange": "-10000"}
            for asset in dict.fromkeys(desk.market.quote for desk in call.desks())
        ],
        "symbols": [_symbol(desk) for desk in call.desks()],
        "timezone": "UTC",
        "futuresType": "U_MARGINED",
    }


def _limit(kind: str, interval: str, number: int, limit: int) -> dict[str, Any]:
    return {
        "rateLimitType": kind,
        "interval": interval,
        "intervalNum": number,
        "limit": limit,
    }


def _symbol(desk: Desk) -> dict[str, Any]:
    market = desk.market
    name = wire_symbol(market.symbol)
    return {
        "symbol": name,
        "pair": name,
        "contractType": "PERPETUAL",
        "deliveryDate": 4133404800000,
        "onboardDate": 1569398400000,
        "status": "SETTLING" if desk.closed else "TRADING",
        "maintMarginPercent": "2.5000",
        "requiredMarginPercent": "5.0000",
        "baseAsset": market.base,
        "quoteAsset": market.quote,
        "marginAsset": market.quote,
        "pricePrecision": places(market.tick),
        "quantityPrecision": places(market.lot),
        "baseAssetPrecision": 8,
        "quotePrecision": 8,
        "underlyingType": "COIN",
        "underlyingSubType": ["PoW"],
        "triggerProtect": "0.0500",
        "liquidationFee": "0.012500",
        "marketTakeBound": "0.05",
        "maxMoveOrderLimit": 10000,
        "filters": _filters(desk),
        "orderTypes": ORDER_TYPES,
        "timeInForce": ["GTC", "IOC", "FOK", "GTX", "GTD"],
        "permissionSets": ["GRID", "COPY"],
    }


def _filters(desk: Desk) -> list[dict[str, Any]]:
    market = desk.market
    lot = {
        "minQty": plain(market.min_quantity),
        "maxQty": plain(market.max_quantity),
        "stepSize": plain(market.lot),
    }
    return [
        {
            "filterType": "PRICE_FILTER",
            "minPrice": plain(market.tick),
            "maxPrice": "10000000",
            "tickSize": plain(market.tick),
        },
        {"filterType": "LOT_SIZE", **lot},
        {"filterType": "MARKET_LOT_SIZE", **lot},
        {"filterType": "MAX_NUM_ORDERS", "limit": market.max_orders},
        {"filterType": "MIN_NOTIONAL", "notional": plain(market.min_notional)},
        {
            "filterType": "PERCENT_PRICE",
            "multiplierUp": "1.0500",
            "multiplierDown": "0.9500",
            "multiplierDecimal": "4",
        },
    ]
