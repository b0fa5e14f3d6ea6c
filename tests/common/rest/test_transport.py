"""What a request comes to, whatever the other side does with its bytes."""

from __future__ import annotations

import gzip
import logging
import socket
import threading
import tracemalloc
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.common.rest.errors import NoAnswer, NotSent, OddAnswer
from realtrade.common.rest.transport import Limits, RawAnswer, Transport
from realtrade.utils.clock import SystemClock
from tests.common.rest.scripted import Scripted, answer, reset

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CLOCK = SystemClock()
PATIENT = Limits(deadline_s=30.0, max_bytes=10_000)
HASTY = Limits(deadline_s=0.5, max_bytes=10_000)
SIGNED = "/api/v3/order?symbol=BTCUSDT&signature=abcdef0123456789"


@pytest.fixture
def transport() -> Iterator[Transport]:
    made = Transport()
    yield made
    made.close()


def send(transport: Transport, url: str, **kwargs: Any) -> RawAnswer:
    given = {"headers": {"X-MBX-APIKEY": "the-key"}, "limits": PATIENT, **kwargs}
    return transport.send("POST", url, body=b"quantity=1", **given)


def says(*pieces: bytes, pause_s: float = 0.0) -> Callable[[socket.socket, bytes], None]:
    def script(connection: socket.socket, request: bytes) -> None:
        for piece in pieces:
            connection.sendall(piece)
            CLOCK.sleep(pause_s)

    return script


def then_reset(data: bytes = b"") -> Callable[[socket.socket, bytes], None]:
    def script(connection: socket.socket, request: bytes) -> None:
        connection.sendall(data)
        reset(connection)

    return script


def then_closed(data: bytes = b"") -> Callable[[socket.socket, bytes], None]:
    def script(connection: socket.socket, request: bytes) -> None:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_RDWR)

    return script


def silent(connection: socket.socket, request: bytes) -> None:
    """Say nothing."""


class TestAnswers:
    def test_brings_status_headers_and_body(self, transport: Transport) -> None:
        with Scripted(says(answer(b'{"a":1}', "418 Teapot", Retry_After="7"))) as server:
            told = send(transport, server.url + "/x")

        assert (told.status, told.body) == (418, b'{"a":1}')
        assert told.headers.get("retry-after") == "7"

    def test_sends_the_request_whole_and_as_it_is(self, transport: Transport) -> None:
        with Scripted(says(answer(b"{}"))) as server:
            send(transport, server.url + SIGNED)

        head, _, body = server.requests[0].partition(b"\r\n\r\n")
        assert head.startswith(f"POST {SIGNED} HTTP/1.1\r\n".encode())
        assert b"X-MBX-APIKEY: the-key" in head
        assert body == b"quantity=1"

    def test_keeps_the_connection(self, transport: Transport) -> None:
        with Scripted(says(answer(b"{}"))) as server:
            for _ in range(3):
                send(transport, server.url + "/x")

        assert (server.connections, len(server.requests)) == (1, 3)

    @pytest.mark.parametrize(
        ("packed", "encoding"),
        [(gzip.compress(b"{}"), "gzip"), (zlib.compress(b"{}"), "deflate"), (b"{}", "identity")],
        ids=["gzip", "deflate", "identity"],
    )
    def test_unpacks(self, transport: Transport, packed: bytes, encoding: str) -> None:
        with Scripted(says(answer(packed, Content_Encoding=encoding))) as server:
            assert send(transport, server.url).body == b"{}"

    def test_reads_a_body_in_chunks(self, transport: Transport) -> None:
        chunked = (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"
        )
        with Scripted(says(chunked)) as server:
            assert send(transport, server.url).body == b"{}"

    def test_follows_no_redirect(self, transport: Transport) -> None:
        with Scripted(says(answer(b"", "307 Elsewhere", Location="/y"))) as server:
            assert send(transport, server.url).status == 307

        assert len(server.requests) == 1


class TestNothingLeft:
    def test_refused(self, transport: Transport) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]

        with pytest.raises(NotSent, match="not sent"):
            send(transport, f"http://127.0.0.1:{port}/x")

    def test_a_name_that_does_not_exist(
        self, transport: Transport, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def unknown(*_: Any) -> None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        monkeypatch.setattr(socket, "getaddrinfo", unknown)
        with pytest.raises(NotSent, match=r"no-such-host\.invalid"):
            send(transport, "http://no-such-host.invalid/x")

    def test_no_tls_at_the_other_end(self, transport: Transport) -> None:
        with Scripted(silent) as server, pytest.raises(NotSent):
            send(transport, server.url.replace("http", "https"), limits=HASTY)

    def test_a_proxy_that_is_not_there(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        transport = Transport(proxy=f"http://127.0.0.1:{port}")

        with pytest.raises(NotSent):
            send(transport, "https://api.example.invalid/x")

    def test_a_proxy_that_refuses_the_tunnel(self) -> None:
        refusal = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"
        with Scripted(says(refusal)) as proxy:
            transport = Transport(proxy=proxy.url)
            with pytest.raises(NotSent, match="403"):
                send(transport, "https://api.example.invalid/x")

        assert proxy.requests[0].startswith(b"CONNECT api.example.invalid:443")


class TestItMayHaveBeenDone:
    @pytest.mark.parametrize(
        "script",
        [
            then_reset(),
            then_closed(),
            then_reset(b"HTTP/1.1 200 OK\r\nContent-Le"),
            then_closed(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{"),
            then_closed(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"),
            says(b"this is no HTTP at all\r\n\r\n"),
            says(b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"a" * 70_000 + b"\r\n\r\n"),
        ],
        ids=["reset", "closed", "in-head", "in-body", "in-chunk", "no-http", "long-header"],
    )
    def test_a_broken_answer(
        self, transport: Transport, script: Callable[[socket.socket, bytes], None]
    ) -> None:
        with Scripted(script) as server, pytest.raises(NoAnswer, match="may have been done"):
            send(transport, server.url + SIGNED)

        assert len(server.requests) == 1, "a request that left is never sent again"

    @pytest.mark.parametrize(
        "script",
        [
            silent,
            says(*[b"x"] * 600, pause_s=0.05),
            says(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n", *[b"x"] * 600, pause_s=0.05),
        ],
        ids=["silence", "dripping-head", "dripping-body"],
    )
    def test_no_answer_in_time(
        self, transport: Transport, script: Callable[[socket.socket, bytes], None]
    ) -> None:
        with Scripted(script) as server:
            began = CLOCK.monotonic_s()
            with pytest.raises(NoAnswer):
                send(transport, server.url, limits=HASTY)
            took = CLOCK.monotonic_s() - began

        assert 0.4 < took < 15, "what drips does so for 30 s"

    def test_the_next_request_gets_its_own_answer(self, transport: Transport) -> None:
        given_up, answered_late = threading.Event(), threading.Event()

        def script(connection: socket.socket, request: bytes) -> None:
            if b"/first" in request:
                given_up.wait(30)
                with suppress(OSError):  # the other side may have closed
                    connection.sendall(answer(b'"late"'))
                answered_late.set()
            else:
                connection.sendall(answer(b'"second"'))

        with Scripted(script) as server:
            with pytest.raises(NoAnswer):
                send(transport, server.url + "/first", limits=HASTY)
            given_up.set()
            assert answered_late.wait(30)
            assert send(transport, server.url + "/second").body == b'"second"'


class TestTooMuch:
    def test_a_large_body(self, transport: Transport) -> None:
        with (
            Scripted(says(answer(b" " * 10_001))) as server,
            pytest.raises(OddAnswer, match="larger than 10,000 bytes"),
        ):
            send(transport, server.url)

    def test_a_body_that_unpacks_without_end_costs_no_memory(self, transport: Transport) -> None:
        bomb = gzip.compress(b" " * (64 << 20))
        limits = Limits(deadline_s=5.0, max_bytes=1 << 20)
        with Scripted(says(answer(bomb, Content_Encoding="gzip"))) as server:
            tracemalloc.start()
            with pytest.raises(OddAnswer, match="larger"):
                send(transport, server.url, limits=limits)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()

        assert peak < 4 << 20

    @pytest.mark.parametrize(
        ("body", "encoding", "said"),
        [
            (b"no gzip", "gzip", "cannot be unpacked"),
            (gzip.compress(b"{}" * 100)[:-12], "gzip", "cut short"),
            (b"{}", "br", "not asked for"),
        ],
        ids=["no-gzip", "cut-short", "brotli"],
    )
    def test_a_body_that_is_not_packed_as_it_says(
        self, transport: Transport, body: bytes, encoding: str, said: str
    ) -> None:
        with (
            Scripted(says(answer(body, Content_Encoding=encoding))) as server,
            pytest.raises(OddAnswer, match=said),
        ):
            send(transport, server.url)


class TestSecrets:
    def test_are_in_no_message_and_no_log(
        self, transport: Transport, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        with Scripted(then_reset()) as server, pytest.raises(NoAnswer) as caught:
            send(transport, server.url + SIGNED)

        told = [str(caught.value), repr(caught.value), str(caught.value.__cause__), caplog.text]
        assert [text for text in told if "abcdef0123456789" in text or "the-key" in text] == []

    def test_are_blotted_out_of_what_urllib3_logs(
        self, transport: Transport, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        with Scripted(says(answer(b"{}"))) as server:
            send(transport, server.url + SIGNED)

        assert "signature=***" in caplog.text
        assert "abcdef0123456789" not in caplog.text


def test_a_proxy_is_spoken_to_in_its_own_way() -> None:
    with Scripted(says(answer(b'"through"'))) as proxy:
        transport = Transport(proxy=proxy.url)
        told = send(transport, "http://api.example.invalid/x")
        transport.close()

    assert told.body == b'"through"'
    assert proxy.requests[0].startswith(b"POST http://api.example.invalid/x HTTP/1.1")


def test_a_socks_proxy_is_spoken_to_in_its_own_way() -> None:
    heard: list[bytes] = []

    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                heard.append(connection.recv(64))
                connection.sendall(b"\x05\x00")
                heard.append(connection.recv(256))
                connection.sendall(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x50")
                heard.append(connection.recv(4096))
                connection.sendall(answer(b'"socks"'))

        thread = threading.Thread(target=serve)
        thread.start()
        transport = Transport(proxy=f"socks5h://127.0.0.1:{listener.getsockname()[1]}")
        told = send(transport, "http://api.example.invalid/x")
        thread.join(5)
        transport.close()

    assert told.body == b'"socks"'
    assert b"api.example.invalid" in heard[1], "the proxy resolves the name"


def test_a_connection_that_was_idle_for_long_is_not_trusted(
    transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Scripted(says(answer(b"{}"))) as server:
        send(transport, server.url)
        monkeypatch.setattr("realtrade.common.rest.connections._IDLE_S", -1.0)
        send(transport, server.url)

    assert (server.connections, len(server.requests)) == (2, 2)


def test_a_connection_the_other_side_has_closed_is_not_used_again(transport: Transport) -> None:
    with Scripted(then_closed(answer(b"{}"))) as server:
        for _ in range(3):
            send(transport, server.url)
            CLOCK.sleep(0.05)

    assert (server.connections, len(server.requests)) == (3, 3)
