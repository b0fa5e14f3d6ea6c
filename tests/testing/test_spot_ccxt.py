"""ccxt, which nobody here wrote, trades spot on the simulated exchange."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import ccxt
import pytest

from tests.testing.conftest import KEY

if TYPE_CHECKING:
    from realtrade.testing import SimExchange

BTC = "BTC/USDT"


def test_markets_load_with_one_request(exchange: SimExchange, client: ccxt.binance) -> None:
    markets = client.load_markets()

    assert [(one.method, one.path) for one in exchange.requests] == [
        ("GET", "/api/v3/exchangeInfo")
    ]
    assert list(markets) == ["BTC/USDT", "ETH/USDT"]
    assert markets[BTC]["precision"] == {
        "amount": 1e-05,
        "price": 0.01,
        "base": 1e-08,
        "quote": 1e-08,
    }
    assert markets[BTC]["limits"]["cost"]["min"] == 5


def test_a_market_buy_pays_its_fee_in_what_it_buys(
    exchange: SimExchange, client: ccxt.binance
) -> None:
    exchange.move(BTC, "50000")

    order = client.create_order(BTC, "market", "buy", 0.01)

    assert (order["status"], order["average"], order["fee"]) == (
        "closed",
        50000.01,
        {"currency": "BTC", "cost": 1e-05},
    )
    truth = exchange.truth(KEY)
    assert truth.balances["BTC"].total == Decimal("1.00999")
    assert truth.balances["USDT"].total == Decimal("9499.9999")


def test_a_limit_order_waits_locks_and_fills_at_its_price(
    exchange: SimExchange, client: ccxt.binance
) -> None:
    order = client.create_order(BTC, "limit", "buy", 0.01, 49_000, {"newClientOrderId": "mine-1"})

    assert client.fetch_balance()["USDT"] == {"free": 9510, "used": 490, "total": 10_000}
    assert [one["id"] for one in client.fetch_open_orders(BTC)] == [order["id"]]

    exchange.move(BTC, "48000")

    assert client.fetch_order(order["id"], BTC)["status"] == "closed"
    (trade,) = client.fetch_my_trades(BTC)
    assert (trade["price"], trade["amount"], trade["takerOrMaker"]) == (49_000, 0.01, "maker")
    assert exchange.truth(KEY).order("mine-1").filled == Decimal("0.01")


def test_a_client_id_is_refused_while_its_order_is_open_and_free_after(
    exchange: SimExchange, client: ccxt.binance
) -> None:
    client.create_order(BTC, "limit", "buy", 0.01, 49_000, {"newClientOrderId": "mine-1"})
    with pytest.raises(ccxt.InvalidOrder, match=r"-2010.*Duplicate order sent\."):
        client.create_order(BTC, "limit", "buy", 0.01, 49_000, {"newClientOrderId": "mine-1"})
    exchange.move(BTC, "48000")

    client.create_order(BTC, "market", "sell", 0.01, None, {"newClientOrderId": "mine-1"})

    assert [one.client_order_id for one in exchange.truth(KEY).orders] == ["mine-1", "mine-1"]
