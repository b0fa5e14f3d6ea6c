"""Connections through proxies and TLS: what leaves, and what is said when it does not work."""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import socket
import ssl
from threading import Thread
from typing import TYPE_CHECKING, Self

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from realtrade.common.streaming.dialling import dial
from realtrade.common.streaming.errors import ConnectionLost
from tests.common.ws_server import WsServer, chat, greet, running
from tests.patience import wait_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def relay(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(4096):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


class Proxy:
    """Listens, lets `answer` speak the proxy's protocol, then passes bytes both ways."""

    def __init__(self, answer: Callable[[Proxy, socket.socket], tuple[str, int] | None]) -> None:
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.heard = b""
        self._threads = [Thread(target=self._serve)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _serve(self) -> None:
        client, _ = self._listener.accept()
        with client:
            target = self._answer(self, client)
            if target is None:
                return
            with socket.create_connection(target) as onward:
                back = Thread(target=relay, args=(onward, client))
                back.start()
                relay(client, onward)
                back.join()

    def take(self, client: socket.socket, count: int) -> bytes:
        data = b""
        while len(data) < count:
            data += client.recv(count - len(data))
        self.heard += data
        return data


def http(status: str) -> Callable[[Proxy, socket.socket], tuple[str, int] | None]:
    def answer(proxy: Proxy, client: socket.socket) -> tuple[str, int] | None:
        while not proxy.heard.endswith(b"\r\n\r\n"):
            proxy.take(client, 1)
        client.sendall(f"HTTP/1.1 {status}\r\nServer: test\r\n\r\n".encode())
        host, _, port = proxy.heard.split()[1].decode().partition(":")
        return (host, int(port)) if status.startswith("200") else None

    return answer


def socks(
    method: int, verdict: int = 0, code: int = 0
) -> Callable[[Proxy, socket.socket], tuple[str, int] | None]:
    def answer(proxy: Proxy, client: socket.socket) -> tuple[str, int] | None:
        proxy.take(client, 3)
        client.sendall(bytes([5, method]))
        if method == 2:
            length = proxy.take(client, 2)[1]
            proxy.take(client, length)
            proxy.take(client, proxy.take(client, 1)[0])
            client.sendall(bytes([1, verdict]))
            if verdict:
                return None
        elif method:
            return None
        host = proxy.take(client, proxy.take(client, 5)[4])
        port = int.from_bytes(proxy.take(client, 2))
        client.sendall(bytes([5, code, 0, 1, 127, 0, 0, 1, 0, 0]))
        return None if code else (host.decode(), port)

    return answer


@pytest.mark.parametrize(
    ("answer", "address", "heard"),
    [
        (http("200 Connection established"), "http://127.0.0.1", b"CONNECT 127.0.0.1:"),
        (http("200 OK"), "http://me:pa%20ss@127.0.0.1", b"Proxy-Authorization: Basic bWU6cGEgc3M="),
        (socks(0), "socks5://127.0.0.1", b"\x05\x01\x00\x05\x01\x00\x03\x09127.0.0.1"),
        (
            socks(2),
            "socks5h://me:word@127.0.0.1",
            b"\x05\x01\x02\x01\x02me\x04word\x05\x01\x00\x03",
        ),
    ],
)
def test_a_proxy_is_used_where_one_is_named(
    answer: Callable[[Proxy, socket.socket], tuple[str, int] | None], address: str, heard: bytes
) -> None:
    with WsServer(greet) as server, Proxy(answer) as proxy:
        stream = chat(server.url)
        stream._proxy = f"{address}:{proxy.port}"
        with running(stream) as ear:
            wait_for(lambda: ear.of("note"))

    assert heard in proxy.heard


@pytest.mark.parametrize(
    ("answer", "scheme", "reason"),
    [
        (http("407 Proxy Authentication Required"), "http", "refused a tunnel to .*status 407"),
        (lambda *_: None, "http", "Connection reset|answered no tunnel"),
        (socks(255), "socks5", "offers no way to sign in"),
        (socks(2, verdict=1), "socks5", "refused the user or the password"),
        (socks(0, code=5), "socks5", "refused the connection: code 5"),
        (lambda *_: None, "socks5", "Connection reset|the proxy hung up"),
    ],
)
def test_what_a_proxy_says_is_told_without_its_password(
    answer: Callable[[Proxy, socket.socket], tuple[str, int] | None], scheme: str, reason: str
) -> None:
    with Proxy(answer) as proxy, pytest.raises(ConnectionLost, match=reason) as caught:
        dial(
            "ws://127.0.0.1:1/ws/listenkey",
            timeout_s=20,
            stopped=lambda: False,
            opened=lambda _: None,
            proxy=f"{scheme}://me:password@127.0.0.1:{proxy.port}",
        )

    assert "password" not in str(caught.value).replace("the password", "")
    assert "listenkey" not in str(caught.value)


def test_the_environment_names_no_proxy_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    with WsServer(greet) as server, running(chat(server.url)) as ear:
        wait_for(lambda: ear.of("note"))


def certificate(folder: Path) -> tuple[Path, Path]:
    """Write a certificate for 127.0.0.1, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    start = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start.replace(year=2120))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


def test_tls_is_spoken_to_who_can_prove_its_name(tmp_path: Path) -> None:
    paths = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*paths)
    with WsServer(greet, ssl=context) as server:
        url = server.url.replace("ws://", "wss://")
        stranger, known = chat(url), chat(url)
        with running(stranger) as ear:
            wait_for(lambda: ear.of("disconnected"))
        assert "TLS failed: CERTIFICATE_VERIFY_FAILED" in ear.of("disconnected")[0]
        known._tls = ssl.create_default_context(cafile=str(paths[0]))
        with running(known) as ear:
            wait_for(lambda: ear.of("note"))


@pytest.mark.parametrize(("stop", "reason"), [(True, "stopped"), (False, "timed out")])
def test_waiting_for_a_host_ends_when_told_to_or_when_time_is_up(stop: bool, reason: str) -> None:
    with contextlib.ExitStack() as stack:
        busy = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):  # whoever comes after these gets no answer
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(busy.getsockname())

        with pytest.raises(ConnectionLost, match=rf"127\.0\.0\.1:\d+ cannot be reached: {reason}"):
            dial(
                f"ws://127.0.0.1:{busy.getsockname()[1]}",
                timeout_s=0.3,
                stopped=lambda: stop,
                opened=lambda _: None,
            )
