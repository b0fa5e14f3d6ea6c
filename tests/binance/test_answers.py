"""Answers as Binance's documentation shows them, in our values.

Sources: the example answers of developers.binance.com for spot (`order`, `exchangeInfo`,
`myTrades`) and USDⓈ-M (`order`, `algoOrder`, `exchangeInfo`, `userTrades`).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from realtrade.binance import answers, pairs
from realtrade.common.rest.errors import OddAnswer
from realtrade.model.account import VenueOrder
from realtrade.model.order import Fill, OrderStatus, OrderType, Side
from tests.binance.orders_made import intent

SPOT_ORDER: dict[str, Any] = {
    "symbol": "LTCBTC",
    "orderId": 1,
    "orderListId": -1,
    "clientOrderId": "myOrder1",
    "price": "0.1",
    "origQty": "1.0",
    "executedQty": "0.4",
    "cummulativeQuoteQty": "0.0",
    "status": "PARTIALLY_FILLED",
    "timeInForce": "GTC",
    "type": "LIMIT",
    "side": "BUY",
    "stopPrice": "0.0",
    "icebergQty": "0.0",
    "time": 1499827319559,
    "updateTime": 1499827319660,
    "isWorking": True,
    "workingTime": 1499827319559,
    "origQuoteOrderQty": "0.000000",
    "selfTradePreventionMode": "NONE",
}
SPOT_FULL: dict[str, Any] = {
    "symbol": "BTCUSDT",
    "orderId": 28,
    "orderListId": -1,
    "clientOrderId": "6gCrw2kRUAF9CvJDGP16IP",
    "transactTime": 1507725176595,
    "price": "0.00000000",
    "origQty": "10.00000000",
    "executedQty": "10.00000000",
    "origQuoteOrderQty": "0.000000",
    "cummulativeQuoteQty": "10.00000000",
    "status": "FILLED",
    "timeInForce": "GTC",
    "type": "MARKET",
    "side": "SELL",
    "workingTime": 1507725176595,
    "fills": [
        {
            "price": "4000.00000000",
            "qty": "1.00000000",
            "commission": "4.00000000",
            "commissionAsset": "USDT",
            "tradeId": 56,
        },
        {
            "price": "3999.00000000",
            "qty": "5.00000000",
            "commission": "19.99500000",
            "commissionAsset": "USDT",
            "tradeId": 57,
        },
    ],
}
SPOT_CANCEL: dict[str, Any] = {
    "symbol": "LTCBTC",
    "origClientOrderId": "myOrder1",
    "orderId": 4,
    "orderListId": -1,
    "clientOrderId": "cancelMyOrder1",
    "transactTime": 1684804350068,
    "price": "2.00000000",
    "origQty": "1.00000000",
    "executedQty": "0.00000000",
    "cummulativeQuoteQty": "0.00000000",
    "status": "CANCELED",
    "timeInForce": "GTC",
    "type": "LIMIT",
    "side": "BUY",
}
SWAP_ORDER: dict[str, Any] = {
    "avgPrice": "0.00000",
    "clientOrderId": "abc",
    "cumQuote": "0",
    "executedQty": "0",
    "orderId": 1917641,
    "origQty": "0.40",
    "origType": "LIMIT",
    "price": "9300",
    "reduceOnly": False,
    "side": "BUY",
    "positionSide": "BOTH",
    "status": "NEW",
    "stopPrice": "0",
    "closePosition": False,
    "symbol": "BTCUSDT",
    "time": 1579276756075,
    "timeInForce": "GTC",
    "type": "LIMIT",
    "updateTime": 1579276756075,
    "workingType": "CONTRACT_PRICE",
    "priceProtect": False,
}
ALGO_ORDER: dict[str, Any] = {
    "algoId": 2146760,
    "clientAlgoId": "6B2I9XVcJpCjqPAJ4YoFX7",
    "algoType": "CONDITIONAL",
    "orderType": "TAKE_PROFIT",
    "symbol": "BNBUSDT",
    "side": "SELL",
    "positionSide": "BOTH",
    "timeInForce": "GTC",
    "quantity": "0.01",
    "algoStatus": "NEW",
    "triggerPrice": "750.000",
    "price": "740.000",
    "icebergQuantity": None,
    "selfTradePreventionMode": "EXPIRE_MAKER",
    "workingType": "CONTRACT_PRICE",
    "priceMatch": "NONE",
    "closePosition": False,
    "priceProtect": False,
    "reduceOnly": False,
    "createTime": 1750485492076,
    "updateTime": 1750485492076,
    "triggerTime": 0,
    "goodTillDate": 0,
}
SPOT_TRADE: dict[str, Any] = {
    "symbol": "BNBBTC",
    "id": 28457,
    "orderId": 100234,
    "orderListId": -1,
    "price": "4.00000100",
    "qty": "12.00000000",
    "quoteQty": "48.000012",
    "commission": "10.10000000",
    "commissionAsset": "BNB",
    "time": 1499865549590,
    "isBuyer": True,
    "isMaker": False,
    "isBestMatch": True,
}
SWAP_TRADE: dict[str, Any] = {
    "buyer": False,
    "commission": "-0.07819010",
    "commissionAsset": "USDT",
    "id": 698759,
    "maker": True,
    "orderId": 25851813,
    "price": "7819.01",
    "qty": "0.002",
    "quoteQty": "15.63802",
    "realizedPnl": "-0.91539999",
    "side": "SELL",
    "positionSide": "SHORT",
    "symbol": "BTCUSDT",
    "time": 1569514978020,
}


def test_a_spot_order() -> None:
    assert answers.order(SPOT_ORDER, "LTC/BTC") == VenueOrder(
        client_order_id="myOrder1",
        venue_order_id="1",
        symbol="LTC/BTC",
        side=Side.BUY,
        type=OrderType.LIMIT,
        status=OrderStatus.PARTIALLY_FILLED,
        quantity=Decimal(1),
        filled=Decimal("0.4"),
        limit_price=Decimal("0.1"),
        time_ms=1499827319660,
    )


def test_a_spot_order_that_was_filled_at_once() -> None:
    order = answers.order(SPOT_FULL, "BTC/USDT")
    first, second = answers.placed_fills(SPOT_FULL, order)

    assert (order.status, order.limit_price) == (OrderStatus.FILLED, None)
    assert first == Fill(
        trade_id="56",
        client_order_id="6gCrw2kRUAF9CvJDGP16IP",
        symbol="BTC/USDT",
        side=Side.SELL,
        quantity=Decimal(1),
        price=Decimal(4000),
        fee=Decimal(4),
        fee_currency="USDT",
        maker=False,
        time_ms=1507725176595,
    )
    assert (second.trade_id, second.quantity, second.fee) == ("57", Decimal(5), Decimal("19.995"))


def test_a_cancel_is_told_under_the_orders_own_id() -> None:
    order = answers.order(SPOT_CANCEL, "LTC/BTC")

    assert (order.client_order_id, order.status) == ("myOrder1", OrderStatus.CANCELLED)


def test_a_swap_order() -> None:
    order = answers.order(SWAP_ORDER, "BTC/USDT:USDT")

    assert (order.client_order_id, order.venue_order_id) == ("abc", "1917641")
    assert (order.status, order.quantity, order.limit_price, order.stop_price) == (
        OrderStatus.ACCEPTED,
        Decimal("0.40"),
        Decimal(9300),
        None,
    )


def test_a_conditional_order() -> None:
    assert answers.algo_order(ALGO_ORDER, "BNB/USDT:USDT") == VenueOrder(
        client_order_id="6B2I9XVcJpCjqPAJ4YoFX7",
        venue_order_id="algo-2146760",
        symbol="BNB/USDT:USDT",
        side=Side.SELL,
        type=OrderType.STOP_LIMIT,
        status=OrderStatus.ACCEPTED,
        quantity=Decimal("0.01"),
        filled=Decimal(0),
        limit_price=Decimal(740),
        stop_price=Decimal(750),
        time_ms=1750485492076,
    )


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("NEW", OrderStatus.ACCEPTED),
        ("PENDING_NEW", OrderStatus.ACCEPTED),
        ("PENDING_CANCEL", OrderStatus.ACCEPTED),
        ("PARTIALLY_FILLED", OrderStatus.PARTIALLY_FILLED),
        ("FILLED", OrderStatus.FILLED),
        ("CANCELED", OrderStatus.CANCELLED),
        ("REJECTED", OrderStatus.REJECTED),
        ("EXPIRED", OrderStatus.EXPIRED),
        ("EXPIRED_IN_MATCH", OrderStatus.EXPIRED),
    ],
)
def test_states(status: str, expected: OrderStatus) -> None:
    order = answers.order({**SPOT_ORDER, "status": status}, "LTC/BTC")

    assert order.status is expected
    assert order.reason == ("EXPIRED_IN_MATCH" if status == "EXPIRED_IN_MATCH" else "")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("NEW", OrderStatus.ACCEPTED),
        ("TRIGGERING", OrderStatus.ACCEPTED),
        ("TRIGGERED", OrderStatus.ACCEPTED),
        ("FINISHED", OrderStatus.ACCEPTED),
        ("CANCELED", OrderStatus.CANCELLED),
        ("REJECTED", OrderStatus.REJECTED),
        ("EXPIRED", OrderStatus.EXPIRED),
    ],
)
def test_states_of_conditional_orders(status: str, expected: OrderStatus) -> None:
    assert answers.algo_order({**ALGO_ORDER, "algoStatus": status}, "X").status is expected


def test_a_stop_that_trails_is_told_as_one() -> None:
    row = {**SPOT_ORDER, "type": "STOP_LOSS", "trailingDelta": 250, "stopPrice": "0.2"}

    assert answers.order(row, "LTC/BTC").type is OrderType.TRAILING_STOP


def test_an_order_that_became_another_type_is_told_as_it_was() -> None:
    row = {**SWAP_ORDER, "type": "MARKET", "origType": "STOP_MARKET"}

    assert answers.order(row, "X").type is OrderType.STOP


@pytest.mark.parametrize(
    "row",
    [
        None,
        [],
        {},
        "order",
        {**SPOT_ORDER, "orderId": None},
        {**SPOT_ORDER, "orderId": "1"},
        {**SPOT_ORDER, "status": "SLEEPING"},
        {**SPOT_ORDER, "side": "HOLD"},
        {**SPOT_ORDER, "type": "MAGIC"},
        {**SPOT_ORDER, "executedQty": "some"},
        {**SPOT_ORDER, "executedQty": "NaN"},
    ],
)
def test_what_is_no_order_is_odd(row: Any) -> None:
    with pytest.raises(OddAnswer):
        answers.order(row, "LTC/BTC")


@pytest.mark.parametrize(
    "row",
    [
        None,
        {},
        {**ALGO_ORDER, "algoId": None},
        {**ALGO_ORDER, "algoStatus": "?"},
        {**ALGO_ORDER, "orderType": "?"},
    ],
)
def test_what_is_no_conditional_order_is_odd(row: Any) -> None:
    with pytest.raises(OddAnswer):
        answers.algo_order(row, "X")


def test_a_spot_trade() -> None:
    assert answers.trade(SPOT_TRADE, "BNB/BTC", "ours") == Fill(
        trade_id="28457",
        client_order_id="ours",
        symbol="BNB/BTC",
        side=Side.BUY,
        quantity=Decimal(12),
        price=Decimal("4.000001"),
        fee=Decimal("10.1"),
        fee_currency="BNB",
        maker=False,
        time_ms=1499865549590,
    )


def test_a_swap_trade_that_earned_a_rebate() -> None:
    fill = answers.trade(SWAP_TRADE, "BTC/USDT:USDT", "ours")

    assert (fill.side, fill.maker) == (Side.SELL, True)
    assert (fill.fee, fill.price) == (Decimal("-0.0781901"), Decimal("7819.01"))


@pytest.mark.parametrize("row", [None, {}, {"id": "28457"}])
def test_what_is_no_trade_is_odd(row: Any) -> None:
    with pytest.raises(OddAnswer):
        answers.trade(row, "X", "")


class TestPairs:
    INTENTS = (intent(client_order_id="the-limit"), intent(client_order_id="the-stop"))

    def test_each_order_gets_its_own_report(self) -> None:
        rows = [
            {**SPOT_ORDER, "orderId": number, "clientOrderId": name, "status": "NEW"}
            for number, name in ((9, "the-stop"), (8, "the-limit"))
        ]

        limit, stop = pairs.placed({"orderReports": rows}, self.INTENTS)

        assert limit.order is not None
        assert stop.order is not None
        assert (limit.order.venue_order_id, stop.order.venue_order_id) == ("8", "9")

    @pytest.mark.parametrize(
        "row",
        [None, {}, {"orderReports": None}, {"orderReports": []}, {"orderReports": [SPOT_ORDER]}],
    )
    def test_half_a_pair_is_odd(self, row: Any) -> None:
        with pytest.raises(OddAnswer):
            pairs.placed(row, self.INTENTS)


def test_an_order_of_spot_tells_why_it_expired() -> None:
    row = {**SPOT_ORDER, "status": "EXPIRED", "expiryReason": "EXECUTION_RULE_PRICE_RANGE_EXCEEDED"}

    assert answers.order(row, "LTC/BTC").reason == "EXECUTION_RULE_PRICE_RANGE_EXCEEDED"
