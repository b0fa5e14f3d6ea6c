"""Perpetuals over the wire: ccxt trades them, and each refusal has Binance's own code."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import ccxt
import pytest

from realtrade.testing import SimExchange
from realtrade.utils.clock import ManualClock
from tests.testing.conftest import KEY, SECRET, ccxt_client
from tests.testing.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Iterator

SWAP = "BTC/USDT:USDT"
ORDER, ALGO = "/fapi/v1/order", "/fapi/v1/algoOrder"
LIMIT: dict[str, Any] = {
    "symbol": "BTCUSDT",
    "side": "BUY",
    "type": "LIMIT",
    "timeInForce": "GTC",
    "quantity": "0.01",
    "price": "49000",
}
STOP: dict[str, Any] = {
    "algoType": "CONDITIONAL",
    "symbol": "BTCUSDT",
    "side": "SELL",
    "type": "STOP_MARKET",
    "triggerPrice": "49000",
    "quantity": "0.01",
}
# Field names and types as ccxt's binance.py records them from the exchange.
ORDER_FIELDS = {
    "orderId": int,
    "symbol": str,
    "status": str,
    "clientOrderId": str,
    "price": str,
    "avgPrice": str,
    "origQty": str,
    "executedQty": str,
    "cumQty": str,
    "cumQuote": str,
    "timeInForce": str,
    "type": str,
    "reduceOnly": bool,
    "closePosition": bool,
    "side": str,
    "positionSide": str,
    "stopPrice": str,
    "workingType": str,
    "priceProtect": bool,
    "origType": str,
    "priceMatch": str,
    "selfTradePreventionMode": str,
    "goodTillDate": int,
    "updateTime": int,
}

NO_LONGER = {"avgPrice", "cumQuote"}
"""Not in answers to placing and cancelling, says the connector's change log of 2026-07-15."""


@pytest.fixture
def client(exchange: SimExchange) -> Iterator[ccxt.binance]:
    made = ccxt_client(exchange, "linear")
    yield made
    made.session.close()


def code(answer: Any) -> int:
    return int(answer.json()["code"])


class TestThroughCcxt:
    def test_a_position_is_opened_protected_and_stopped_out(
        self, exchange: SimExchange, client: ccxt.binance
    ) -> None:
        client.set_leverage(10, SWAP)
        opened = client.create_order(SWAP, "market", "buy", 0.1)
        assert (opened["status"], opened["filled"]) == ("closed", 0.1)
        stop = client.create_order(
            SWAP, "market", "sell", 0.1, None, {"stopLossPrice": 49_000, "clientOrderId": "stop-1"}
        )
        assert [one["clientOrderId"] for one in client.fetch_open_orders(SWAP)] == []
        (waiting,) = client.fetch_open_orders(SWAP, params={"trigger": True})
        assert (waiting["id"], waiting["triggerPrice"]) == (stop["id"], 49_000)

        exchange.walk(SWAP, "48500")

        assert client.fetch_positions([SWAP]) == []
        fired = client.fetch_order(stop["id"], SWAP, {"trigger": True})
        assert fired["info"]["algoStatus"] == "FINISHED"
        child = client.fetch_order(fired["info"]["actualOrderId"], SWAP)
        assert (child["clientOrderId"], child["average"]) == ("stop-1", 49_000)
        profits = [one["info"]["realizedPnl"] for one in client.fetch_my_trades(SWAP)]
        assert profits == ["0", "-100.01"]
        lost, fees = Decimal("100.01"), Decimal("0.0005") * (Decimal("5000.01") + 4900)
        assert exchange.truth(KEY).futures["USDT"].total == 10_000 - lost - fees
        assert client.fetch_balance()["USDT"]["total"] == float(10_000 - lost - fees)

    def test_a_short_position(self, exchange: SimExchange, client: ccxt.binance) -> None:
        client.create_order(SWAP, "market", "sell", 0.2)
        exchange.move(SWAP, "49000")

        (position,) = client.fetch_positions([SWAP])

        assert (position["side"], position["contracts"], position["entryPrice"]) == (
            "short",
            0.2,
            50_000,
        )
        assert position["unrealizedPnl"] == 200
        assert client.fetch_balance()["USDT"]["free"] == 9705

    def test_post_only_and_reduce_only_travel(
        self, exchange: SimExchange, client: ccxt.binance
    ) -> None:
        client.create_order(SWAP, "market", "buy", 0.1)

        order = client.create_order(
            SWAP, "limit", "sell", 0.1, 51_000, {"postOnly": True, "reduceOnly": True}
        )

        assert (order["timeInForce"], order["postOnly"], order["reduceOnly"]) == ("PO", True, True)
        assert client.cancel_order(order["id"], SWAP)["status"] == "canceled"

    def test_modes(self, client: ccxt.binance) -> None:
        with pytest.raises(ccxt.MarginModeAlreadySet):
            client.set_margin_mode("cross", SWAP)
        client.set_margin_mode("isolated", SWAP)
        with pytest.raises(ccxt.ExchangeError, match="-4059"):
            client.set_position_mode(hedged=False)

        assert client.fetch_position_mode(SWAP)["hedged"] is False
        assert client.fetch_leverage(SWAP)["marginMode"] == "isolated"

    def test_a_trailing_stop(self, exchange: SimExchange, client: ccxt.binance) -> None:
        client.create_order(SWAP, "market", "buy", 0.1)
        client.create_order(
            SWAP, "market", "sell", 0.1, None, {"trailingPercent": 1, "reduceOnly": True}
        )

        exchange.walk(SWAP, "52000")
        exchange.walk(SWAP, "50000")

        assert exchange.truth(KEY).fills[-1].price == Decimal(51_480)


@pytest.mark.parametrize("form", ["ACK", "RESULT"])
def test_a_new_order_answers_as_asked(wire: Wire, form: str) -> None:
    params: dict[str, Any] = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET"}

    answer = wire.signed("POST", ORDER, **params, quantity="0.01", newOrderRespType=form).json()

    fields = {name: kind for name, kind in ORDER_FIELDS.items() if name not in NO_LONGER}
    assert {name: type(value) for name, value in answer.items()} == fields
    wanted = ("NEW", "0") if form == "ACK" else ("FILLED", "0.01")
    assert (answer["status"], answer["executedQty"]) == wanted


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"symbol": "XYZUSDT"}, -1121),
        ({"type": "STOP_MARKET", "stopPrice": "1"}, -4120),
        ({"type": "TRAILING_STOP_MARKET"}, -4120),
        ({"type": "STOP_LOSS"}, -1116),
        ({"timeInForce": None}, -1102),
        ({"timeInForce": "DAY"}, -1115),
        ({"timeInForce": "GTD"}, -1102),
        ({"timeInForce": "GTD", "goodTillDate": 1}, -5040),
        ({"timeInForce": "FOK", "price": "40000"}, -5021),
        ({"price": "49000.05"}, -4014),
        ({"quantity": "0.0001"}, -1111),
        ({"quantity": "0"}, -4003),
        ({"price": "100"}, -4164),
        ({"quantity": "100"}, -2019),
        ({"timeInForce": "GTX", "price": "60000"}, -5022),
        ({"reduceOnly": "true"}, -2022),
        ({"positionSide": "LONG"}, -4061),
        ({"newClientOrderId": "a" * 37}, -4015),
        ({"type": "MARKET", "timeInForce": None}, -1106),
    ],
)
def test_what_is_wrong_with_an_order_has_its_code(
    exchange: SimExchange, wire: Wire, change: dict[str, Any], wanted: int
) -> None:
    params = {name: value for name, value in (LIMIT | change).items() if value is not None}

    answer = wire.signed("POST", ORDER, **params)

    assert (answer.status_code, code(answer)) == (400, wanted)
    assert exchange.truth(KEY).orders == ()


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"algoType": "VP"}, -1130),
        ({"type": "LIMIT"}, -1116),
        ({"triggerPrice": None}, -1102),
        ({"triggerPrice": "51000"}, -2021),
        ({"closePosition": "true"}, -4137),
        ({"type": "STOP", "price": "48000", "closePosition": "true"}, -4136),
        ({"type": "TRAILING_STOP_MARKET", "triggerPrice": None}, -1102),
        ({"type": "TRAILING_STOP_MARKET", "triggerPrice": None, "callbackRate": "20.1"}, -2007),
    ],
)
def test_what_is_wrong_with_a_conditional_order_has_its_code(
    exchange: SimExchange, wire: Wire, change: dict[str, Any], wanted: int
) -> None:
    params = {name: value for name, value in (STOP | change).items() if value is not None}

    assert code(wire.signed("POST", ALGO, **params)) == wanted
    assert exchange.truth(KEY).orders == ()


def test_a_client_id_twice_is_4116(wire: Wire) -> None:
    wire.signed("POST", ORDER, **LIMIT, newClientOrderId="x")

    assert code(wire.signed("POST", ORDER, **LIMIT, newClientOrderId="x")) == -4116


@pytest.mark.parametrize(("method", "wanted"), [("GET", -2013), ("DELETE", -2011)])
def test_unknown_orders(wire: Wire, method: str, wanted: int) -> None:
    plain = wire.signed(method, ORDER, symbol="BTCUSDT", origClientOrderId="never")
    algo = wire.signed(method, ALGO, clientAlgoId="never")

    assert (code(plain), code(algo)) == (wanted, wanted)


def test_plain_and_conditional_orders_are_listed_and_canceled_apart(
    exchange: SimExchange, wire: Wire
) -> None:
    wire.signed("POST", ORDER, **LIMIT)
    wire.signed("POST", ALGO, **STOP)
    both: dict[str, Any] = {"symbol": "BTCUSDT"}

    assert len(wire.signed("GET", "/fapi/v1/openOrders", **both).json()) == 1
    assert len(wire.signed("GET", "/fapi/v1/openAlgoOrders", **both).json()) == 1
    wire.signed("DELETE", "/fapi/v1/allOpenOrders", **both)
    assert [one.type for one in exchange.truth(KEY).open_orders] == ["STOP_MARKET"]
    wire.signed("DELETE", "/fapi/v1/algoOpenOrders", **both)

    assert exchange.truth(KEY).open_orders == ()
    (gone,) = wire.signed("GET", "/fapi/v1/allAlgoOrders", **both).json()
    assert gone["algoStatus"] == "CANCELED"


def test_income_tells_profit_fees_funding_and_transfers(exchange: SimExchange, wire: Wire) -> None:
    exchange.by_hand.order(KEY, SWAP, "buy", "0.1")
    exchange.by_hand.fund(SWAP, "0.0001")

    rows = wire.signed("GET", "/fapi/v1/income").json()

    assert {(one["incomeType"], one["income"]) for one in rows} == {
        ("TRANSFER", "10000.00000000"),
        ("REALIZED_PNL", "0.00000000"),
        ("COMMISSION", "-2.50000500"),
        ("FUNDING_FEE", "-0.50000000"),
    }


@pytest.fixture
def timeless() -> Iterator[tuple[SimExchange, Wire]]:
    with SimExchange(clock=ManualClock(1_700_000_100_000)) as exchange, Wire(exchange) as wire:
        exchange.add_account(KEY, SECRET, futures={"USDT": 10_000})
        yield exchange, wire


class TestCountdown:
    def start(self, wire: Wire, milliseconds: int) -> None:
        wire.signed(
            "POST", "/fapi/v1/countdownCancelAll", symbol="BTCUSDT", countdownTime=milliseconds
        )

    def test_nobody_renews_it(self, timeless: tuple[SimExchange, Wire]) -> None:
        exchange, wire = timeless
        wire.signed("POST", ORDER, **LIMIT)
        self.start(wire, 120_000)

        exchange.advance(119)
        exchange.dialect.services.run_out()
        assert len(exchange.truth(KEY).open_orders) == 1
        exchange.advance(1)
        exchange.dialect.services.run_out()

        assert exchange.truth(KEY).orders[0].status == "canceled"

    @pytest.mark.parametrize("again", [120_000, 0])
    def test_it_is_renewed_or_ended(self, timeless: tuple[SimExchange, Wire], again: int) -> None:
        exchange, wire = timeless
        wire.signed("POST", ORDER, **LIMIT)
        self.start(wire, 120_000)
        exchange.advance(100)
        self.start(wire, again)

        exchange.advance(60)
        exchange.dialect.services.run_out()

        assert len(exchange.truth(KEY).open_orders) == 1


def test_a_listen_key_lives_an_hour(timeless: tuple[SimExchange, Wire]) -> None:
    exchange, wire = timeless
    key = wire.ask("POST", "/fapi/v1/listenKey").json()["listenKey"]
    exchange.advance(3599)
    assert wire.ask("PUT", "/fapi/v1/listenKey").json()["listenKey"] == key

    exchange.advance(3600)

    assert code(wire.ask("PUT", "/fapi/v1/listenKey")) == -1125


@pytest.mark.parametrize("path", ["v2", "v3"])
def test_account_figures_agree_with_the_ledger(
    exchange: SimExchange, wire: Wire, path: str
) -> None:
    exchange.by_hand.order(KEY, SWAP, "buy", "0.1")
    exchange.by_hand.order(KEY, SWAP, "buy", "0.1", "40000")
    exchange.move(SWAP, "51000")

    account = wire.signed("GET", f"/fapi/{path}/account").json()

    truth = exchange.truth(KEY)
    assert Decimal(account["totalWalletBalance"]) == truth.futures["USDT"].total
    assert Decimal(account["totalUnrealizedProfit"]) == truth.positions[SWAP].unrealised
    # a twentieth of 5100 for the position, of 4000 for the order
    assert (account["totalPositionInitialMargin"], account["totalOpenOrderInitialMargin"]) == (
        "255.00000000",
        "200.00000000",
    )
    assert len(account["positions"]) == (2 if path == "v2" else 1)


def test_leverage_has_its_bounds(wire: Wire) -> None:
    def answer(leverage: int) -> Any:
        return wire.signed("POST", "/fapi/v1/leverage", symbol="BTCUSDT", leverage=leverage)

    assert (code(answer(126)), code(answer(0))) == (-4028, -4028)
    assert answer(125).json()["leverage"] == 125
