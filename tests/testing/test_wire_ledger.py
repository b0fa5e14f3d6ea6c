"""What a client can read over the wire adds up to the ledger, whatever went wrong on the way."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.testing.conftest import KEY

if TYPE_CHECKING:
    from realtrade.testing import SimExchange
    from tests.testing.wire import Wire

BTC, SWAP = "BTC/USDT", "BTC/USDT:USDT"
SPOILS = ("lost_answer", "reset_before", "duplicate_delivery", "empty", "unknown_result")
SPOT_TYPES: tuple[dict[str, Any], ...] = (
    {"type": "MARKET"},
    {"type": "LIMIT", "timeInForce": "GTC", "price": "49900"},
    {"type": "LIMIT", "timeInForce": "IOC", "price": "50100"},
    {"type": "LIMIT_MAKER", "price": "50050"},
    {"type": "STOP_LOSS", "stopPrice": "49950"},
)
SWAP_TYPES: tuple[dict[str, Any], ...] = (
    {"type": "MARKET"},
    {"type": "LIMIT", "timeInForce": "GTC", "price": "49900"},
    {"type": "LIMIT", "timeInForce": "GTX", "price": "50050"},
)


def happen(exchange: SimExchange, wire: Wire, random: Random, path: str) -> None:
    """Send a random order, now and then spoiled; let the price move."""
    types = SPOT_TYPES if path.startswith("/api") else SWAP_TYPES
    if random.random() < 0.3:
        exchange.arm(random.choice(SPOILS), match={"method": "POST"})
    with suppress(requests.RequestException):
        wire.signed(
            "POST",
            path,
            symbol="BTCUSDT",
            side=random.choice(["BUY", "SELL"]),
            quantity=f"0.0{random.randint(10, 30)}",
            **random.choice(types),
        )
    price = str(50_000 + random.randint(-200, 200))
    for symbol in (BTC, SWAP):
        exchange.by_hand.depth(symbol, random.choice([None, "0.01"]))
        (exchange.walk if random.random() < 0.5 else exchange.move)(symbol, price)


def added(rows: list[dict[str, Any]]) -> Decimal:
    """Return the base quantity that trades have brought, signed."""
    signs = {True: 1, False: -1}
    return sum((signs[row["isBuyer"]] * Decimal(row["qty"]) for row in rows), Decimal(0))


def fees(rows: list[dict[str, Any]], asset: str) -> Decimal:
    return sum(
        (Decimal(row["commission"]) for row in rows if row["commissionAsset"] == asset), Decimal(0)
    )


@pytest.mark.parametrize("seed", range(3))
def test_spot(exchange: SimExchange, wire: Wire, seed: int) -> None:
    random = Random(seed)  # noqa: S311 - made-up traffic
    for _ in range(40):
        happen(exchange, wire, random, "/api/v3/order")
    exchange.faults.clear()

    rows = wire.signed("GET", "/api/v3/myTrades", symbol="BTCUSDT", limit=1000).json()
    account = wire.signed("GET", "/api/v3/account").json()

    held = {
        one["asset"]: Decimal(one["free"]) + Decimal(one["locked"]) for one in account["balances"]
    }
    assert len(rows) > 10
    assert held["BTC"] == 1 + added(rows) - fees(rows, "BTC")
    paid = sum(
        ((-1 if row["isBuyer"] else 1) * Decimal(row["quoteQty"]) for row in rows), Decimal(0)
    )
    assert held["USDT"] == 10_000 + paid - fees(rows, "USDT")
    truth = exchange.truth(KEY)
    assert [row["id"] for row in rows] == [fill.id for fill in truth.fills]
    listed = wire.signed("GET", "/api/v3/openOrders", symbol="BTCUSDT").json()
    assert [one["orderId"] for one in listed] == [one.id for one in truth.open_orders]


@pytest.mark.parametrize("seed", range(3))
def test_perpetuals(exchange: SimExchange, wire: Wire, seed: int) -> None:
    random = Random(seed)  # noqa: S311 - made-up traffic
    for _ in range(40):
        happen(exchange, wire, random, "/fapi/v1/order")
    exchange.faults.clear()

    rows = wire.signed("GET", "/fapi/v1/userTrades", symbol="BTCUSDT", limit=1000).json()
    (wallet,) = wire.signed("GET", "/fapi/v3/balance").json()
    positions = wire.signed("GET", "/fapi/v2/positionRisk", symbol="BTCUSDT").json()

    moved = sum(
        (Decimal(row["realizedPnl"]) - Decimal(row["commission"]) for row in rows), Decimal(0)
    )
    signs = {"BUY": 1, "SELL": -1}
    assert len(rows) > 10
    assert Decimal(wallet["balance"]) == 10_000 + moved
    held = sum((signs[row["side"]] * Decimal(row["qty"]) for row in rows), Decimal(0))
    assert Decimal(positions[0]["positionAmt"]) == held
