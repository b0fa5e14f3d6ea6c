"""Market streams, as web-socket-streams.md of Binance's documentation describes them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
import websocket

from realtrade.model.bar import Bar
from realtrade.utils.clock import SystemClock
from tests.testing.wire import Ear

if TYPE_CHECKING:
    from realtrade.testing import SimExchange

CLOCK = SystemClock()
BTC, SWAP = "BTC/USDT", "BTC/USDT:USDT"
KLINE = {
    "t": int,
    "T": int,
    "s": str,
    "i": str,
    "f": int,
    "L": int,
    "o": str,
    "c": str,
    "h": str,
    "l": str,
    "v": str,
    "n": int,
    "x": bool,
    "q": str,
    "V": str,
    "Q": str,
    "B": str,
}
BAR = {"open": 100, "high": 110, "low": 90, "close": 105, "volume": 3}


def shape(answer: dict[str, Any]) -> dict[str, type]:
    return {name: type(value) for name, value in answer.items()}


def bars(count: int, start_ms: int = 1_700_000_100_000) -> list[Bar]:
    return [
        Bar(start_ms + 60_000 * n, start_ms + 60_000 * (n + 1), 100, 101 + n, 99, 100.5, 1)
        for n in range(count)
    ]


def test_a_bar_is_told_growing_and_then_closed(exchange: SimExchange) -> None:
    with Ear(exchange, "/ws/btcusdt@kline_1m") as ear:
        exchange.close_bar(BTC, "1m", **BAR)
        growing, closed = ear.hear(), ear.hear()

    assert (growing["k"]["x"], closed["k"]["x"]) == (False, True)
    assert (closed["e"], closed["s"], shape(closed["k"])) == ("kline", "BTCUSDT", KLINE)
    (bar,) = exchange.bars(BTC, "1m")
    assert (closed["k"]["t"], closed["k"]["T"]) == (bar.open_ms, bar.close_ms - 1)
    assert [closed["k"][name] for name in "ohlcv"] == [
        "100.00000000",
        "110.00000000",
        "90.00000000",
        "105.00000000",
        "3.00000000",
    ]


def test_a_combined_stream_says_which_one_speaks(exchange: SimExchange) -> None:
    with Ear(exchange, "/stream?streams=btcusdt@bookTicker/ethusdt@bookTicker") as ear:
        exchange.move("ETH/USDT", "3000")
        exchange.move(BTC, "50000")
        heard = [ear.hear(), ear.hear()]

    assert [one["stream"] for one in heard] == ["ethusdt@bookTicker", "btcusdt@bookTicker"]
    assert heard[1]["data"] | {"u": 0} == {
        "u": 0,
        "s": "BTCUSDT",
        "b": "50000.00000000",
        "B": "1.00000000",
        "a": "50000.01000000",
        "A": "1.00000000",
    }


@pytest.mark.parametrize(
    ("stream", "fields"),
    [
        ("trade", ["e", "E", "s", "t", "p", "q", "T", "m", "M"]),
        ("aggTrade", ["e", "E", "s", "a", "p", "q", "f", "l", "T", "m", "M"]),
    ],
)
def test_trades(exchange: SimExchange, stream: str, fields: list[str]) -> None:
    with Ear(exchange, f"/ws/btcusdt@{stream}") as ear:
        exchange.move(BTC, "49999")
        heard = ear.hear()

    assert (heard["e"], list(heard)) == (stream, fields)
    assert (heard["p"], heard["m"]) == ("49999.00000000", True)


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        (
            "/market/ws/btcusdt@aggTrade",
            ["e", "E", "s", "a", "p", "q", "f", "l", "T", "m", "nq", "st"],
        ),
        (
            "/public/ws/btcusdt@bookTicker",
            ["e", "u", "s", "b", "B", "a", "A", "T", "E", "ps", "st"],
        ),
    ],
)
def test_perpetuals_say_more(exchange: SimExchange, path: str, fields: list[str]) -> None:
    """Sources: the change log of 2025-12-29 and the connector's models of 2026-08."""
    with Ear(exchange, path) as ear:
        exchange.move(f"{BTC}:USDT", "49999")

        assert list(ear.hear()) == fields


def test_subscribing_and_unsubscribing_on_an_open_connection(exchange: SimExchange) -> None:
    with Ear(exchange, "/ws") as ear:
        ear.say({"method": "SUBSCRIBE", "params": ["btcusdt@trade", "btcusdt@kline_1m"], "id": 1})
        assert ear.hear() == {"result": None, "id": 1}
        ear.say({"method": "UNSUBSCRIBE", "params": ["btcusdt@trade"], "id": 2})
        assert ear.hear() == {"result": None, "id": 2}
        ear.say({"method": "LIST_SUBSCRIPTIONS", "id": 3})
        assert ear.hear() == {"result": ["btcusdt@kline_1m"], "id": 3}
        exchange.move(BTC, "50000")

        assert ear.hear()["e"] == "kline"
        assert ear.silent()


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"method": "SUBSCRIB", "id": 1}, 2),
        ({"id": 1}, 2),
    ],
)
def test_a_wrong_message_has_an_error(
    exchange: SimExchange, message: dict[str, Any], code: int
) -> None:
    with Ear(exchange, "/ws") as ear:
        ear.say(message)

        assert ear.hear()["code"] == code


def test_text_that_is_no_json_has_an_error(exchange: SimExchange) -> None:
    with Ear(exchange, "/ws") as ear:
        ear.socket.send("hello")

        assert ear.hear()["code"] == 3


@pytest.mark.parametrize(
    ("path", "heard"),
    [
        ("/market/ws/btcusdt@kline_1m", True),
        ("/public/ws/btcusdt@kline_1m", False),
        ("/public/ws/btcusdt@bookTicker", True),
        ("/market/ws/btcusdt@bookTicker", False),
        ("/market/stream?streams=btcusdt@aggTrade", True),
    ],
)
def test_perpetuals_serve_each_stream_on_its_own_path(
    exchange: SimExchange, path: str, heard: bool
) -> None:
    with Ear(exchange, path) as ear:
        exchange.move(BTC, "1")
        exchange.move(SWAP, "2")
        if heard:
            message = ear.hear()
            message = message.get("data", message)
            prices = {message.get("p"), message.get("b"), message.get("k", {}).get("c")}
            assert "2.00000000" in prices

        assert ear.silent()


def test_played_bars_arrive_once_in_order_and_agree_with_rest(
    exchange: SimExchange, wire: Any
) -> None:
    with Ear(exchange, "/stream?streams=btcusdt@kline_1m/btcusdt@kline_5m") as ear:
        heard: list[Any] = []
        listening = threading.Thread(target=_collect, args=(ear, heard, 120))
        listening.start()
        played = exchange.play(bars(100), "1m", symbol=BTC)
        listening.join(10)

    assert played == 100
    for timeframe in ("1m", "5m"):
        told = [one["data"]["k"] for one in heard if one["data"]["k"]["i"] == timeframe]
        rows = wire.ask("GET", "/api/v3/klines", symbol="BTCUSDT", interval=timeframe).json()
        assert [(one["t"], one["h"]) for one in told] == [(row[0], row[2]) for row in rows]


def _collect(ear: Ear, heard: list[Any], count: int) -> None:
    while len(heard) < count:
        message = ear.hear()
        if message["data"]["k"]["x"]:
            heard.append(message)


def test_the_server_pings_and_drops_who_does_not_answer(exchange: SimExchange) -> None:
    exchange.rules.ping_s, exchange.rules.pong_s = 0.05, 0.3
    with Ear(exchange, "/ws/btcusdt@trade") as ear:
        opcode, payload = ear.socket.recv_data_frame(control_frame=True)
        assert (opcode, payload.data.isdigit()) == (websocket.ABNF.OPCODE_PING, True)
        CLOCK.sleep(0.6)  # nobody reads, so nobody answers

        frames = iter(ear.socket.recv_frame, None)
        closing = next(one for one in frames if one.opcode == websocket.ABNF.OPCODE_CLOSE)

    assert closing.data[:2] == (1008).to_bytes(2, "big")


def test_a_connection_ends_with_its_lifetime(exchange: SimExchange) -> None:
    exchange.rules.lifetime_s = 0.1
    with Ear(exchange, "/ws/btcusdt@trade") as ear:
        opcode, data = ear.socket.recv_data()

    assert (opcode, data[:2]) == (websocket.ABNF.OPCODE_CLOSE, (1001).to_bytes(2, "big"))


def test_more_than_five_messages_a_second_end_the_connection(exchange: SimExchange) -> None:
    with Ear(exchange, "/ws") as ear:
        for number in range(12):
            ear.say({"method": "LIST_SUBSCRIPTIONS", "id": number})
        frames = iter(ear.socket.recv_data, None)
        closing = next(data for opcode, data in frames if opcode == websocket.ABNF.OPCODE_CLOSE)

    assert closing[:2] == (1008).to_bytes(2, "big")


def test_five_messages_a_second_are_allowed(exchange: SimExchange) -> None:
    with Ear(exchange, "/ws") as ear:
        for number in range(5):
            ear.say({"method": "LIST_SUBSCRIPTIONS", "id": number})

        assert [ear.hear()["id"] for _ in range(5)] == [0, 1, 2, 3, 4]
