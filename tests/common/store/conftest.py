"""A store of Binance's dialect, and one as if nobody had written a dialect for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from realtrade.binance.store import BinanceStore
from realtrade.common import BaseStore
from realtrade.testing import SimExchange

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from realtrade.model.instrument import MarketType

    Make = Callable[..., BaseStore]

KEY, SECRET = "the-api-key", "the-secret-of-it"
NAMES: dict[str, str] = {"spot": "BTC/USDT", "swap": "BTC/USDT:USDT"}


class Unified(BaseStore):
    """Binance as if nobody had written a dialect for it."""

    NAME = "binance"

    def _create_exchange(self, market_type: MarketType, **kwargs: Any) -> Any:
        types = ["spot"] if market_type == "spot" else ["linear"]
        options = {"fetchMarkets": {"types": types}, "fetchMargins": False}
        return super()._create_exchange(
            market_type, options=options, has={"fetchCurrencies": False}, **kwargs
        )


@pytest.fixture
def venue() -> Iterator[SimExchange]:
    with SimExchange(NAMES.values()) as running:
        running.add_account(KEY, SECRET, {"USDT": "10000", "BTC": "1"}, futures={"USDT": "500"})
        for symbol in NAMES.values():
            running.move(symbol, "50000")
        yield running


@pytest.fixture
def make(venue: SimExchange) -> Iterator[Make]:
    made: list[BaseStore] = []

    def store(cls: type[BaseStore] = BinanceStore, **kwargs: Any) -> BaseStore:
        given = {"endpoints": venue.url, "apikey": KEY, "secret": SECRET, **kwargs}
        made.append(cls.get_instance(**given))
        return made[-1]

    yield store
    for one in made:
        one.close()
