"""Lists of spot orders, order lists, and what the account says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.testing.conftest import KEY
from tests.testing.test_spot_rest import LIMIT, MARKET, RESULT

if TYPE_CHECKING:
    from realtrade.testing import SimExchange
    from tests.testing.wire import Wire


def test_a_test_order_is_only_read(exchange: SimExchange, wire: Wire) -> None:
    assert wire.signed("POST", "/api/v3/order/test", **LIMIT).json() == {}
    assert wire.signed("POST", "/api/v3/order/test", symbol="BTCUSDT").json()["code"] == -1102
    assert exchange.truth(KEY).orders == ()


def test_all_orders_from_an_id_on(wire: Wire) -> None:
    ids = [wire.order(**MARKET).json()["orderId"] for _ in range(4)]

    def listed(**params: Any) -> list[int]:
        answer = wire.signed("GET", "/api/v3/allOrders", symbol="BTCUSDT", **params)
        return [one["orderId"] for one in answer.json()]

    assert listed() == ids
    assert listed(limit=1) == ids[-1:]
    assert listed(orderId=ids[1], limit=2) == ids[1:3]


class TestOrderLists:
    @pytest.fixture
    def pair(self, wire: Wire) -> dict[str, Any]:
        answer: dict[str, Any] = wire.signed(
            "POST",
            "/api/v3/orderList/oco",
            symbol="BTCUSDT",
            side="SELL",
            quantity="0.1",
            aboveType="LIMIT_MAKER",
            abovePrice="52000",
            aboveClientOrderId="up",
            belowType="STOP_LOSS_LIMIT",
            belowPrice="47900",
            belowStopPrice="48000",
            belowTimeInForce="GTC",
            belowClientOrderId="down",
            listClientOrderId="pair",
        ).json()
        return answer

    def test_the_answer_reports_both_legs(self, pair: dict[str, Any]) -> None:
        assert [one["clientOrderId"] for one in pair["orders"]] == ["up", "down"]
        assert {one["type"] for one in pair["orderReports"]} == {"LIMIT_MAKER", "STOP_LOSS_LIMIT"}
        assert all(set(RESULT) <= set(one) for one in pair["orderReports"])

    def test_it_is_found_and_listed(self, wire: Wire, pair: dict[str, Any]) -> None:
        found = wire.signed("GET", "/api/v3/orderList", origClientOrderId="pair").json()
        (listed,) = wire.signed("GET", "/api/v3/openOrderList").json()

        assert found == listed
        assert found["orderListId"] == pair["orderListId"]

    def test_the_whole_list_is_canceled(self, wire: Wire, pair: dict[str, Any]) -> None:
        which: dict[str, Any] = {"symbol": "BTCUSDT", "orderListId": pair["orderListId"]}

        gone = wire.signed("DELETE", "/api/v3/orderList", **which).json()
        again = wire.signed("DELETE", "/api/v3/orderList", **which).json()

        assert gone["listOrderStatus"] == "ALL_DONE"
        assert [one["status"] for one in gone["orderReports"]] == ["CANCELED", "CANCELED"]
        assert again["code"] == -2011

    def test_one_leg_takes_the_other_along(self, wire: Wire, pair: dict[str, Any]) -> None:
        gone = wire.signed(
            "DELETE", "/api/v3/order", symbol="BTCUSDT", origClientOrderId="up"
        ).json()

        assert gone["listOrderStatus"] == "ALL_DONE"
        assert wire.signed("GET", "/api/v3/openOrders").json() == []

    @pytest.mark.parametrize(
        ("which", "code"), [({"orderListId": 99}, -2013), ({}, -1102)], ids=["unknown", "unnamed"]
    )
    def test_a_list_that_is_not_there(self, wire: Wire, which: dict[str, Any], code: int) -> None:
        assert wire.signed("GET", "/api/v3/orderList", **which).json()["code"] == code

    def test_canceling_everything_reports_the_list(self, wire: Wire, pair: dict[str, Any]) -> None:
        wire.order(**LIMIT)

        gone = wire.signed("DELETE", "/api/v3/openOrders", symbol="BTCUSDT").json()

        assert sorted("orderReports" in one for one in gone) == [False, True]


@pytest.mark.parametrize(
    ("restriction", "code"),
    [("ONLY_NEW", None), ("ONLY_PARTIALLY_FILLED", -2011), ("ONLY_OLD", -1145)],
)
def test_a_cancel_may_be_restricted(wire: Wire, restriction: str, code: int | None) -> None:
    order_id = wire.order(**LIMIT).json()["orderId"]

    answer = wire.signed(
        "DELETE",
        "/api/v3/order",
        symbol="BTCUSDT",
        orderId=order_id,
        cancelRestrictions=restriction,
    )

    assert answer.json().get("code") == code


def test_neither_id_is_a_missing_parameter(wire: Wire) -> None:
    assert wire.signed("GET", "/api/v3/order", symbol="BTCUSDT").json()["code"] == -1102


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"quoteOrderQty": "100"}, -1106),
        ({"price": ""}, -1105),
        ({"type": "STOP_LOSS", "price": None, "timeInForce": None}, -1102),
        (
            {"type": "STOP_LOSS", "price": None, "timeInForce": None, "trailingDelta": "5"},
            -1130,
        ),
        ({"type": "LIMIT_MAKER"}, -1106),
    ],
)
def test_more_that_is_wrong_with_an_order(wire: Wire, change: dict[str, Any], code: int) -> None:
    params = {name: value for name, value in (LIMIT | change).items() if value is not None}

    assert wire.order(**params).json()["code"] == code


def test_a_trailing_stop_on_spot(exchange: SimExchange, wire: Wire) -> None:
    placed = wire.order(
        symbol="BTCUSDT",
        side="SELL",
        type="STOP_LOSS",
        quantity="0.1",
        trailingDelta="100",
        newOrderRespType="RESULT",
    ).json()
    assert (placed["trailingDelta"], placed["status"]) == (100, "NEW")

    exchange.walk("BTC/USDT", "52000")
    exchange.walk("BTC/USDT", "51000")

    (fill,) = exchange.truth(KEY).fills
    assert fill.price == 51_480


def test_the_account_tells_fees_and_what_is_not_zero(exchange: SimExchange, wire: Wire) -> None:
    exchange.by_hand.deposit(KEY, "ETH", 0)

    whole = wire.signed("GET", "/api/v3/account").json()
    short = wire.signed("GET", "/api/v3/account", omitZeroBalances="true").json()
    fees = wire.signed("GET", "/api/v3/account/commission", symbol="BTCUSDT").json()
    counts = wire.signed("GET", "/api/v3/rateLimit/order").json()

    assert [one["asset"] for one in whole["balances"]] == ["USDT", "BTC", "ETH"]
    assert [one["asset"] for one in short["balances"]] == ["USDT", "BTC"]
    assert whole["commissionRates"]["taker"] == "0.00100000"
    assert fees["standardCommission"]["maker"] == "0.00100000"
    assert [(one["interval"], one["count"]) for one in counts] == [("SECOND", 0), ("DAY", 0)]


def test_the_id_of_a_cancel_takes_the_place_of_the_orders(wire: Wire) -> None:
    """Source: "Cancel order" of the WebSocket API, its notes on `newClientOrderId`."""
    placed = wire.order(**LIMIT, newClientOrderId="mine").json()
    wire.signed(
        "DELETE",
        "/api/v3/order",
        symbol="BTCUSDT",
        origClientOrderId="mine",
        newClientOrderId="cancel",
    )

    def found(**which: Any) -> Any:
        return wire.signed("GET", "/api/v3/order", symbol="BTCUSDT", **which).json()

    assert found(origClientOrderId="mine")["code"] == -2013
    assert found(origClientOrderId="cancel")["orderId"] == placed["orderId"]
    by_number = found(orderId=placed["orderId"])
    assert (by_number["clientOrderId"], by_number["status"]) == ("cancel", "CANCELED")
    assert wire.order(**LIMIT, newClientOrderId="mine").json()["clientOrderId"] == "mine"
