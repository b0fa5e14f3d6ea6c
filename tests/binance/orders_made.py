"""Intents and listings as the tests of Binance's dialect want them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from realtrade.common.rest.listing import Listing
from realtrade.model.instrument import Instrument
from realtrade.model.order import OrderIntent, OrderType, Side

NAMES = {"spot": "BTC/USDT", "swap": "BTC/USDT:USDT"}


def listing(market: str = "spot", **changes: Any) -> Listing:
    """Return BTC against USDT: ticks of 0.01, lots of 0.00001, five dollars at least."""
    instrument = Instrument(
        NAMES[market],
        "BTC",
        "USDT",
        "spot" if market == "spot" else "swap",
        tick=Decimal("0.01"),
        lot=Decimal("0.00001"),
        min_quantity=Decimal("0.00001"),
        min_notional=Decimal(5),
    )
    given = {
        "id": "BTCUSDT",
        "max_quantity": Decimal(9_000),
        "max_market_quantity": Decimal(100),
        "trailing": True,
        **changes,
    }
    return Listing(instrument=instrument, **given)


def intent(market: str = "spot", **changes: Any) -> OrderIntent:
    """Return a purchase of a hundredth at the market, with whatever differs."""
    words = {name: Decimal(value) for name, value in changes.items() if name in _NUMBERS}
    given: dict[str, Any] = {
        "client_order_id": "rtabcd-0123456789abcdefghijkl-0",
        "symbol": NAMES[market],
        "feed": "btc",
        "side": Side.BUY,
        "type": OrderType.MARKET,
        "quantity": Decimal("0.01"),
        "reference_price": Decimal(50_000),
    }
    return OrderIntent(**{**given, **changes, **words})


_NUMBERS = frozenset(
    {"quantity", "limit_price", "stop_price", "trail_percent", "trail_amount", "reference_price"}
)
