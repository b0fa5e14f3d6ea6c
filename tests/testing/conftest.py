from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import ccxt
import pytest
import requests
from requests.adapters import HTTPAdapter

from realtrade.testing import SimExchange

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY, SECRET = "the-key", "the-secret"


class Rerouting(HTTPAdapter):
    """Sends what is meant for Binance's hosts to the simulated exchange; ccxt never knows."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base

    def send(self, request: Any, *args: Any, **options: Any) -> Any:
        parts = urlsplit(request.url)
        request.url = self._base + parts.path + (f"?{parts.query}" if parts.query else "")
        return super().send(request, *args, **options)


def ccxt_client(exchange: SimExchange, kind: str = "spot", **options: Any) -> ccxt.binance:
    """Return a real ccxt client, as much like the live one as can be."""
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", Rerouting(exchange.url))
    client = ccxt.binance(
        {
            "apiKey": KEY,
            "secret": SECRET,
            "session": session,
            "timeout": 20_000,
            "enableRateLimit": False,
            "options": {
                "fetchMarkets": {"types": [kind]},
                "fetchMargins": False,
                "defaultType": "spot" if kind == "spot" else "swap",
                **options,
            },
        }
    )
    client.has["fetchCurrencies"] = False
    return client


@pytest.fixture
def exchange() -> Iterator[SimExchange]:
    with SimExchange() as running:
        running.add_account(KEY, SECRET, {"USDT": "10000", "BTC": "1"}, futures={"USDT": "10000"})
        yield running


@pytest.fixture
def client(exchange: SimExchange) -> Iterator[ccxt.binance]:
    made = ccxt_client(exchange)
    yield made
    made.session.close()


@pytest.fixture
def wire(exchange: SimExchange) -> Iterator[Any]:
    from tests.testing.wire import Wire

    with Wire(exchange) as made:
        yield made
