"""A bare client for the tests: signs as Binance documents it, follows sockets, asks for nothing."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlencode

import requests
import websocket

from tests.testing.conftest import KEY, SECRET

if TYPE_CHECKING:
    from types import TracebackType

    from realtrade.testing import SimExchange


class Wire:
    """Raw requests, signed or not; the answer's status, headers and JSON as they came."""

    def __init__(self, exchange: SimExchange, key: str = KEY, secret: str = SECRET) -> None:
        self._exchange = exchange
        self._key, self._secret = key, secret
        self.session = requests.Session()
        self.session.trust_env = False

    def ask(
        self, method: str, path: str, *, timeout: float = 20, body: bool = False, **params: Any
    ) -> requests.Response:
        """Send as it is; parameters in the query, or in the body."""
        query = urlencode(params)
        return self._send(method, path, query, body=body, timeout=timeout)

    def signed(
        self, method: str, path: str, *, timeout: float = 20, body: bool = False, **params: Any
    ) -> requests.Response:
        """Sign and send; `timestamp` is the exchange's own unless given."""
        params.setdefault("timestamp", self._exchange.clock.now_ms())
        query = urlencode(params)
        signature = sign(query, self._secret)
        return self._send(
            method, path, f"{query}&signature={signature}", body=body, timeout=timeout
        )

    def order(self, **params: Any) -> requests.Response:
        """Place a spot order."""
        return self.signed("POST", "/api/v3/order", **params)

    def _send(
        self, method: str, path: str, query: str, *, body: bool, timeout: float
    ) -> requests.Response:
        url = self._exchange.url + path
        return self.session.request(
            method,
            url if body or not query else f"{url}?{query}",
            data=query if body else None,
            headers={
                "X-MBX-APIKEY": self._key,
                "Content-Type": "application/x-www-form-urlencoded",
            },
            timeout=timeout,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.session.close()


def sign(text: str, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


class Ear:
    """One WebSocket connection of the websocket-client library."""

    def __init__(self, exchange: SimExchange, path: str, timeout: float = 20) -> None:
        self.socket = websocket.create_connection(
            exchange.ws_url + path, timeout=timeout, http_no_proxy=["*"]
        )

    def say(self, message: Any) -> None:
        self.socket.send(json.dumps(message))

    def hear(self) -> Any:
        """Return the next message."""
        return json.loads(self.socket.recv())

    def hear_until(self, event: str) -> Any:
        """Return the first message of that event, whatever comes before."""
        while True:
            heard = self.hear()
            if event in {heard.get("e"), heard.get("event", {}).get("e")}:
                return heard

    def silent(self, seconds: float = 0.3) -> bool:
        """Tell whether nothing comes for a while."""
        before = self.socket.gettimeout()
        self.socket.settimeout(seconds)
        try:
            self.socket.recv()
        except websocket.WebSocketTimeoutException:
            return True
        finally:
            self.socket.settimeout(before)
        return False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.socket.shutdown()


def subscription(exchange: SimExchange, number: int) -> dict[str, Any]:
    """Return a signed request for the account's events on spot."""
    params = {"apiKey": KEY, "timestamp": exchange.clock.now_ms()}
    raw = "&".join(f"{name}={params[name]}" for name in sorted(params))
    return {
        "id": number,
        "method": "userDataStream.subscribe.signature",
        "params": {**params, "signature": sign(raw)},
    }


def user_stream(exchange: SimExchange) -> Ear:
    """Return a connection that follows the account on spot."""
    ear = Ear(exchange, "/ws-api/v3")
    ear.say(subscription(exchange, 1))
    assert ear.hear()["result"] == {"subscriptionId": 0}
    return ear
