from __future__ import annotations

from decimal import Decimal

import pytest

from realtrade.model.instrument import Instrument
from realtrade.model.order import Money, OrderIntent, OrderType, Side


def intent(side=Side.BUY, **prices):
    return OrderIntent(
        client_order_id="rt",
        symbol="BTC/USD",
        feed="btc",
        side=side,
        type=OrderType.MARKET,
        quantity=Decimal(2),
        reference_price=Decimal(100),
        **prices,
    )


@pytest.mark.parametrize(("side", "expected"), [(Side.BUY, 2), (Side.SELL, -2)])
def test_a_sale_is_negative(side, expected):
    assert intent(side).signed_quantity == expected


@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        ({}, 100),
        ({"stop_price": Decimal(90)}, 90),
        ({"stop_price": Decimal(90), "limit_price": Decimal(89)}, 89),
    ],
)
def test_the_best_known_price(prices, expected):
    assert intent(**prices).price == expected


@pytest.mark.parametrize(("market", "expected"), [("spot", False), ("swap", True)])
def test_spot_cannot_go_short(market, expected):
    assert Instrument("BTC/USD", "BTC", "USD", market).may_short is expected


def test_money_reads_as_written():
    assert str(Money(Decimal("10000.50"), "USDT")) == "10000.50 USDT"
