"""What else clients ask of a perpetuals account."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.testing.conftest import KEY
from tests.testing.test_usdm import ALGO, LIMIT, ORDER, STOP, SWAP, code

if TYPE_CHECKING:
    from realtrade.testing import SimExchange
    from tests.testing.wire import Wire

ONE: dict[str, Any] = {"symbol": "BTCUSDT"}


def test_figures_of_the_market_and_the_account(exchange: SimExchange, wire: Wire) -> None:
    exchange.move(SWAP, "51000")

    def ask(path: str, **params: Any) -> Any:
        return wire.signed("GET", f"/fapi/{path}", **params).json()

    assert ask("v1/premiumIndex", **ONE)["markPrice"] == "51000.00000000"
    assert [one["symbol"] for one in ask("v1/premiumIndex")] == ["BTCUSDT", "ETHUSDT"]
    assert ask("v1/commissionRate", **ONE)["takerCommissionRate"] == "0.0005"
    assert ask("v1/leverageBracket", **ONE)[0]["brackets"][0]["initialLeverage"] == 125
    assert ask("v1/multiAssetsMargin") == {"multiAssetsMargin": False}
    assert ask("v1/accountConfig")["dualSidePosition"] is False
    assert ask("v2/positionRisk", **ONE)[0]["leverage"] == "20"
    assert ask("v3/positionRisk", **ONE) == []


def test_lists_of_orders_and_trades(exchange: SimExchange, wire: Wire) -> None:
    ids = [exchange.by_hand.order(KEY, SWAP, "buy", "0.01").id for _ in range(3)]
    resting = wire.signed("POST", ORDER, **LIMIT).json()["orderId"]

    def listed(path: str, **params: Any) -> list[int]:
        rows = wire.signed("GET", f"/fapi/v1/{path}", **ONE, **params).json()
        return [row["orderId"] for row in rows]

    assert listed("allOrders") == [*ids, resting]
    assert listed("allOrders", orderId=ids[1], limit=2) == ids[1:]
    assert listed("userTrades") == ids
    assert listed("userTrades", orderId=ids[2]) == ids[2:]
    assert listed("userTrades", fromId=exchange.truth(KEY).fills[1].id) == ids[1:]
    too_long = wire.signed("GET", "/fapi/v1/userTrades", **ONE, startTime=1, endTime=700_000_000)
    assert code(too_long) == -4165


def test_conditional_orders_are_counted_over_all_symbols(exchange: SimExchange, wire: Wire) -> None:
    """Source: the change log of 2025-12-29, which took the filter out of `exchangeInfo`."""
    desk = exchange.core.desks[SWAP]
    desk.market = replace(desk.market, max_conditional=1)
    exchange.move("ETH/USDT:USDT", "3000")
    other = {**STOP, "symbol": "ETHUSDT", "triggerPrice": "2000"}
    assert wire.signed("POST", ALGO, **other).json()["algoStatus"] == "NEW"

    assert code(wire.signed("POST", ALGO, **STOP)) == -4045

    (told, _) = wire.ask("GET", "/fapi/v1/exchangeInfo").json()["symbols"]
    assert "MAX_NUM_ALGO_ORDERS" not in {one["filterType"] for one in told["filters"]}


def test_an_open_order_is_found_until_it_is_not_open(exchange: SimExchange, wire: Wire) -> None:
    resting = wire.signed("POST", ORDER, **LIMIT).json()["orderId"]
    path = "/fapi/v1/openOrder"
    assert wire.signed("GET", path, **ONE, orderId=resting).json()["status"] == "NEW"

    exchange.move(SWAP, "48000")

    assert code(wire.signed("GET", path, **ONE, orderId=resting)) == -2013


def test_test_orders_are_only_read(exchange: SimExchange, wire: Wire) -> None:
    assert wire.signed("POST", "/fapi/v1/order/test", **LIMIT).json() == {}
    assert code(wire.signed("POST", "/fapi/v1/order/test", **ONE)) == -1102
    assert exchange.truth(KEY).orders == ()


def test_a_conditional_order_is_asked_for_and_canceled_by_either_id(wire: Wire) -> None:
    placed = wire.signed("POST", "/fapi/v1/algoOrder", **STOP, clientAlgoId="mine").json()
    path = "/fapi/v1/algoOrder"

    by_id = wire.signed("GET", path, algoId=placed["algoId"]).json()
    by_name = wire.signed("GET", path, clientAlgoId="mine").json()
    gone = wire.signed("DELETE", path, algoId=placed["algoId"]).json()

    assert by_id == by_name == placed
    assert gone == {
        "algoId": placed["algoId"],
        "clientAlgoId": "mine",
        "code": "200",
        "msg": "success",
    }
    assert code(wire.signed("GET", path)) == -1102
    assert code(wire.signed("DELETE", path, clientAlgoId="mine")) == -2011


def test_position_mode_changes_only_when_flat(exchange: SimExchange, wire: Wire) -> None:
    path = "/fapi/v1/positionSide/dual"
    exchange.by_hand.order(KEY, SWAP, "buy", "0.01")
    assert code(wire.signed("POST", path, dualSidePosition="true")) == -4068
    exchange.by_hand.order(KEY, SWAP, "sell", "0.01")

    assert wire.signed("POST", path, dualSidePosition="true").json()["code"] == 200

    assert wire.signed("GET", path).json() == {"dualSidePosition": True}


def test_margin_type_changes_only_when_flat(exchange: SimExchange, wire: Wire) -> None:
    path = "/fapi/v1/marginType"
    exchange.by_hand.order(KEY, SWAP, "buy", "0.01")

    assert code(wire.signed("POST", path, **ONE, marginType="ISOLATED")) == -4048
    assert code(wire.signed("POST", path, **ONE, marginType="SIDEWAYS")) == -1130
