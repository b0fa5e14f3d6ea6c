"""What the exchange forgets, and when: old orders and old trades."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.testing.test_spot_rest import LIMIT as SPOT_LIMIT
from tests.testing.test_usdm import ALGO, LIMIT, ORDER, STOP

if TYPE_CHECKING:
    from realtrade.testing import SimExchange
    from tests.testing.wire import Wire

DAY_MS = 86_400_000
ONE: dict[str, Any] = {"symbol": "BTCUSDT"}


def ask(wire: Wire, path: str, **params: Any) -> Any:
    return wire.signed("GET", path, **ONE, **params).json()


def test_an_order_that_ended_unfilled_is_forgotten_three_days_after_its_making(
    exchange: SimExchange, wire: Wire
) -> None:
    wire.signed("POST", ORDER, **LIMIT, newClientOrderId="plain")
    wire.signed("POST", ALGO, **STOP, clientAlgoId="stop")
    wire.signed("POST", ORDER, **LIMIT, newClientOrderId="open")
    wire.signed("DELETE", ORDER, **ONE, origClientOrderId="plain")
    wire.signed("DELETE", ALGO, clientAlgoId="stop")
    plain, stop, still = (
        (ORDER, {"origClientOrderId": "plain"}),
        (ALGO, {"clientAlgoId": "stop"}),
        (ORDER, {"origClientOrderId": "open"}),
    )
    exchange.clock.skew_ms = int(2.9 * DAY_MS)
    assert ask(wire, plain[0], **plain[1])["status"] == "CANCELED"
    assert ask(wire, stop[0], **stop[1])["algoStatus"] == "CANCELED"

    exchange.clock.skew_ms = int(3.1 * DAY_MS)

    assert ask(wire, plain[0], **plain[1])["code"] == -2013
    assert ask(wire, stop[0], **stop[1])["code"] == -2013
    assert ask(wire, still[0], **still[1])["status"] == "NEW"
    listed = ask(wire, "/fapi/v1/allOrders")
    assert [one["clientOrderId"] for one in listed] == ["open"]
    assert ask(wire, "/fapi/v1/allAlgoOrders") == []


def test_one_that_was_filled_is_kept_for_ninety_days(exchange: SimExchange, wire: Wire) -> None:
    market = {**ONE, "side": "BUY", "type": "MARKET", "quantity": "0.01"}
    wire.signed("POST", ORDER, **market, newClientOrderId="filled")

    def found() -> Any:
        return ask(wire, ORDER, origClientOrderId="filled")

    exchange.clock.skew_ms = 89 * DAY_MS
    assert found()["status"] == "FILLED"
    exchange.clock.skew_ms = 91 * DAY_MS
    assert found()["code"] == -2013


def test_trades_are_told_of_a_week_unless_a_span_is_asked_for(
    exchange: SimExchange, wire: Wire
) -> None:
    market = {**ONE, "side": "BUY", "type": "MARKET", "quantity": "0.01"}
    wire.signed("POST", ORDER, **market)
    path, began_ms = "/fapi/v1/userTrades", exchange.clock.now_ms() - 1_000
    (trade,) = ask(wire, path)

    exchange.clock.skew_ms = 8 * DAY_MS

    assert ask(wire, path) == []
    assert ask(wire, path, fromId=trade["id"]) == []
    span = {"startTime": began_ms, "endTime": began_ms + 7 * DAY_MS}
    assert ask(wire, path, **span) == [trade]
    exchange.clock.skew_ms = 91 * DAY_MS
    assert ask(wire, path, **span) == []


def test_spot_archives_what_ended_unfilled(exchange: SimExchange, wire: Wire) -> None:
    number = wire.order(**SPOT_LIMIT).json()["orderId"]
    wire.signed("DELETE", "/api/v3/order", **ONE, orderId=number)

    def found() -> Any:
        return ask(wire, "/api/v3/order", orderId=number)

    exchange.clock.skew_ms = 89 * DAY_MS
    assert found()["status"] == "CANCELED"
    exchange.clock.skew_ms = 91 * DAY_MS
    assert (found()["code"], "archived" in found()["msg"]) == (-2026, True)
