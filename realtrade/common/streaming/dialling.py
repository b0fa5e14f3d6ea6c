"""Open a TCP or TLS connection, through a proxy where one is named, and be stoppable meanwhile.

The environment's proxies are never looked at: who hands in none wants none.
"""

from __future__ import annotations

import base64
import errno
import os
import select
import socket
import ssl
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urlsplit

from realtrade.common.streaming.errors import ConnectionLost

if TYPE_CHECKING:
    from collections.abc import Callable

_SLICE_S = 0.1
_PORTS = {"ws": 80, "wss": 443, "http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
_HEAD_MOST = 16_384
_SIGN_IN = 2  # by user and password, in RFC 1928
_PENDING = (errno.EINPROGRESS, errno.EWOULDBLOCK)


def host_of(url: str) -> str:
    """Return `host:port` of a URL, which is all of it that may be told."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or _PORTS.get(parts.scheme, 0)}"


def dial(
    url: str,
    *,
    timeout_s: float,
    stopped: Callable[[], bool],
    opened: Callable[[socket.socket], None],
    proxy: str | None = None,
    tls: ssl.SSLContext | None = None,
) -> socket.socket:
    """Return a connected socket to the host of a `ws` or `wss` URL.

    Args:
        url: where to.
        timeout_s: for each step.
        stopped: asked ten times a second while a connection is being made.
        opened: told of the socket as soon as there is one, so that it can be shut from outside.
        proxy: `http://…`, `https://…`, `socks5://…` or `socks5h://…`, with user and password.
        tls: instead of the system's certificates.

    Raises:
        ConnectionLost: no connection came about; names hosts and the reason.
    """
    target = urlsplit(url)
    first = urlsplit(proxy) if proxy else target
    try:
        made = _connect(first, timeout_s, stopped)
    except OSError as error:
        msg = f"{_named(first, proxy)} cannot be reached: {_why(error)}"
        raise ConnectionLost(msg) from None
    try:
        opened(made)
        made = _tunnelled(made, first, target, opened)
        if target.scheme == "wss":
            made = _secured(made, tls or ssl.create_default_context(), target.hostname, opened)
        made.settimeout(timeout_s)
    except OSError as error:
        made.close()
        msg = f"{host_of(url)}: no connection: {_why(error)}"
        raise ConnectionLost(msg) from None
    except BaseException:
        made.close()
        raise
    return made


def _named(first: SplitResult, proxy: str | None) -> str:
    return f"{'proxy ' if proxy else ''}{first.hostname}:{_port(first)}"


def _port(parts: SplitResult) -> int:
    return parts.port or _PORTS[parts.scheme]


def _why(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {error.reason or type(error).__name__}"
    return error.strerror or str(error) or type(error).__name__


def _connect(parts: SplitResult, timeout_s: float, stopped: Callable[[], bool]) -> socket.socket:
    """Connect to the first address that answers."""
    found = socket.getaddrinfo(parts.hostname, _port(parts), type=socket.SOCK_STREAM)
    failure: OSError = TimeoutError("timed out")
    for family, kind, protocol, _, address in found:
        made = socket.socket(family, kind, protocol)
        try:
            _reach(made, address, timeout_s, stopped)
        except OSError as error:
            made.close()
            failure = error
            continue
        made.settimeout(timeout_s)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        return made
    raise failure


def _reach(
    made: socket.socket, address: tuple[object, ...], timeout_s: float, stopped: Callable[[], bool]
) -> None:
    made.setblocking(False)
    code = made.connect_ex(address)
    left = timeout_s
    while code in _PENDING:
        if stopped() or left <= 0:
            raise InterruptedError("stopped") if stopped() else TimeoutError("timed out")
        if select.select([], [made], [], min(left, _SLICE_S))[1]:
            code = made.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        left -= _SLICE_S
    if code:
        raise OSError(code, os.strerror(code))


def _secured(
    made: socket.socket,
    context: ssl.SSLContext,
    host: str | None,
    opened: Callable[[socket.socket], None],
) -> ssl.SSLSocket:
    wrapped = context.wrap_socket(made, server_hostname=host, do_handshake_on_connect=False)
    opened(wrapped)
    try:
        wrapped.do_handshake()
    except BaseException:
        wrapped.close()
        raise
    return wrapped


def _tunnelled(
    made: socket.socket,
    first: SplitResult,
    target: SplitResult,
    opened: Callable[[socket.socket], None],
) -> socket.socket:
    """Go on from a proxy, if `first` is one, to the target."""
    if first.scheme == "https":
        made = _secured(made, ssl.create_default_context(), first.hostname, opened)
    if first.scheme in ("http", "https"):
        _tunnel(made, first, target)
    elif first.scheme in ("socks5", "socks5h"):
        _socks(made, first, target)
    return made


def _user(proxy: SplitResult) -> tuple[bytes, bytes]:
    return unquote(proxy.username or "").encode(), unquote(proxy.password or "").encode()


def _tunnel(made: socket.socket, proxy: SplitResult, target: SplitResult) -> None:
    """Ask an HTTP proxy for a tunnel."""
    host = f"{target.hostname}:{_port(target)}"
    head = f"CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n"
    if proxy.username:
        user, password = _user(proxy)
        head += (
            f"Proxy-Authorization: Basic {base64.b64encode(user + b':' + password).decode()}\r\n"
        )
    made.sendall(f"{head}\r\n".encode())
    answer = b""
    while not answer.endswith(b"\r\n\r\n"):
        byte = made.recv(1)  # one by one: what follows the head belongs to the target
        if not byte or len(answer) > _HEAD_MOST:
            msg = f"proxy {proxy.hostname} answered no tunnel"
            raise ConnectionLost(msg)
        answer += byte
    status = answer.split(None, 2)[1:2]
    if status != [b"200"]:
        code = b"".join(status).decode("ascii", "replace")[:3]
        msg = f"proxy {proxy.hostname} refused a tunnel to {host}: status {code}"
        raise ConnectionLost(msg)


def _socks(made: socket.socket, proxy: SplitResult, target: SplitResult) -> None:
    """Speak SOCKS 5 (RFC 1928, RFC 1929); the proxy resolves the name, also for `socks5`."""
    user, password = _user(proxy)
    made.sendall(b"\x05\x01\x02" if user else b"\x05\x01\x00")
    chosen = _exactly(made, 2)
    if chosen[1] == _SIGN_IN and user:
        made.sendall(bytes([1, len(user)]) + user + bytes([len(password)]) + password)
        if _exactly(made, 2)[1] != 0:
            msg = f"proxy {proxy.hostname} refused the user or the password"
            raise ConnectionLost(msg)
    elif chosen[1] != 0:
        msg = f"proxy {proxy.hostname} offers no way to sign in"
        raise ConnectionLost(msg)
    name = (target.hostname or "").encode("idna")
    made.sendall(b"\x05\x01\x00\x03" + bytes([len(name)]) + name + _port(target).to_bytes(2))
    answer = _exactly(made, 4)
    if answer[1] != 0:
        msg = f"proxy {proxy.hostname} refused the connection: code {answer[1]}"
        raise ConnectionLost(msg)
    lengths = {1: 4, 4: 16}
    _exactly(made, 2 + (lengths.get(answer[3]) or _exactly(made, 1)[0]))


def _exactly(made: socket.socket, count: int) -> bytes:
    taken = b""
    while len(taken) < count:
        part = made.recv(count - len(taken))
        if not part:
            raise ConnectionLost("the proxy hung up")
        taken += part
    return taken
