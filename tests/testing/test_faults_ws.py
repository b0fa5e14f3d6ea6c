"""Every fault of a socket, seen through the websocket-client library."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
import websocket

from realtrade.utils.clock import SystemClock
from tests.testing.conftest import KEY
from tests.testing.wire import Ear, user_stream

if TYPE_CHECKING:
    from realtrade.testing import SimExchange

CLOCK = SystemClock()
BTC = "BTC/USDT"
STREAM = "/ws/btcusdt@kline_1m"
CLOSED = {"event": "kline", "closed": "true"}
GONE = (websocket.WebSocketConnectionClosedException, ConnectionError)


def close(exchange: SimExchange, number: int) -> None:
    exchange.close_bar(BTC, "1m", open=number, high=number, low=number, close=number)


def closed_bars(ear: Ear, count: int) -> list[float]:
    """Return the closes of the next closed bars that are heard."""
    heard: list[float] = []
    while len(heard) < count:
        message = ear.hear()
        if message["k"]["x"]:
            heard.append(float(message["k"]["c"]))
    return heard


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ws_skip", [100, 102, 103]),
        ("ws_duplicate", [100, 101, 101, 102, 103]),
        ("ws_delay", [100, 101, 102, 103]),
    ],
)
def test_frames_lost_doubled_and_late(
    exchange: SimExchange, name: str, expected: list[float]
) -> None:
    exchange.arm(name, match=CLOSED, after=1, seconds=0.2)
    with Ear(exchange, STREAM) as ear:
        for number in (100, 101, 102, 103):
            close(exchange, number)

        assert closed_bars(ear, len(expected)) == expected
        assert ear.silent()


def test_frames_out_of_order(exchange: SimExchange) -> None:
    exchange.arm("ws_reorder", match=CLOSED, after=1)
    with Ear(exchange, STREAM) as ear:
        for number in (100, 101, 102):
            close(exchange, number)
        heard = [ear.hear()["k"] for _ in range(6)]

    assert [(float(one["c"]), one["x"]) for one in heard] == [
        (100, False),
        (100, True),
        (101, False),
        (102, False),
        (101, True),
        (102, True),
    ]


def test_missed_bars_are_still_in_the_history(exchange: SimExchange, wire: Any) -> None:
    exchange.arm("ws_skip", times=2, match=CLOSED)
    with Ear(exchange, STREAM) as ear:
        for number in (100, 101, 102):
            close(exchange, number)
        assert closed_bars(ear, 1) == [102]

    rows = wire.ask("GET", "/api/v3/klines", symbol="BTCUSDT", interval="1m").json()
    assert [float(row[4]) for row in rows] == [100, 101, 102]


def test_garbage_comes_before_the_true_frames_of_later(exchange: SimExchange) -> None:
    exchange.arm("ws_garbage", match=CLOSED)
    with Ear(exchange, STREAM) as ear:
        close(exchange, 100)
        ear.hear()
        texts = [ear.socket.recv() for _ in range(4)]

    assert texts == ["\x00not json\x7f", "[1,", "null", "42"]


def test_half_a_text(exchange: SimExchange) -> None:
    exchange.arm("ws_half", match=CLOSED)
    with Ear(exchange, STREAM) as ear:
        close(exchange, 100)
        ear.hear()

        with pytest.raises(json.JSONDecodeError):
            ear.hear()


def test_a_huge_frame(exchange: SimExchange) -> None:
    exchange.arm("ws_huge", match=CLOSED, megabytes=1)
    with Ear(exchange, STREAM) as ear:
        close(exchange, 100)
        ear.hear()

        assert len(ear.hear()["padding"]) == 1_000_000
        assert closed_bars(ear, 1) == [100]


def test_a_binary_frame(exchange: SimExchange) -> None:
    exchange.arm("ws_binary", match=CLOSED)
    with Ear(exchange, STREAM) as ear:
        close(exchange, 100)
        ear.hear()
        opcode, data = ear.socket.recv_data()

    assert (opcode, json.loads(data)["k"]["x"]) == (websocket.ABNF.OPCODE_BINARY, True)


@pytest.mark.parametrize("name", ["ws_drop", "ws_torn"])
def test_a_connection_cut_without_a_word(exchange: SimExchange, name: str) -> None:
    exchange.arm(name, match=CLOSED)
    with Ear(exchange, STREAM) as ear:
        close(exchange, 100)
        ear.hear()

        with pytest.raises(GONE):
            ear.hear()
    with Ear(exchange, STREAM) as again:
        close(exchange, 101)
        assert closed_bars(again, 1) == [101]


def test_every_connection_can_be_cut_at_once(exchange: SimExchange) -> None:
    with Ear(exchange, STREAM) as one, user_stream(exchange) as other:
        assert exchange.drop_connections() == 2

        for ear in (one, other):
            with pytest.raises(GONE):
                ear.hear()


@pytest.mark.parametrize(("name", "code"), [("ws_close", 1001), ("ws_shutdown", 1001)])
def test_an_announced_end(exchange: SimExchange, name: str, code: int) -> None:
    exchange.arm(name, match=CLOSED)
    with Ear(exchange, STREAM) as ear:
        close(exchange, 100)
        ear.hear()
        if name == "ws_shutdown":
            assert ear.hear()["e"] == "serverShutdown"
        opcode, data = ear.socket.recv_data()

    assert (opcode, data[:2]) == (websocket.ABNF.OPCODE_CLOSE, code.to_bytes(2, "big"))


@pytest.mark.parametrize(("name", "answers"), [("ws_stall", True), ("ws_freeze", False)])
def test_silence_with_and_without_a_heartbeat(
    exchange: SimExchange, name: str, answers: bool
) -> None:
    exchange.arm(name, match=CLOSED)
    with Ear(exchange, STREAM) as ear:
        close(exchange, 100)
        ear.hear()
        close(exchange, 101)
        ear.socket.ping("alive")

        if answers:
            opcode, frame = ear.socket.recv_data_frame(control_frame=True)
            assert (opcode, frame.data) == (websocket.ABNF.OPCODE_PONG, b"alive")
        assert ear.silent()


@pytest.mark.parametrize("status", [403, 503])
def test_a_refused_handshake(exchange: SimExchange, status: int) -> None:
    exchange.arm("ws_refuse", match={"path": "/ws/*"}, status=status)

    with pytest.raises(websocket.WebSocketBadStatusException) as caught:
        Ear(exchange, STREAM)

    assert caught.value.status_code == status
    with Ear(exchange, STREAM) as ear:
        close(exchange, 100)
        assert closed_bars(ear, 1) == [100]


def test_a_handshake_without_an_answer(exchange: SimExchange) -> None:
    exchange.arm("ws_hang", seconds=5)

    with pytest.raises(websocket.WebSocketTimeoutException):
        Ear(exchange, STREAM, timeout=0.3)


def test_a_subscription_refused(exchange: SimExchange) -> None:
    exchange.arm("ws_subscribe_error", msg="Invalid request: no")
    with Ear(exchange, "/ws") as ear:
        ear.say({"method": "SUBSCRIBE", "params": ["btcusdt@kline_1m"], "id": 5})
        refused = ear.hear()
        ear.say({"method": "SUBSCRIBE", "params": ["btcusdt@kline_1m"], "id": 6})

        assert refused == {"code": 2, "msg": "Invalid request: no", "id": 5}
        assert ear.hear() == {"result": None, "id": 6}


def test_a_subscription_never_answered(exchange: SimExchange) -> None:
    exchange.arm("ws_subscribe_silent", match={"text": "*SUBSCRIBE*"})
    with Ear(exchange, "/ws") as ear:
        ear.say({"method": "SUBSCRIBE", "params": ["btcusdt@kline_1m"], "id": 5})
        close(exchange, 100)

        assert ear.silent()


def test_a_user_stream_can_fall_silent_while_orders_work(exchange: SimExchange, wire: Any) -> None:
    exchange.arm("ws_stall", match={"stream": "user"})
    with user_stream(exchange) as ear:
        exchange.by_hand.order(KEY, BTC, "buy", "0.01")

        assert ear.silent()
    assert len(wire.signed("GET", "/api/v3/myTrades", symbol="BTCUSDT").json()) == 1


def test_one_event_of_an_order_can_be_lost(exchange: SimExchange) -> None:
    exchange.arm("ws_skip", match={"event": "executionReport", "execution": "TRADE"})
    with user_stream(exchange) as ear:
        exchange.by_hand.order(KEY, BTC, "buy", "0.01")
        heard = [ear.hear()["event"]["e"] for _ in range(2)]

        assert heard == ["executionReport", "outboundAccountPosition"]
        assert ear.silent()


def test_a_user_stream_refused(exchange: SimExchange) -> None:
    exchange.arm("ws_subscribe_error", match={"path": "/ws-api/v3"}, code=-2015)
    with Ear(exchange, "/ws-api/v3") as ear:
        ear.say({"id": 1, "method": "userDataStream.subscribe.signature", "params": {}})

        assert ear.hear()["error"]["code"] == -2015


def test_pings_can_be_left_out(exchange: SimExchange) -> None:
    exchange.rules.ping_s = 0.05
    exchange.arm("ws_no_ping", times=-1)
    with Ear(exchange, STREAM) as ear:
        assert ear.silent(0.4)


def test_a_stalled_connection_does_not_hold_up_the_others(exchange: SimExchange) -> None:
    exchange.arm("ws_freeze", match=CLOSED)
    with Ear(exchange, STREAM) as frozen, Ear(exchange, STREAM) as alive:
        for number in range(100, 105):
            close(exchange, number)
            exchange.flush()

        assert [line.idle for line in exchange.dialect.lines] == [True, True]
        heard = _all_closed([frozen, alive])
    assert sorted(heard) == [[], [100, 101, 102, 103, 104]]


def _all_closed(ears: list[Ear]) -> list[list[float]]:
    """Return the closed bars that each connection has, reading until it falls silent."""
    heard: list[list[float]] = []
    for ear in ears:
        ear.socket.settimeout(0.3)
        heard.append([])
        with suppress(websocket.WebSocketTimeoutException):
            while True:
                heard[-1] += closed_bars(ear, 1)
    return heard


@pytest.mark.parametrize(
    ("path", "wrapped"),
    [
        ("/ws/btcusdt@trade", lambda event: event),
        (
            "/stream?streams=btcusdt@trade",
            lambda event: {"stream": "!serverShutdown", "data": event},
        ),
        ("/ws-api/v3", lambda event: {"event": event}),
    ],
)
def test_a_shutdown_is_announced_in_the_form_of_the_connection(
    exchange: SimExchange, path: str, wrapped: Any
) -> None:
    with Ear(exchange, path) as ear:
        assert exchange.shut_down_connections() == 1
        heard = ear.hear()
        opcode, _ = ear.socket.recv_data()

    time_ms = int("".join(character for character in json.dumps(heard) if character.isdigit()))
    assert heard == wrapped({"e": "serverShutdown", "E": time_ms})
    assert opcode == websocket.ABNF.OPCODE_CLOSE
