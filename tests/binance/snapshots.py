"""What is asked for, and what has to leave for it, as Binance documents it.

Sources: as in `test_requests`, where these are sent.
"""

from __future__ import annotations

from typing import Any

from realtrade.model.order import OrderType, Side, TimeInForce

NOW_MS = 1_700_000_000_000
LATER_MS = NOW_MS + 3_600_000

SPOT: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "market": ({}, {"type": "MARKET"}),
    "market-sale": ({"side": Side.SELL, "quantity": "1.50000"}, {"type": "MARKET"}),
    "limit": (
        {"type": OrderType.LIMIT, "limit_price": "40000.10"},
        {"type": "LIMIT", "price": "40000.1", "timeInForce": "GTC"},
    ),
    "limit-ioc": (
        {
            "type": OrderType.LIMIT,
            "limit_price": "40000",
            "time_in_force": TimeInForce.IOC,
        },
        {"type": "LIMIT", "price": "40000", "timeInForce": "IOC"},
    ),
    "limit-fok": (
        {
            "type": OrderType.LIMIT,
            "limit_price": "40000",
            "time_in_force": TimeInForce.FOK,
        },
        {"type": "LIMIT", "price": "40000", "timeInForce": "FOK"},
    ),
    "post-only": (
        {"type": OrderType.LIMIT, "limit_price": "40000", "post_only": True},
        {"type": "LIMIT_MAKER", "price": "40000"},
    ),
    "stop": (
        {"type": OrderType.STOP, "stop_price": "60000"},
        {"type": "STOP_LOSS", "stopPrice": "60000"},
    ),
    "stop-limit": (
        {"type": OrderType.STOP_LIMIT, "stop_price": "60000", "limit_price": "60100.5"},
        {
            "type": "STOP_LOSS_LIMIT",
            "stopPrice": "60000",
            "price": "60100.5",
            "timeInForce": "GTC",
        },
    ),
    "trailing-stop": (
        {"type": OrderType.TRAILING_STOP, "trail_percent": "0.025", "stop_price": "51250"},
        {"type": "STOP_LOSS", "trailingDelta": "250"},
    ),
    "stop-sale": (
        {"type": OrderType.STOP, "stop_price": "45000", "side": Side.SELL},
        {"type": "STOP_LOSS", "stopPrice": "45000"},
    ),
    "stop-limit-ioc": (
        {
            "type": OrderType.STOP_LIMIT,
            "stop_price": "60000",
            "limit_price": "60100.5",
            "time_in_force": TimeInForce.IOC,
        },
        {
            "type": "STOP_LOSS_LIMIT",
            "stopPrice": "60000",
            "price": "60100.5",
            "timeInForce": "IOC",
        },
    ),
    "stop-limit-fok": (
        {
            "type": OrderType.STOP_LIMIT,
            "stop_price": "45000",
            "limit_price": "44900",
            "side": Side.SELL,
            "time_in_force": TimeInForce.FOK,
        },
        {
            "type": "STOP_LOSS_LIMIT",
            "stopPrice": "45000",
            "price": "44900",
            "timeInForce": "FOK",
        },
    ),
    "trailing-stop-sale": (
        {"type": OrderType.TRAILING_STOP, "trail_percent": "0.001", "side": Side.SELL},
        {"type": "STOP_LOSS", "trailingDelta": "10"},
    ),
    "post-only-sale": (
        {"type": OrderType.LIMIT, "limit_price": "60000", "post_only": True, "side": Side.SELL},
        {"type": "LIMIT_MAKER", "price": "60000"},
    ),
    "reducing-sale": (
        {"side": Side.SELL, "reduce_only": True},
        {"type": "MARKET"},
    ),
    "reducing-limit-sale": (
        {
            "type": OrderType.LIMIT,
            "limit_price": "60000",
            "side": Side.SELL,
            "reduce_only": True,
        },
        {"type": "LIMIT", "price": "60000", "timeInForce": "GTC"},
    ),
}

SWAP: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "market": ({}, {"type": "MARKET"}),
    "market-reducing": (
        {"side": Side.SELL, "reduce_only": True},
        {"type": "MARKET", "reduceOnly": "true"},
    ),
    "limit": (
        {"type": OrderType.LIMIT, "limit_price": "40000.10"},
        {"type": "LIMIT", "price": "40000.1", "timeInForce": "GTC"},
    ),
    "limit-ioc": (
        {"type": OrderType.LIMIT, "limit_price": "40000", "time_in_force": TimeInForce.IOC},
        {"type": "LIMIT", "price": "40000", "timeInForce": "IOC"},
    ),
    "limit-fok": (
        {"type": OrderType.LIMIT, "limit_price": "40000", "time_in_force": TimeInForce.FOK},
        {"type": "LIMIT", "price": "40000", "timeInForce": "FOK"},
    ),
    "limit-until": (
        {"type": OrderType.LIMIT, "limit_price": "40000", "valid_until_ms": LATER_MS},
        {
            "type": "LIMIT",
            "price": "40000",
            "timeInForce": "GTD",
            "goodTillDate": str(LATER_MS),
        },
    ),
    "post-only": (
        {"type": OrderType.LIMIT, "limit_price": "40000", "post_only": True},
        {"type": "LIMIT", "price": "40000", "timeInForce": "GTX"},
    ),
    "limit-reducing": (
        {"type": OrderType.LIMIT, "limit_price": "60000", "side": Side.SELL, "reduce_only": True},
        {"type": "LIMIT", "price": "60000", "timeInForce": "GTC", "reduceOnly": "true"},
    ),
    "limit-ioc-reducing": (
        {
            "type": OrderType.LIMIT,
            "limit_price": "49000",
            "side": Side.SELL,
            "reduce_only": True,
            "time_in_force": TimeInForce.IOC,
        },
        {"type": "LIMIT", "price": "49000", "timeInForce": "IOC", "reduceOnly": "true"},
    ),
    "post-only-reducing": (
        {"type": OrderType.LIMIT, "limit_price": "40000", "post_only": True, "reduce_only": True},
        {"type": "LIMIT", "price": "40000", "timeInForce": "GTX", "reduceOnly": "true"},
    ),
}

ALGO: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "stop": (
        {"type": OrderType.STOP, "stop_price": "60000"},
        {"type": "STOP_MARKET", "triggerPrice": "60000"},
    ),
    "stop-reducing": (
        {"type": OrderType.STOP, "stop_price": "45000", "side": Side.SELL, "reduce_only": True},
        {"type": "STOP_MARKET", "triggerPrice": "45000", "reduceOnly": "true"},
    ),
    "stop-limit": (
        {"type": OrderType.STOP_LIMIT, "stop_price": "60000", "limit_price": "60100.5"},
        {"type": "STOP", "triggerPrice": "60000", "price": "60100.5", "timeInForce": "GTC"},
    ),
    "stop-limit-ioc": (
        {
            "type": OrderType.STOP_LIMIT,
            "stop_price": "60000",
            "limit_price": "60100.5",
            "time_in_force": TimeInForce.IOC,
        },
        {"type": "STOP", "triggerPrice": "60000", "price": "60100.5", "timeInForce": "IOC"},
    ),
    "stop-limit-fok-reducing": (
        {
            "type": OrderType.STOP_LIMIT,
            "stop_price": "45000",
            "limit_price": "44900",
            "side": Side.SELL,
            "reduce_only": True,
            "time_in_force": TimeInForce.FOK,
        },
        {
            "type": "STOP",
            "triggerPrice": "45000",
            "price": "44900",
            "timeInForce": "FOK",
            "reduceOnly": "true",
        },
    ),
    "trailing-stop-reducing": (
        {
            "type": OrderType.TRAILING_STOP,
            "trail_percent": "0.01",
            "side": Side.SELL,
            "reduce_only": True,
        },
        {"type": "TRAILING_STOP_MARKET", "callbackRate": "1", "reduceOnly": "true"},
    ),
    "stop-limit-post-only": (
        {
            "type": OrderType.STOP_LIMIT,
            "stop_price": "60000",
            "limit_price": "60100.5",
            "post_only": True,
        },
        {"type": "STOP", "triggerPrice": "60000", "price": "60100.5", "timeInForce": "GTX"},
    ),
    "trailing-stop": (
        {"type": OrderType.TRAILING_STOP, "trail_percent": "0.025"},
        {"type": "TRAILING_STOP_MARKET", "callbackRate": "2.5"},
    ),
}

PAIRS: dict[str, tuple[Side, dict[str, Any], str, dict[str, str]]] = {
    "sale": (
        Side.SELL,
        {"type": OrderType.STOP, "stop_price": "45000"},
        "above",
        {"belowType": "STOP_LOSS", "belowStopPrice": "45000"},
    ),
    "sale-with-a-stop-limit": (
        Side.SELL,
        {"type": OrderType.STOP_LIMIT, "stop_price": "45000", "limit_price": "44900"},
        "above",
        {
            "belowType": "STOP_LOSS_LIMIT",
            "belowStopPrice": "45000",
            "belowPrice": "44900",
            "belowTimeInForce": "GTC",
        },
    ),
    "purchase": (
        Side.BUY,
        {"type": OrderType.STOP_LIMIT, "stop_price": "60000", "limit_price": "60100"},
        "below",
        {
            "aboveType": "STOP_LOSS_LIMIT",
            "aboveStopPrice": "60000",
            "abovePrice": "60100",
            "aboveTimeInForce": "GTC",
        },
    ),
    "trailing": (
        Side.SELL,
        {"type": OrderType.TRAILING_STOP, "trail_percent": "0.01"},
        "above",
        {"belowType": "STOP_LOSS", "belowTrailingDelta": "100"},
    ),
}
