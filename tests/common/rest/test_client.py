"""ccxt's client, guarded: what it imports, says, believes and sends."""

from __future__ import annotations

import io
import logging
import subprocess
import sys
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.common.rest.client import Wiring, make_client
from realtrade.common.rest.errors import Gated, OddAnswer, Refused
from realtrade.common.rest.lazy_ccxt import exchange_class
from realtrade.common.rest.rate_gate import RateGate, Urgency
from realtrade.common.rest.session import Session
from realtrade.common.rest.transport import Transport
from realtrade.utils.clock import ManualClock
from tests.common.rest.scripted import Scripted, answer

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

KEY, SECRET = "the-api-key", "the-secret-of-it"


@pytest.fixture
def transport() -> Iterator[Transport]:
    made = Transport()
    yield made
    made.close()


def client(transport: Transport, base: str, *, strict: bool = True, **config: Any) -> Any:
    gate = RateGate(ManualClock(), per_minute=1_000)
    wiring = Wiring(Session(transport, gate, base=base), gate, weight=5.0)
    keys = {"apiKey": KEY, "secret": SECRET}
    return make_client("binance", wiring, {**keys, **config}, strict=strict)


def says(body: bytes, status: str = "200 OK") -> Callable[[socket.socket, bytes], None]:
    def script(connection: socket.socket, request: bytes) -> None:
        connection.sendall(answer(body, status))

    return script


class TestImport:
    CODE = """
import sys
from realtrade.common.rest.lazy_ccxt import exchange_class
one = exchange_class("binance")
assert one.__name__ == "binance"
assert "ccxt.kraken" not in sys.modules, "only one exchange is imported"
import ccxt
assert ccxt.binance is one
assert ccxt.kraken().id == "kraken"
assert ccxt.__version__
assert "okx" in ccxt.exchanges
assert exchange_class("okx") is ccxt.okx
"""

    def test_of_one_exchange_leaves_the_others_until_they_are_wanted(self) -> None:
        subprocess.run([sys.executable, "-c", self.CODE], check=True, timeout=60)

    def test_where_the_whole_package_is_there_already(self) -> None:
        import ccxt

        assert exchange_class("binance") is ccxt.binance

    @pytest.mark.parametrize("name", ["no_such", "base", "../os", "a.b", ""])
    def test_of_what_is_no_exchange(self, name: str) -> None:
        with pytest.raises(LookupError, match="knows no exchange"):
            exchange_class(name)


class TestRequests:
    def test_go_where_the_recipe_says_while_ccxt_sees_the_exchange(
        self, transport: Transport
    ) -> None:
        with Scripted(says(b'{"serverTime":5}')) as server:
            one = client(transport, server.url)
            told = one.fapiPublicGetTime()

        assert told == {"serverTime": 5}
        assert server.requests[0].startswith(b"GET /fapi/v1/time HTTP/1.1")
        assert one.urls["api"]["fapiPublic"] == "https://fapi.binance.com/fapi/v1"

    def test_numbers_with_a_point_stay_text(self, transport: Transport) -> None:
        with Scripted(says(b'{"a":0.1000000000000000055,"b":7,"c":"0.1"}')) as server:
            told = client(transport, server.url).publicGetPing()

        assert told == {"a": "0.1000000000000000055", "b": 7, "c": "0.1"}

    def test_ask_the_gate_before_they_leave(self, transport: Transport) -> None:
        with Scripted(says(b"{}")) as server:
            one = client(transport, server.url)
            one.wiring.urgency = Urgency.ORDER
            one.wiring.gate.hold(5_000)
            with pytest.raises(Gated):
                one.publicGetPing()

        assert server.requests == []

    def test_weigh_what_ccxt_says_they_cost(self, transport: Transport) -> None:
        with Scripted(says(b"{}")) as server:
            one = client(transport, server.url)
            one.publicGetExchangeInfo()

        assert one.wiring.gate._used == 20.0

    def test_are_sent_once_even_where_ccxt_would_repeat(self, transport: Transport) -> None:
        with Scripted(says(b'{"code":-1008,"msg":"busy"}', "503 Busy")) as server:
            one = client(transport, server.url)
            with pytest.raises(Refused):
                one.privatePostOrder({"symbol": "X", "newClientOrderId": "a"})

        assert len(server.requests) == 1


class TestAnswers:
    @pytest.mark.parametrize("body", [b"", b"<html>busy</html>", b"null", b"5", b'"text"', b"{"])
    def test_that_are_no_json_object_are_odd(self, transport: Transport, body: bytes) -> None:
        with Scripted(says(body)) as server, pytest.raises(OddAnswer, match="no JSON") as caught:
            client(transport, server.url).publicGetPing()

        assert caught.value.status == 200

    @pytest.mark.parametrize(
        ("status", "body", "code", "said"),
        [
            ("400 Bad", b'{"code":-1013,"msg":"Filter\\nfailure"}', -1013, "Filter failure"),
            ("400 Bad", b'{"code":"-1013","msg":"Filter failure"}', -1013, "Filter failure"),
            ("200 OK", b'{"code":-2015,"msg":"Invalid API-key"}', -2015, "Invalid API-key"),
            ("200 OK", b'[{"code":-2011,"msg":"Unknown order"}]', -2011, "Unknown order"),
            ("500 Oh", b"[]", None, ""),
            ("404 No", b'{"code":true,"message":"gone"}', None, "gone"),
            ("400 No", b'{"code":"1.5"}', None, ""),
        ],
    )
    def test_that_are_errors_are_told_by_number(
        self, transport: Transport, status: str, body: bytes, code: int | None, said: str
    ) -> None:
        with Scripted(says(body, status)) as server, pytest.raises(Refused) as caught:
            client(transport, server.url).privatePostOrder({"newClientOrderId": "a"})

        error = caught.value
        assert (error.status, error.code, error.said) == (int(status[:3]), code, said)

    @pytest.mark.parametrize("body", [b'{"code":200,"msg":"success"}', b"{}", b"[]"])
    def test_that_are_none_are_none(self, transport: Transport, body: bytes) -> None:
        with Scripted(says(body)) as server:
            assert client(transport, server.url).publicGetPing() in (
                {},
                [],
                {"code": 200, "msg": "success"},
            )

    def test_a_wait_is_told(self, transport: Transport) -> None:
        def script(connection: socket.socket, request: bytes) -> None:
            connection.sendall(answer(b'{"code":-1003}', "429 Slow", Retry_After="9"))

        with Scripted(script) as server, pytest.raises(Refused) as caught:
            client(transport, server.url).publicGetPing()

        assert caught.value.retry_after_s == 9.0


class TestLoose:
    def test_believes_ccxt(self, transport: Transport) -> None:
        import ccxt

        with (
            Scripted(says(b'{"code":-2019,"msg":"Margin is insufficient."}', "400 Bad")) as server,
            pytest.raises(ccxt.InsufficientFunds),
        ):
            client(transport, server.url, strict=False).fapiPrivatePostOrder(
                {"newClientOrderId": "a"}
            )

    @pytest.mark.parametrize(
        ("status", "body", "error"),
        [("200 OK", b"", OddAnswer), ("400 Bad", b"{}", Refused), ("502 Bad", b"no", OddAnswer)],
    )
    def test_refuses_what_ccxt_lets_pass(
        self, transport: Transport, status: str, body: bytes, error: type[Exception]
    ) -> None:
        with Scripted(says(body, status)) as server, pytest.raises(error):
            client(transport, server.url, strict=False).publicGetPing()


def test_says_nothing_aloud(transport: Transport, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    aloud = io.StringIO()
    with Scripted(says(b"{}")) as server, redirect_stdout(aloud):
        client(transport, server.url, verbose=True).privateGetAccount()

    assert aloud.getvalue() == ""
    head, _, _ = server.requests[0].decode().partition("\r\n")
    signature = head.partition("signature=")[2].partition(" ")[0]
    assert len(signature) == 64
    assert [word for word in (KEY, SECRET, signature) if word in caplog.text] == []
