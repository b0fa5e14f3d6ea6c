"""urllib3's connections, watched: they know whether a byte of a request has left."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any, cast

import certifi
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager, ProxyManager
from urllib3.connection import HTTPConnection, HTTPSConnection

from realtrade.common.rest.watched_socket import SENDING, WatchedSocket

if TYPE_CHECKING:
    import socket


_IDLE_S = 240.0
"""Somewhere on the way a connection as old as that may have been forgotten without a word."""


class _Watched:
    """Mixed into a connection class before its own."""

    sock: Any
    _ready = False
    _used_s = 0.0

    @property
    def is_connected(self) -> bool:
        """Tell whether a kept connection may be used again: asked before each request."""
        idle_s = SENDING.get().clock.monotonic_s() - self._used_s
        alive: bool = super().is_connected  # type: ignore[misc]  # the connection class mixed with
        return alive and idle_s < _IDLE_S

    def connect(self) -> None:
        self._ready = False
        super().connect()  # type: ignore[misc]  # the connection class mixed with
        self.sock = WatchedSocket(cast("socket.socket", self.sock))
        self._ready = True

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        self._used_s = SENDING.get().clock.monotonic_s()
        if self._ready:  # what is said to a proxy before is not the request
            SENDING.get().sent = True
        super().send(data)  # type: ignore[misc]  # the connection class mixed with


class _Http(_Watched, HTTPConnection):
    pass


class _Https(_Watched, HTTPSConnection):
    pass


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


_KEPT = 16


def pools(proxy: str | None) -> PoolManager:
    """Return pools of watched connections, direct or through `proxy` (http, https, socks5).

    Raises:
        ValueError: a SOCKS proxy is asked for and PySocks is not installed.
    """
    options: dict[str, Any] = {"maxsize": _KEPT, "retries": False, "ssl_context": trust()}
    if proxy is None:
        manager = PoolManager(**options)
    elif proxy.startswith("socks"):
        return _socks(proxy, options)
    else:
        manager = ProxyManager(proxy, **options)
    manager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}
    return manager


def trust() -> ssl.SSLContext:
    """Return a context that trusts this system's authorities and certifi's."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _socks(proxy: str, options: dict[str, Any]) -> PoolManager:
    try:
        from urllib3.contrib.socks import SOCKSConnection, SOCKSHTTPSConnection, SOCKSProxyManager
    except ImportError as error:
        msg = "a SOCKS proxy needs PySocks: pip install 'realtrade[socks]'"
        raise ValueError(msg) from error

    class Http(_Watched, SOCKSConnection):
        pass

    class Https(_Watched, SOCKSHTTPSConnection):
        pass

    class HttpPool(HTTPConnectionPool):
        ConnectionCls = Http

    class HttpsPool(HTTPSConnectionPool):
        ConnectionCls = Https

    manager = SOCKSProxyManager(proxy, **options)
    manager.pool_classes_by_scheme = {"http": HttpPool, "https": HttpsPool}
    return manager
