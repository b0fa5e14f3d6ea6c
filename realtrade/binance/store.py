"""Binance over REST: spot and USDⓈ-M perpetuals, the real ones or their test venues."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from realtrade.binance import errors, markets
from realtrade.binance.account import AccountReader, spot_state, swap_state
from realtrade.binance.config import BinanceConfig
from realtrade.binance.search import Finder
from realtrade.binance.signing import signed
from realtrade.binance.trades import ticks_of
from realtrade.common.base_store import BaseStore
from realtrade.common.rest.errors import OddAnswer
from realtrade.common.rest.listing import Ticker
from realtrade.common.rest.unified import MARKETS, number
from realtrade.common.ticks import TickFeed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from realtrade.common.market_feed import MarketFeed
    from realtrade.common.rest.errors import RestError
    from realtrade.common.rest.listing import Listing
    from realtrade.common.rest.rate_gate import RateGate
    from realtrade.common.ticks import Tick
    from realtrade.model.account import AccountState, VenueOrder
    from realtrade.model.instrument import MarketType
    from realtrade.plugins.ports.exchange import FeedRequest
    from realtrade.plugins.ports.gateway import Outcome
    from realtrade.utils.timeframes import Timeframe

PAGE = 1_000
_HOSTS = {
    ("spot", False): "https://api.binance.com",
    ("swap", False): "https://fapi.binance.com",
    ("spot", True): "https://testnet.binance.vision",
    ("swap", True): "https://demo-fapi.binance.com",
}
"""USDⓈ-M has no test net any more: its test venue is demo trading, with keys of its own."""

_ORDERS_FULL = b"-1015"
"""The limit of an account's orders is reached, not that of an address's requests."""


class BinanceStore(BaseStore):
    """One connection to Binance's spot or USDⓈ-M market."""

    NAME = "binance"
    STRICT = True
    PER_MINUTE: ClassVar[Mapping[str, float]] = {"spot": 6_000.0, "swap": 2_400.0}
    WEIGHT: ClassVar[Mapping[str, float]] = {"spot": 5.0, "swap": 1.0}
    WEIGHT_HEADER = "X-MBX-USED-WEIGHT-1M"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._named: Mapping[str, Listing] = {}
        self._names: dict[str, str] = {}

    def _own_base(self) -> str:
        return _HOSTS[self.market_type, self.connection.testnet]

    def _make_gate(self) -> RateGate:
        gate = super()._make_gate()
        gate.orders_full = _ORDERS_FULL
        return gate

    def _create_exchange(self, market_type: MarketType, **kwargs: Any) -> Any:
        """Return a client that lists one market with one request, sandboxed as the market is."""
        types = ["spot"] if market_type == "spot" else ["linear"]
        options: dict[str, Any] = {"fetchCurrencies": False, "fetchMargins": False}
        options |= {"fetchMarkets": {"types": types}}
        given = {"options": options, "has": {"fetchCurrencies": False}, **kwargs}
        client = super()._create_exchange(market_type, **given)
        if self.connection.testnet and self.connection.endpoints.rest is None:
            if market_type == "spot":
                client.set_sandbox_mode(True)
            else:
                client.enable_demo_trading(True)
        return client

    def ask(self, spot: str, swap: str, *args: Any, **kwargs: Any) -> Any:
        """Read from the endpoint of this store's market, by ccxt's names for both."""
        return self.read(spot if self.market_type == "spot" else swap, *args, **kwargs)

    def outcome_of(self, error: RestError) -> Outcome:
        """Say what an error means, by Binance's number for it."""
        return errors.outcome_of(error)

    def timeframes(self) -> Sequence[str]:
        """Return the lengths of bars Binance has."""
        return BinanceConfig.TIMEFRAMES

    def symbol_of(self, name: str) -> str:
        """Return the unified symbol of Binance's own name, or that name where it is not listed."""
        listings = self.listings()
        if self._named is not listings:
            self._names = {one.id: symbol for symbol, one in listings.items()}
            self._named = listings
        return self._names.get(name, name)

    def listen_key(self) -> str:
        """Return a new or the living listen key of USDⓈ-M, and have it blotted out of the log.

        Raises:
            RestError: no answer, or none to trust.
        """
        told = self.read("fapiPrivatePostListenKey")
        key = told.get("listenKey") if isinstance(told, dict) else None
        if not isinstance(key, str) or not key:
            raise OddAnswer("a listen key was asked for and not told")
        self.connection.blot(key)
        return key

    def keep_listen_key(self) -> None:
        """Have the listen key live for another hour.

        Raises:
            RestError: no answer, or the key has expired.
        """
        self.read("fapiPrivatePutListenKey")

    def signed(self, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return parameters for a request over the WebSocket API, stamped and signed.

        Raises:
            RestError: there is no key.
        """
        return signed(self.exchange, params or {})

    def fetch_state(self) -> AccountState:
        """Return balances and positions."""
        return spot_state(self) if self.market_type == "spot" else swap_state(self)

    def get_open_orders(self, symbol: str | None = None) -> Sequence[VenueOrder]:
        """Return open orders of a symbol, or of all; conditional ones too."""
        return AccountReader(self, Finder(self)).open_orders(None if symbol is None else [symbol])

    def _fetch_time_ms(self) -> int:
        name = "publicGetTime" if self.market_type == "spot" else "fapiPublicGetTime"
        told = self.call(name)
        if not isinstance(told, dict) or not isinstance(told.get("serverTime"), int):
            raise OddAnswer("the exchange was asked for its time and told none")
        return int(told["serverTime"])

    def _fetch_listings(self) -> Sequence[Listing]:
        params = {"showPermissionSets": "false"} if self.market_type == "spot" else {}
        names = ("publicGetExchangeInfo", "fapiPublicGetExchangeInfo")
        told = self.ask(*names, params, limits=MARKETS)
        for rule in told.get("rateLimits", ()) if isinstance(told, dict) else ():
            if rule.get("rateLimitType") == "REQUEST_WEIGHT" and rule.get("interval") == "MINUTE":
                self.gate.limit(rule["limit"] / rule.get("intervalNum", 1))
        return markets.listings(told, self.market_type)

    def _fetch_rows(
        self, listing: Listing, timeframe: Timeframe, since_ms: int, until_ms: int
    ) -> Sequence[Sequence[Any]]:
        params = {"symbol": listing.id, "interval": str(timeframe)}
        span = {"startTime": since_ms, "endTime": until_ms - 1, "limit": PAGE}
        rows = self.ask("publicGetKlines", "fapiPublicGetKlines", params | span)
        if not isinstance(rows, list):
            raise OddAnswer("klines are no list")
        return rows

    def feed(  # type: ignore[override]  # single trades have a feed of another kind
        self, request: FeedRequest
    ) -> MarketFeed | TickFeed:
        """Return the feed of one symbol, of bars or of single trades or quotes.

        Raises:
            FeedError: the symbol or the timeframe is not known here, or nothing answers.
        """
        if not request.timeframe.is_tick:
            return super().feed(request)
        one = self._wanted(request)
        return TickFeed(request, instrument=one.instrument, market_id=one.id, pages=self)

    def fetch_ticks(self, symbol: str, from_id: int | None, limit: int) -> list[Tick]:
        """Return at most `limit` aggregate trades from an id on, or the latest; oldest first.

        Raises:
            RestError: no answer, or none to trust.
            LookupError: the symbol is not listed.
        """
        params = {"symbol": self.known(symbol).id, "limit": min(limit, PAGE)}
        wanted = params if from_id is None else params | {"fromId": from_id}
        rows = self.ask("publicGetAggTrades", "fapiPublicGetAggTrades", wanted)
        return ticks_of(rows, from_id, self.now_ms())

    def get_ticker(self, symbol: str) -> Ticker:
        """Return the last price and the best bid and ask of a symbol."""
        names = ("publicGetTicker24hr", "fapiPublicGetTicker24hr")
        told = self.ask(*names, {"symbol": self.known(symbol).id})
        if not isinstance(told, dict) or "lastPrice" not in told:
            raise OddAnswer("a ticker has no last price")
        best = (number(told.get("bidPrice")) or None, number(told.get("askPrice")) or None)
        return Ticker(symbol, number(told["lastPrice"]), *best, int(told.get("closeTime", 0)))
