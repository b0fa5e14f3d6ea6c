"""Spot over the wire: shapes as documented, errors with their codes, limits with their headers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from realtrade.testing import SimExchange
from realtrade.utils.clock import ManualClock
from tests.testing.conftest import KEY
from tests.testing.wire import Wire

BTC = "BTC/USDT"
# Field names and types as in github.com/binance/binance-spot-api-docs, rest-api.md.
ACK = {
    "symbol": str,
    "orderId": int,
    "orderListId": int,
    "clientOrderId": str,
    "transactTime": int,
}
RESULT = ACK | {
    "price": str,
    "origQty": str,
    "executedQty": str,
    "origQuoteOrderQty": str,
    "cummulativeQuoteQty": str,
    "status": str,
    "timeInForce": str,
    "type": str,
    "side": str,
    "workingTime": int,
    "selfTradePreventionMode": str,
}
FULL = RESULT | {"fills": list}
FILL = {"price": str, "qty": str, "commission": str, "commissionAsset": str, "tradeId": int}
CANCELED = {
    name: kind
    for name, kind in (RESULT | {"origClientOrderId": str}).items()
    if name != "workingTime"
}
QUERY = {
    "symbol": str,
    "orderId": int,
    "orderListId": int,
    "clientOrderId": str,
    "price": str,
    "origQty": str,
    "executedQty": str,
    "cummulativeQuoteQty": str,
    "status": str,
    "timeInForce": str,
    "type": str,
    "side": str,
    "stopPrice": str,
    "icebergQty": str,
    "time": int,
    "updateTime": int,
    "isWorking": bool,
    "workingTime": int,
    "origQuoteOrderQty": str,
    "selfTradePreventionMode": str,
}
TRADE = {
    "symbol": str,
    "id": int,
    "orderId": int,
    "orderListId": int,
    "price": str,
    "qty": str,
    "quoteQty": str,
    "commission": str,
    "commissionAsset": str,
    "time": int,
    "isBuyer": bool,
    "isMaker": bool,
    "isBestMatch": bool,
}
LIMIT: dict[str, Any] = {
    "symbol": "BTCUSDT",
    "side": "BUY",
    "type": "LIMIT",
    "timeInForce": "GTC",
    "quantity": "0.01",
    "price": "49000",
}
MARKET: dict[str, Any] = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.01"}


def shape(answer: dict[str, Any]) -> dict[str, type]:
    return {name: type(value) for name, value in answer.items()}


@pytest.mark.parametrize(("form", "wanted"), [("ACK", ACK), ("RESULT", RESULT), ("FULL", FULL)])
def test_a_new_order_answers_as_asked(wire: Wire, form: str, wanted: dict[str, type]) -> None:
    answer = wire.order(**MARKET, newOrderRespType=form).json()

    assert shape(answer) == wanted
    assert all(shape(fill) == FILL for fill in answer.get("fills", []))


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({}, FULL),
        ({"type": "LIMIT_MAKER", "timeInForce": None}, ACK),
        ({"type": "STOP_LOSS_LIMIT", "side": "SELL", "stopPrice": "48000"}, ACK),
    ],
)
def test_without_a_wish_it_depends_on_the_type(
    wire: Wire, more: dict[str, Any], wanted: dict[str, type]
) -> None:
    params = {name: value for name, value in (LIMIT | more).items() if value is not None}

    assert shape(wire.order(**params).json()) == wanted


def test_query_cancel_and_trades_have_the_documented_fields(
    exchange: SimExchange, wire: Wire
) -> None:
    placed = wire.order(**LIMIT, newClientOrderId="mine").json()
    which = {"symbol": "BTCUSDT", "orderId": placed["orderId"]}
    assert shape(wire.signed("GET", "/api/v3/order", **which).json()) == QUERY
    (listed,) = wire.signed("GET", "/api/v3/openOrders", symbol="BTCUSDT").json()
    assert shape(listed) == QUERY

    gone = wire.signed("DELETE", "/api/v3/order", **which).json()

    assert shape(gone) == CANCELED
    assert (gone["origClientOrderId"], gone["status"]) == ("mine", "CANCELED")
    assert gone["clientOrderId"] != "mine"
    wire.order(**MARKET)
    (trade,) = wire.signed("GET", "/api/v3/myTrades", symbol="BTCUSDT").json()
    assert shape(trade) == TRADE


@pytest.mark.parametrize(
    ("change", "code", "msg"),
    [
        ({"symbol": "XYZUSDT"}, -1121, "Invalid symbol."),
        ({"side": "HOLD"}, -1117, "Invalid side."),
        ({"type": "STOP"}, -1116, "Invalid orderType."),
        ({"timeInForce": "GTX"}, -1115, "Invalid timeInForce."),
        ({"timeInForce": None}, -1102, "Mandatory parameter 'timeInForce' was not sent"),
        ({"price": None}, -1102, "Mandatory parameter 'price' was not sent"),
        ({"quantity": None}, -1102, "Mandatory parameter 'quantity' was not sent"),
        ({"quantity": "a"}, -1100, "Illegal characters found in parameter 'quantity'"),
        ({"quantity": "1e-2"}, -1100, "Illegal characters found in parameter 'quantity'"),
        ({"newClientOrderId": "a b"}, -1100, "Illegal characters found in parameter"),
        ({"newClientOrderId": "a" * 37}, -1100, "Illegal characters found in parameter"),
        ({"stopPrice": "1"}, -1106, "Parameter 'stopPrice' sent when not required."),
        ({"price": "49000.001"}, -1013, "Filter failure: PRICE_FILTER"),
        ({"quantity": "0.000001"}, -1013, "Filter failure: LOT_SIZE"),
        ({"quantity": "0.0001"}, -1013, "Filter failure: NOTIONAL"),
        ({"quantity": "5"}, -2010, "Account has insufficient balance for requested action."),
        (
            {"type": "LIMIT_MAKER", "timeInForce": None, "price": "60000"},
            -2010,
            "Order would immediately match and take.",
        ),
    ],
)
def test_what_is_wrong_with_an_order_has_its_code(
    exchange: SimExchange, wire: Wire, change: dict[str, Any], code: int, msg: str
) -> None:
    params = {name: value for name, value in (LIMIT | change).items() if value is not None}

    answer = wire.order(**params)

    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.json()["msg"].startswith(msg)
    assert exchange.truth(KEY).orders == ()


def test_a_market_order_with_a_price_is_refused(wire: Wire) -> None:
    assert wire.order(**MARKET, price="1").json()["code"] == -1106


@pytest.mark.parametrize(
    ("method", "code", "msg"),
    [("GET", -2013, "Order does not exist."), ("DELETE", -2011, "Unknown order sent.")],
)
def test_an_unknown_order(wire: Wire, method: str, code: int, msg: str) -> None:
    answer = wire.signed(method, "/api/v3/order", symbol="BTCUSDT", origClientOrderId="never")

    assert answer.json() == {"code": code, "msg": msg}


def test_canceling_what_is_filled_is_an_unknown_order(wire: Wire) -> None:
    filled = wire.order(**MARKET).json()

    answer = wire.signed("DELETE", "/api/v3/order", symbol="BTCUSDT", orderId=filled["orderId"])

    assert answer.json()["code"] == -2011


def test_canceling_all_needs_something_to_cancel(wire: Wire) -> None:
    assert wire.signed("DELETE", "/api/v3/openOrders", symbol="BTCUSDT").json()["code"] == -2011
    wire.order(**LIMIT)
    wire.order(**LIMIT)

    gone = wire.signed("DELETE", "/api/v3/openOrders", symbol="BTCUSDT").json()

    assert [one["status"] for one in gone] == ["CANCELED", "CANCELED"]


def test_a_market_order_resent_after_its_fill_is_accepted_again(
    exchange: SimExchange, wire: Wire
) -> None:
    """The trap of Binance's client ids: unique among open orders only."""
    for _ in range(2):
        assert wire.order(**MARKET, newClientOrderId="same").status_code == 200

    assert [one.client_order_id for one in exchange.truth(KEY).orders] == ["same", "same"]


class TestTrades:
    @pytest.fixture
    def five(self, exchange: SimExchange, wire: Wire) -> list[int]:
        for _ in range(5):
            wire.order(**MARKET)
        return [fill.id for fill in exchange.truth(KEY).fills]

    def ids(self, wire: Wire, **params: Any) -> list[int]:
        answer = wire.signed("GET", "/api/v3/myTrades", symbol="BTCUSDT", **params)
        return [one["id"] for one in answer.json()]

    def test_by_first_id_and_limit(self, wire: Wire, five: list[int]) -> None:
        assert self.ids(wire, fromId=five[2]) == five[2:]
        assert self.ids(wire, fromId=five[1], limit=2) == five[1:3]
        assert self.ids(wire, limit=2) == five[3:]

    def test_by_order(self, exchange: SimExchange, wire: Wire, five: list[int]) -> None:
        order_id = exchange.truth(KEY).fills[3].order_id

        assert self.ids(wire, orderId=order_id) == [five[3]]

    def test_by_time(self, exchange: SimExchange, wire: Wire, five: list[int]) -> None:
        times = [fill.time_ms for fill in exchange.truth(KEY).fills]

        assert self.ids(wire, startTime=times[0], endTime=times[-1]) == five
        assert self.ids(wire, startTime=times[-1] + 1) == []

    def test_more_than_a_day_is_refused(self, wire: Wire) -> None:
        answer = wire.signed(
            "GET", "/api/v3/myTrades", symbol="BTCUSDT", startTime=1, endTime=86_400_002
        )

        assert answer.json()["code"] == -1127


class TestKlines:
    @pytest.fixture(autouse=True)
    def minutes(self, exchange: SimExchange) -> None:
        for number in range(7):
            exchange.close_bar(
                BTC, "1m", open=100 + number, high=110 + number, low=90, close=105, volume=number
            )

    def rows(self, wire: Wire, **params: Any) -> list[list[Any]]:
        rows: list[list[Any]] = wire.ask("GET", "/api/v3/klines", symbol="BTCUSDT", **params).json()
        return rows

    def test_all_of_a_timeframe(self, exchange: SimExchange, wire: Wire) -> None:
        rows = self.rows(wire, interval="1m")

        assert [row[0] for row in rows] == [bar.open_ms for bar in exchange.bars(BTC, "1m")]
        assert [row[5] for row in rows] == [f"{number}.00000000" for number in range(7)]
        assert all(len(row) == 12 for row in rows)

    def test_a_longer_timeframe_is_made_of_the_shorter(self, wire: Wire) -> None:
        first = self.rows(wire, interval="5m")[0]

        assert first[1:6] == [
            "100.00000000",
            "114.00000000",
            "90.00000000",
            "105.00000000",
            "10.00000000",
        ]

    def test_from_a_start_and_to_an_end(self, wire: Wire) -> None:
        opens = [row[0] for row in self.rows(wire, interval="1m")]

        onward = self.rows(wire, interval="1m", startTime=opens[2], limit=3)
        between = self.rows(wire, interval="1m", startTime=opens[1] + 1, endTime=opens[3])
        last = self.rows(wire, interval="1m", limit=2)

        assert [row[0] for row in onward] == opens[2:5]
        assert [row[0] for row in between] == opens[2:4]
        assert [row[0] for row in last] == opens[5:]

    def test_an_unknown_interval(self, wire: Wire) -> None:
        answer = wire.ask("GET", "/api/v3/klines", symbol="BTCUSDT", interval="7m")

        assert answer.json() == {"code": -1120, "msg": "Invalid interval."}


@pytest.mark.parametrize(
    ("query", "symbols"),
    [
        ("", ["BTCUSDT", "ETHUSDT"]),
        ("?symbol=ETHUSDT", ["ETHUSDT"]),
        ('?symbols=["BTCUSDT","ETHUSDT"]', ["BTCUSDT", "ETHUSDT"]),
        ("?permissions=SPOT", ["BTCUSDT", "ETHUSDT"]),
        ('?permissions=["MARGIN"]', []),
    ],
)
def test_exchange_info_of_what_was_asked(wire: Wire, query: str, symbols: list[str]) -> None:
    answer = wire.ask("GET", f"/api/v3/exchangeInfo{query}").json()

    assert [one["symbol"] for one in answer["symbols"]] == symbols


class TestLimits:
    def test_every_answer_tells_what_was_used(self, wire: Wire) -> None:
        wire.ask("GET", "/api/v3/ping")

        answer = wire.order(**MARKET)

        assert answer.headers["X-MBX-USED-WEIGHT-1M"] == "1", "an order that is done weighs nothing"
        assert answer.headers["X-MBX-ORDER-COUNT-10S"] == "1"
        assert answer.headers["X-MBX-ORDER-COUNT-1D"] == "1"

    def test_an_order_that_fails_has_its_weight(self, wire: Wire) -> None:
        wire.ask("GET", "/api/v3/ping")

        answer = wire.order(**MARKET, price="1")

        assert answer.headers["X-MBX-USED-WEIGHT-1M"] == "2"

    def test_too_much_weight_is_429_then_418(self) -> None:
        with SimExchange(clock=ManualClock(1_700_000_000_000)) as exchange, Wire(exchange) as wire:
            limits = exchange.dialect.services.spot_limits
            limits.weight.limit, limits.patience = 40, 2
            wire.ask("GET", "/api/v3/exchangeInfo")
            wire.ask("GET", "/api/v3/exchangeInfo")

            answers = [wire.ask("GET", "/api/v3/ping") for _ in range(4)]
            exchange.advance(121)
            after = wire.ask("GET", "/api/v3/ping")

        assert [one.status_code for one in answers] == [429, 429, 418, 418]
        assert all(one.json()["code"] == -1003 for one in answers)
        assert [one.headers["Retry-After"] for one in answers] == ["40", "40", "120", "120"]
        assert after.status_code == 200

    def test_too_many_orders_is_1015(self, exchange: SimExchange, wire: Wire) -> None:
        exchange.dialect.services.spot_limits.order_limits = (("10S", 86_400, 1),)
        wire.order(**MARKET)

        answer = wire.order(**MARKET)

        assert (answer.status_code, answer.json()["code"]) == (429, -1015)
        assert len(exchange.truth(KEY).orders) == 1


def test_filters_can_change_while_it_runs(exchange: SimExchange, wire: Wire) -> None:
    exchange.by_hand.market(BTC, tick=Decimal(10), min_notional=Decimal(1000))

    info = wire.ask("GET", "/api/v3/exchangeInfo?symbol=BTCUSDT").json()
    small = wire.order(**LIMIT).json()
    odd = wire.order(**(LIMIT | {"price": "49005"})).json()

    assert info["symbols"][0]["filters"][0]["tickSize"] == "10.00000000"
    assert small["msg"] == "Filter failure: NOTIONAL"
    assert odd["msg"] == "Filter failure: PRICE_FILTER"


def test_a_closed_market_takes_no_orders(exchange: SimExchange, wire: Wire) -> None:
    exchange.by_hand.close_market(BTC)

    assert wire.order(**MARKET).json() == {"code": -2010, "msg": "Market is closed."}


def test_an_unknown_path_is_html(wire: Wire) -> None:
    answer = wire.ask("GET", "/api/v3/nothing")

    assert (answer.status_code, answer.text[:6]) == (404, "<html>")


def test_every_request_is_in_the_log(exchange: SimExchange, wire: Wire) -> None:
    wire.order(**MARKET, newClientOrderId="logged")
    wire.order(**(MARKET | {"quantity": "99"}))

    good, bad = exchange.requests.of("POST", "/api/v3/order")
    assert (good.params["newClientOrderId"], good.status, good.executed) == ("logged", 200, True)
    assert (bad.status, bad.executed) == (400, False)
    assert good.headers["X-MBX-APIKEY"] == KEY
