"""One connection to one of ccxt's exchanges."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from realtrade.common.base_store import BaseStore
from realtrade.common.rest.lazy_ccxt import exchange_class
from realtrade.generic_ccxt import orders
from realtrade.generic_ccxt.traits import Traits, traits_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from realtrade.common.rest.listing import Listing
    from realtrade.model.instrument import MarketType
    from realtrade.model.order import OrderIntent


class CcxtStore(BaseStore):
    """A store of which only the exchange's name is known, and what `traits` says of it."""

    @property
    def traits(self) -> Traits:
        """What ccxt does not tell of the exchange."""
        return traits_of(self.NAME)

    def _create_exchange(self, market_type: MarketType, **kwargs: Any) -> Any:
        """Return a client, of the test venue where that is wanted."""
        given, traits = self.connection, self.traits
        settings: dict[str, Any] = {"options": dict(traits.options), **kwargs}
        if given.password is not None:
            settings["password"] = given.password.reveal()
        if not traits.currencies:
            settings["has"] = {"fetchCurrencies": False}
        client = super()._create_exchange(market_type, **settings)
        if given.testnet and given.endpoints.rest is None:
            _to_test_venue(client, market_type)
        return client

    def features(self) -> Mapping[str, Any]:
        """Return what ccxt declares of this market, by method."""
        told = self.exchange.features or {}
        kind = told.get("spot") if self.market_type == "spot" else told.get("swap")
        if self.market_type == "swap":
            kind = (kind or {}).get("linear")
        return kind or {}

    def objections(self, intent: OrderIntent, listing: Listing) -> Iterator[str]:
        """Yield why an intent cannot be placed exactly as it is, before anything is tried."""
        return orders.objections(intent, listing, self.features(), buys_base=self.traits.buys_base)


def _to_test_venue(client: Any, market_type: MarketType) -> None:
    """Turn a client to where nothing costs money: Binance's sandbox has no swaps any more.

    Raises:
        ccxt.NotSupported: there is no such place.
    """
    without = client.id.startswith("binance") and market_type == "swap"
    if client.urls.get("demo") and (without or not client.urls.get("test")):
        client.enable_demo_trading(True)
    else:
        client.set_sandbox_mode(True)


def has_test_venue(name: str) -> bool:
    """Tell whether ccxt knows where an exchange may be tried without money."""
    client = exchange_class(name)()
    return bool(client.urls.get("test") or client.urls.get("demo"))


@cache
def store_class(name: str) -> type[CcxtStore]:
    """Return the store of ccxt's exchange `name`: nothing overridden but which it is."""
    return type(f"Store_{name}", (CcxtStore,), {"NAME": name})
