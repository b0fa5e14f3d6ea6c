"""What an account hears of itself, on spot and on perpetuals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.testing.conftest import KEY
from tests.testing.wire import Ear, subscription, user_stream

if TYPE_CHECKING:
    from realtrade.testing import SimExchange
    from tests.testing.wire import Wire

BTC, SWAP = "BTC/USDT", "BTC/USDT:USDT"
# Fields as in github.com/binance/binance-spot-api-docs, user-data-stream.md; `v` only after STP.
REPORT = set("eEscSofqpPFgCxXriIlzLnNTtwmMOZYQWV")


def test_an_order_is_reported_from_new_to_filled(exchange: SimExchange) -> None:
    with user_stream(exchange) as ear:
        exchange.by_hand.order(KEY, BTC, "buy", "0.01", "49000", client_order_id="told")
        new, locked = ear.hear(), ear.hear()
        exchange.move(BTC, "48000")
        filled, paid = ear.hear(), ear.hear()

    assert (new["subscriptionId"], set(new["event"])) == (0, REPORT)
    assert [new["event"][name] for name in ("c", "x", "X", "t", "w")] == [
        "told",
        "NEW",
        "NEW",
        -1,
        True,
    ]
    assert locked["event"]["B"] == [{"a": "USDT", "f": "9510.00000000", "l": "490.00000000"}]
    assert [filled["event"][name] for name in ("x", "X", "l", "L", "n", "N", "m")] == [
        "TRADE",
        "FILLED",
        "0.01000000",
        "49000.00000000",
        "0.00001",
        "BTC",
        True,
    ]
    assert filled["event"]["t"] == exchange.truth(KEY).fills[0].id
    assert paid["event"]["B"] == [
        {"a": "BTC", "f": "1.00999000", "l": "0.00000000"},
        {"a": "USDT", "f": "9510.00000000", "l": "0.00000000"},
    ]


def test_a_cancel_has_its_own_id_and_names_the_orders(exchange: SimExchange, wire: Wire) -> None:
    with user_stream(exchange) as ear:
        exchange.by_hand.order(KEY, BTC, "buy", "0.01", "49000", client_order_id="mine")
        wire.signed(
            "DELETE",
            "/api/v3/order",
            symbol="BTCUSDT",
            origClientOrderId="mine",
            newClientOrderId="my-cancel",
        )
        heard = [ear.hear()["event"] for _ in range(3)][-1]

    assert [heard[name] for name in ("x", "X", "c", "C")] == [
        "CANCELED",
        "CANCELED",
        "my-cancel",
        "mine",
    ]


def test_an_expiry_says_why(exchange: SimExchange, wire: Wire) -> None:
    with user_stream(exchange) as ear:
        wire.order(
            symbol="BTCUSDT",
            side="BUY",
            type="LIMIT",
            timeInForce="IOC",
            quantity="0.01",
            price="40000",
        )
        heard = [ear.hear()["event"] for _ in range(3)][-1]

    assert [heard[name] for name in ("x", "X", "eR")] == [
        "EXPIRED",
        "EXPIRED",
        "UNFILLED_IOC_QUANTITY_EXPIRED",
    ]


def test_a_deposit_is_told_as_what_came_and_what_there_is(exchange: SimExchange) -> None:
    with user_stream(exchange) as ear:
        exchange.by_hand.deposit(KEY, "USDT", "250.5")
        came, there = ear.hear()["event"], ear.hear()["event"]

    assert (came["e"], came["a"], came["d"]) == ("balanceUpdate", "USDT", "250.50000000")
    assert there["B"] == [{"a": "USDT", "f": "10250.50000000", "l": "0.00000000"}]


def test_a_pair_is_told_as_a_list(exchange: SimExchange, wire: Wire) -> None:
    with user_stream(exchange) as ear:
        wire.signed(
            "POST",
            "/api/v3/orderList/oco",
            symbol="BTCUSDT",
            side="SELL",
            quantity="0.1",
            aboveType="LIMIT_MAKER",
            abovePrice="52000",
            belowType="STOP_LOSS",
            belowStopPrice="48000",
            listClientOrderId="pair",
        )
        began = ear.hear_until("listStatus")["event"]
        exchange.walk(BTC, "53000")
        ended = ear.hear_until("listStatus")["event"]

    assert [began[name] for name in ("l", "L", "C")] == ["EXEC_STARTED", "EXECUTING", "pair"]
    assert [ended[name] for name in ("l", "L", "C")] == ["ALL_DONE", "ALL_DONE", "pair"]
    assert len(ended["O"]) == 2


def test_a_wrong_signature_does_not_subscribe(exchange: SimExchange) -> None:
    with Ear(exchange, "/ws-api/v3") as ear:
        params = {"apiKey": KEY, "timestamp": exchange.clock.now_ms(), "signature": "00"}
        ear.say({"id": 7, "method": "userDataStream.subscribe.signature", "params": params})
        answer = ear.hear()
        exchange.by_hand.order(KEY, BTC, "buy", "0.01")

        assert (answer["id"], answer["status"], answer["error"]["code"]) == (7, 400, -1022)
        assert ear.silent()


def test_one_account_subscribes_once_to_a_connection(exchange: SimExchange) -> None:
    with user_stream(exchange) as ear:
        ear.say({"id": 1, "method": "session.subscriptions", "params": {}})
        assert ear.hear()["result"] == [{"subscriptionId": 0}]
        ear.say({"id": 2, "method": "userDataStream.unsubscribe", "params": {}})
        assert ear.hear()["result"] == {}
        exchange.by_hand.order(KEY, BTC, "buy", "0.01")

        assert ear.silent()


@pytest.mark.parametrize(
    ("message", "status", "code"),
    [
        ({"id": 1, "method": "nonsense"}, 400, -1135),
        ({"id": 1, "method": "userDataStream.subscribe.signature", "params": {}}, 400, -1102),
        ([], 400, -1135),
    ],
)
def test_what_the_socket_does_not_understand(
    exchange: SimExchange, message: Any, status: int, code: int
) -> None:
    with Ear(exchange, "/ws-api/v3") as ear:
        ear.say(message)
        answer = ear.hear()

    assert (answer["status"], answer["error"]["code"]) == (status, code)


def test_the_socket_answers_ping_and_time(exchange: SimExchange) -> None:
    with Ear(exchange, "/ws-api/v3") as ear:
        ear.say({"id": 1, "method": "ping"})
        ear.say({"id": 2, "method": "time"})

        assert ear.hear()["result"] == {}
        assert abs(ear.hear()["result"]["serverTime"] - exchange.clock.now_ms()) < 5000


def test_subscribing_twice_is_refused(exchange: SimExchange) -> None:
    with user_stream(exchange) as ear:
        ear.say(subscription(exchange, 2))

        assert ear.hear()["error"]["code"] == -2035


def test_an_ended_stream_says_so_and_falls_silent(exchange: SimExchange) -> None:
    with user_stream(exchange) as ear:
        exchange.end_user_streams()
        ended = ear.hear()
        exchange.by_hand.order(KEY, BTC, "buy", "0.01")

        assert (ended["subscriptionId"], ended["event"]["e"]) == (0, "eventStreamTerminated")
        assert ear.silent()


def test_accounts_do_not_hear_of_each_other(exchange: SimExchange) -> None:
    exchange.add_account("other", "o", {"USDT": 1000})
    with user_stream(exchange) as ear:
        exchange.by_hand.order("other", BTC, "buy", "0.01")

        assert ear.silent()


class TestPerpetuals:
    @pytest.fixture
    def key(self, wire: Wire) -> str:
        answer = wire.ask("POST", "/fapi/v1/listenKey")
        return str(answer.json()["listenKey"])

    @pytest.mark.parametrize(
        "path",
        ["/private/ws/{}", "/ws/{}", "/private/ws?listenKey={}", "/private/stream?streams={}"],
    )
    def test_a_listen_key_opens_the_stream(
        self, exchange: SimExchange, key: str, path: str
    ) -> None:
        with Ear(exchange, path.format(key)) as ear:
            exchange.by_hand.order(KEY, SWAP, "buy", "0.1", "40000")
            heard = ear.hear()

        assert heard.get("data", heard)["e"] == "ORDER_TRADE_UPDATE"

    def test_a_fill_is_told_with_profit_fee_and_position(
        self, exchange: SimExchange, key: str
    ) -> None:
        exchange.by_hand.order(KEY, SWAP, "buy", "0.1")
        exchange.move(SWAP, "51000")
        with Ear(exchange, f"/private/ws/{key}") as ear:
            exchange.by_hand.order(KEY, SWAP, "sell", "0.1")
            ear.hear()
            trade, account = ear.hear()["o"], ear.hear_until("ACCOUNT_UPDATE")["a"]

        assert [trade[name] for name in ("x", "X", "l", "L", "n", "N", "rp")] == [
            "TRADE",
            "FILLED",
            "0.1",
            "51000",
            "2.55",
            "USDT",
            "99.99",
        ]
        assert (account["m"], account["P"][0]["pa"]) == ("ORDER", "0")
        assert account["B"][0]["wb"] == "10094.93999500"

    def test_a_conditional_order_is_told_through_its_life(
        self, exchange: SimExchange, key: str, wire: Wire
    ) -> None:
        exchange.by_hand.order(KEY, SWAP, "buy", "0.1")
        with Ear(exchange, f"/private/ws/{key}") as ear:
            wire.signed(
                "POST",
                "/fapi/v1/algoOrder",
                algoType="CONDITIONAL",
                symbol="BTCUSDT",
                side="SELL",
                type="STOP_MARKET",
                triggerPrice="49000",
                closePosition="true",
                clientAlgoId="protect",
            )
            exchange.walk(SWAP, "48000")
            heard = [ear.hear() for _ in range(6)]

        told = [(one["e"], one.get("o", {}).get("X")) for one in heard]
        assert told == [
            ("ALGO_UPDATE", "NEW"),
            ("ORDER_TRADE_UPDATE", "NEW"),
            ("ALGO_UPDATE", "TRIGGERED"),
            ("ORDER_TRADE_UPDATE", "FILLED"),
            ("ALGO_UPDATE", "FINISHED"),
            ("ACCOUNT_UPDATE", None),
        ]
        child = exchange.truth(KEY).orders[-1]
        assert heard[2]["o"]["ai"] == str(child.id)
        assert [one["o"]["ia"] for one in heard if one["e"] == "ALGO_UPDATE"] == [False] * 3
        assert (heard[3]["o"]["c"], heard[3]["o"]["ot"]) == ("protect", "STOP_MARKET")

    def test_a_child_can_fill_before_its_trigger_is_told(
        self, exchange: SimExchange, key: str, wire: Wire
    ) -> None:
        exchange.core.engine.child_first = True
        exchange.by_hand.order(KEY, SWAP, "buy", "0.1")
        params: dict[str, Any] = {"algoType": "CONDITIONAL", "type": "STOP_MARKET", "side": "SELL"}
        wire.signed(
            "POST",
            "/fapi/v1/algoOrder",
            **params,
            symbol="BTCUSDT",
            triggerPrice="49000",
            quantity="0.1",
        )
        with Ear(exchange, f"/private/ws/{key}") as ear:
            exchange.walk(SWAP, "48000")
            heard = [ear.hear() for _ in range(5)]

        assert [one.get("o", {}).get("X") for one in heard] == [
            "NEW",
            "FILLED",
            None,
            "TRIGGERED",
            "FINISHED",
        ]

    def test_an_expired_key_says_so_once_and_falls_silent(
        self, exchange: SimExchange, key: str, wire: Wire
    ) -> None:
        with Ear(exchange, f"/private/ws/{key}") as ear:
            exchange.end_user_streams(KEY)
            heard = ear.hear()
            exchange.by_hand.order(KEY, SWAP, "buy", "0.1")

            assert (heard["e"], heard["listenKey"]) == ("listenKeyExpired", key)
            assert ear.silent()
        assert wire.ask("PUT", "/fapi/v1/listenKey").json()["code"] == -1125

    def test_a_living_key_is_given_again(self, key: str, wire: Wire) -> None:
        assert wire.ask("POST", "/fapi/v1/listenKey").json() == {"listenKey": key}
        assert wire.ask("PUT", "/fapi/v1/listenKey").json() == {"listenKey": key}
        wire.ask("DELETE", "/fapi/v1/listenKey")

        assert wire.ask("POST", "/fapi/v1/listenKey").json()["listenKey"] != key

    def test_an_expiry_has_its_number(self, exchange: SimExchange, key: str, wire: Wire) -> None:
        with Ear(exchange, f"/private/ws/{key}") as ear:
            wire.signed(
                "POST",
                "/fapi/v1/order",
                symbol="BTCUSDT",
                side="BUY",
                type="LIMIT",
                timeInForce="IOC",
                quantity="0.01",
                price="40000",
            )
            heard = [ear.hear()["o"] for _ in range(2)]

        assert [(one["X"], one["er"]) for one in heard] == [("NEW", "0"), ("EXPIRED", "2")]

    def test_funding_is_told(self, exchange: SimExchange, key: str) -> None:
        exchange.by_hand.order(KEY, SWAP, "buy", "0.1")
        with Ear(exchange, f"/private/ws/{key}") as ear:
            exchange.by_hand.fund(SWAP, "0.001")
            heard = ear.hear()["a"]

        assert (heard["m"], heard["B"][0]["bc"]) == ("FUNDING_FEE", "-5.00000000")
