"""Intents and listings as the tests of Binance's dialect want them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.common.rest.listing import Listing
from realtrade.model.instrument import Instrument
from realtrade.model.order import OrderIntent, OrderType, Side
from realtrade.plugins.ports.gateway import Answer, Outcome

if TYPE_CHECKING:
    from realtrade.binance.gateway import BinanceGateway
    from realtrade.model.account import VenueOrder

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

BOTH = pytest.mark.parametrize("market", ["spot", "swap"])
SWAP = pytest.mark.parametrize("market", ["swap"])
LIMIT = {"type": OrderType.LIMIT, "limit_price": "40000"}
STOP = {"type": OrderType.STOP, "stop_price": "45000", "side": Side.SELL}
STOP_LIMIT = {
    "type": OrderType.STOP_LIMIT,
    "stop_price": "45000",
    "limit_price": "44000",
    "side": Side.SELL,
}
TRAIL = {"type": OrderType.TRAILING_STOP, "trail_percent": "0.02", "side": Side.SELL}
RESTING = {
    "limit": LIMIT,
    "post-only": {**LIMIT, "post_only": True},
    "stop": STOP,
    "stop-limit": STOP_LIMIT,
    "trailing": TRAIL,
}


def told(answer: Answer) -> VenueOrder:
    """Return the order of an answer that is an acknowledgement."""
    assert answer.outcome is Outcome.ACK, answer
    assert answer.order is not None
    return answer.order


def days_ago(gateway: BinanceGateway, days: int) -> str:
    return f"ms:{gateway.now_ms() - days * 86_400_000}"
