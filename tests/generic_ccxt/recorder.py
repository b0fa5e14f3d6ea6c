"""An exchange that writes down what it is sent, and answers what a test wants it to."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

from realtrade.generic_ccxt.leaving import Leaving, read
from realtrade.generic_ccxt.store import CcxtStore, store_class

if TYPE_CHECKING:
    from collections.abc import Callable

Answer = dict[str, Any] | list[Any]


class Recorder:
    """Listens on loopback; `answers` is looked up by the end of a path, `{}` where none fits."""

    def __init__(self) -> None:
        self.seen: list[Leaving] = []
        self.answers: dict[str, Answer | Callable[[Leaving], Answer]] = {}
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                size = int(self.headers.get("Content-Length") or 0)
                body = recorder.answer(self.command, self.path, self.rfile.read(size))
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_DELETE = _answer  # noqa: N815 - names of the base class

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its own name
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def answer(self, method: str, path: str, body: bytes) -> bytes:
        """Note a request; return what it is answered."""
        seen = read(method, path, body)
        self.seen.append(seen)
        found = next((a for end, a in self.answers.items() if seen.path.endswith(end)), {})
        return json.dumps(found(seen) if callable(found) else found).encode()

    @property
    def url(self) -> str:
        """Return its base."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def orders(self) -> list[Leaving]:
        """Return what was sent to change something."""
        return [one for one in self.seen if one.method != "GET"]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


MARKET_IDS = {
    ("okx", "spot"): "BTC-USDT",
    ("okx", "swap"): "BTC-USDT-SWAP",
    ("kraken", "spot"): "XBTUSDT",
    ("kucoin", "spot"): "BTC-USDT",
    ("gate", "spot"): "BTC_USDT",
    ("coinbase", "spot"): "BTC-USDT",
}


def store_of(name: str, market: Any, url: str) -> CcxtStore:
    """Return a store of ccxt's exchange `name` that knows one market without asking."""

    class Store(store_class(name)):  # type: ignore[misc]  # made for the name
        NAME = name

        def _share_markets(self, client: Any, reload: bool) -> Any:
            if not client.markets:
                client.set_markets([_market(name, market)])
            return client.markets

        def _create_exchange(self, market_type: Any, **kwargs: Any) -> Any:
            client = super()._create_exchange(market_type, **kwargs)
            client.enableRateLimit = False  # nobody here minds, and the slowest wait for a second
            return client

        def _fetch_time_ms(self) -> int:
            return int(self.connection.clock.now_ms())

    keys = {"apikey": "a-key-of-letters-only", "secret": "c2VjcmV0LW9mLXRlc3Q=", "password": "p"}
    return Store(market_type=market, endpoints=url, proxy="none", **keys)


def _market(name: str, kind: str) -> dict[str, Any]:
    swap = kind == "swap"
    number = MARKET_IDS.get((name, kind), "BTCUSDT")
    return {
        **dict.fromkeys(("id", "lowercaseId"), number),
        "symbol": "BTC/USDT:USDT" if swap else "BTC/USDT",
        **dict.fromkeys(("base", "baseId"), "BTC"),
        **dict.fromkeys(("quote", "quoteId"), "USDT"),
        **dict.fromkeys(("settle", "settleId"), "USDT" if swap else None),
        "type": kind,
        "subType": "linear" if swap else None,
        "spot": not swap,
        **dict.fromkeys(("swap", "contract", "linear"), swap),
        **dict.fromkeys(("margin", "future", "option", "inverse"), False),
        "contractSize": "1" if swap else None,
        "active": True,
        "precision": {"amount": "0.0001", "price": "0.1"},
        "limits": {"amount": {"min": "0.0001", "max": None}, "cost": {"min": "1"}, "price": {}},
        "taker": 0.001,
        "maker": 0.001,
        "info": {},
    }
