"""A simulated exchange with one account, and what talks to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from realtrade.binance.gateway import BinanceGateway
from realtrade.binance.store import BinanceStore
from realtrade.common.rest import rate_gate
from realtrade.testing import SimExchange
from tests.binance.orders_made import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY, SECRET = "the-api-key", "the-secret-of-it"


@pytest.fixture
def market() -> str:
    """Return the market a test is about; a test may parametrise it."""
    return "spot"


@pytest.fixture
def venue() -> Iterator[SimExchange]:
    with SimExchange([*NAMES.values()]) as running:
        running.add_account(KEY, SECRET, {"USDT": "10000", "BTC": "1"}, futures={"USDT": "10000"})
        for symbol in NAMES.values():
            running.move(symbol, "50000")
        yield running


@pytest.fixture
def store(venue: SimExchange, market: str) -> Iterator[BinanceStore]:
    made = BinanceStore(endpoints=venue.url, market_type=market, apikey=KEY, secret=SECRET)
    yield made
    made.close()


@pytest.fixture
def gateway(store: BinanceStore) -> BinanceGateway:
    return BinanceGateway(store)


@pytest.fixture
def short_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let limits that say nothing of their length last a second, not a minute, nor five."""
    monkeypatch.setattr(rate_gate, "_MINUTE_MS", 1_000)
    monkeypatch.setattr(rate_gate, "_BAN_S", 1.0)
