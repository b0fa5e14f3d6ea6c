"""The store: one connection to an exchange over REST, shared by everything that talks to it."""

from __future__ import annotations

import threading
from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Self

from realtrade.common.history import History
from realtrade.common.market_feed import MarketFeed
from realtrade.common.rest import reading, unified
from realtrade.common.rest.ccxt_errors import Told, translated
from realtrade.common.rest.client import Wiring, make_client
from realtrade.common.rest.connection import Connection
from realtrade.common.rest.errors import Gated, OddAnswer, Refused, RestError
from realtrade.common.rest.markets_cache import MarketsCache
from realtrade.common.rest.proxies import proxy_for
from realtrade.common.rest.rate_gate import RateGate, Urgency
from realtrade.common.rest.server_clock import ServerClock
from realtrade.common.rest.session import Session
from realtrade.common.rest.transport import Limits, Transport
from realtrade.model.account import Balance
from realtrade.plugins.ports.feed import FeedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from realtrade.common.rest.listing import Listing, Ticker
    from realtrade.model.account import AccountState, VenueOrder
    from realtrade.model.bar import BarColumns
    from realtrade.model.instrument import Instrument, MarketType
    from realtrade.model.order import Position
    from realtrade.plugins.ports.exchange import FeedRequest
    from realtrade.plugins.ports.gateway import Outcome
    from realtrade.utils.timeframes import Timeframe


class BaseStore:
    """One connection over REST. Safe from any thread: each has a ccxt client of its own.

    An exchange overrides `NAME` and what differs: how its client is made (`_create_exchange`),
    what it lists, what its bars and errors look like. What is not overridden goes through ccxt's
    unified methods.

    Every public method may raise `RestError`; no message of it has a secret in it.
    """

    NAME: ClassVar[str] = ""
    """ccxt's id of the exchange."""
    STRICT: ClassVar[bool] = False
    """Whether this class knows the exchange's errors by number; else ccxt is believed."""
    PER_MINUTE: ClassVar[Mapping[str, float]] = {}
    """Weight of a minute, by market type; by ccxt's pace where it is not said."""
    WEIGHT: ClassVar[Mapping[str, float]] = {}
    """Weight of one unit of ccxt's cost, by market type."""
    WEIGHT_HEADER: ClassVar[str] = ""
    """Header that tells the weight used in this minute."""

    _STORES: ClassVar[dict[tuple[Any, ...], BaseStore]] = {}
    _STORES_LOCK: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, **kwargs: Any) -> None:
        self.connection = Connection.of(**kwargs)
        self.clock = ServerClock(self.connection.clock, self._fetch_time_ms)
        proxy = proxy_for(self.rest_base, self.connection.proxy)
        self._transport = Transport(proxy=proxy)
        self.gate = RateGate.shared(self._gate_name(), self._make_gate)
        self._local = threading.local()
        self._lock = threading.RLock()
        self._loaded: Any = None
        self._listings: dict[str, Listing] = {}
        self._connected = False

    @classmethod
    def get_instance(cls, **kwargs: Any) -> Self:
        """Return the one store of a connection; made when first asked for.

        Args:
            **kwargs: see `Connection`: apikey, secret, market_type, testnet, proxy, endpoints,
                cache, receive_window_ms; clock and blot count only when the store is made.
        """
        key = (cls, *Connection.of(**kwargs).key)
        store = cls._STORES.get(key)
        if store is None:
            with cls._STORES_LOCK:
                store = cls._STORES.get(key)
                if store is None:
                    store = cls._STORES[key] = cls(**kwargs)
        assert isinstance(store, cls)  # noqa: S101 - its class is part of the key
        return store

    def adopt(self, other: Self) -> None:
        """Know what another store of the same market knows already: what is listed."""
        self._listings = dict(other.listings())

    def close(self) -> None:
        """Close connections and forget this store; used again, it connects again."""
        with self._STORES_LOCK:
            for key in [key for key, store in self._STORES.items() if store is self]:
                del self._STORES[key]
        self._transport.close()
        self._connected = False

    # ---- the client ----

    @property
    def market_type(self) -> MarketType:
        """`spot` or `swap`."""
        return self.connection.market_type

    @property
    def rest_base(self) -> str:
        """Where requests go: the recipe's address, or the exchange's own."""
        return self.connection.endpoints.rest or self._own_base()

    def _own_base(self) -> str:
        """Return the exchange's own address; an exchange may know a better one."""
        return "https://localhost.invalid"

    @property
    def exchange(self) -> Any:
        """The ccxt client of the calling thread."""
        client = getattr(self._local, "client", None)
        if client is None:
            client = self._local.client = self._create_exchange(self.market_type)
        return client

    def _create_exchange(self, market_type: MarketType, **kwargs: Any) -> Any:
        """Return a new ccxt client; an exchange passes settings of its own in `kwargs`."""
        given = self.connection
        config = {
            "recvWindow": given.receive_window_ms,
            "defaultType": market_type,
            "fetchOpenOrders": {"warnWithoutSymbol": False},
        }
        options = {**config, **kwargs.pop("options", {})}
        keys = {}
        if given.apikey is not None and given.secret is not None:
            keys = {"apiKey": given.apikey.reveal(), "secret": given.secret.reveal()}
        session = Session(self._transport, self.gate, base=given.endpoints.rest)
        weight = self.WEIGHT.get(market_type, 1.0)
        wiring = Wiring(session, self.gate, weight=weight, share=self._share_markets)
        wiring.clock = self.clock
        settings = {**keys, **kwargs, "options": options}
        client = make_client(self.NAME, wiring, settings, strict=self.STRICT)
        if market_type not in self.PER_MINUTE:
            self.gate.limit(60_000 / max(float(client.rateLimit), 1.0))
        return client

    def _share_markets(self, client: Any, reload: bool) -> Any:
        with self._lock:
            if self._loaded is None or reload:
                client.load_markets_alone(reload)
                self._loaded = client
            elif self._loaded is not client:
                client.set_markets_from_exchange(self._loaded)
            return client.markets

    def _gate_name(self) -> str:
        return f"{self.NAME} {self.market_type} {self.rest_base} {self.connection.testnet}"

    def _make_gate(self) -> RateGate:
        per_minute = self.PER_MINUTE.get(self.market_type, 600.0)
        return RateGate(self.connection.clock, per_minute=per_minute, header=self.WEIGHT_HEADER)

    # ---- requests ----

    def call(
        self,
        endpoint: str,
        *args: Any,
        urgency: Urgency = Urgency.READ,
        limits: Limits | None = None,
    ) -> Any:
        """Call one method of the client, such as `privatePostOrder`, once.

        Raises:
            RestError: it did not succeed.
        """
        client = self.exchange
        client.wiring.urgency = urgency
        client.wiring.session.limits = limits or Limits()
        client.wiring.session.status = 0
        try:
            answer = getattr(client, endpoint)(*args)
        except RestError as error:
            self._connected = isinstance(error, Refused | Gated)
            raise
        except Exception as error:  # noqa: BLE001 - ccxt is foreign, and an order may have left
            # ccxt's own words may have a signed address in them: they are not kept as the cause.
            raise translated(error, client.wiring.session.status) from None
        self._connected = True
        return answer

    def read(
        self,
        endpoint: str,
        *args: Any,
        urgency: Urgency = Urgency.READ,
        limits: Limits | None = None,
        tries: int = reading.TRIES,
    ) -> Any:
        """Call a method that changes nothing, again after what passes: network, 5xx, 429, clock.

        Raises:
            RestError: it did not succeed, several times or for good.
        """
        options: dict[str, Any] = {"urgency": urgency, "limits": limits}
        if self.clock.stale:
            reading.patiently(self, self.clock.measure, tries=tries)
        return reading.patiently(self, lambda: self.call(endpoint, *args, **options), tries=tries)

    def outcome_of(self, error: RestError) -> Outcome:
        """Say what an error means; an exchange knows its own by number."""
        if isinstance(error, Told):
            return error.outcome
        return reading.general_outcome(error)

    # ---- time ----

    def now_ms(self) -> int:
        """Return the exchange's time, as last measured."""
        return self.clock.now_ms()

    def _fetch_time_ms(self) -> int:
        if not self.exchange.has.get("fetchTime"):
            return self.connection.clock.now_ms()
        told = self.call("fetch_time")
        if not isinstance(told, int):
            raise OddAnswer("the exchange was asked for its time and told none")
        return told

    def test_connection(self) -> bool:
        """Ask for the exchange's time, with a key also for the account; tell whether it answers."""
        try:
            self.clock.measure()
            if self.connection.apikey is not None:
                self.fetch_state()
        except RestError:
            self._connected = False
        return self._connected

    @property
    def is_connected(self) -> bool:
        """Tell whether the exchange has answered the last request that could be sent."""
        return self._connected

    # ---- what is listed ----

    def listings(self, *, reload: bool = False) -> Mapping[str, Listing]:
        """Return everything listed, by unified symbol: one request, kept on disk for a while."""
        if reload:  # whoever asks meanwhile is told what was known before
            self._listings = self._load(reload)
        elif not self._listings:
            with self._lock:
                self._listings = self._listings or self._load(reload)
        return self._listings

    def _load(self, reload: bool) -> dict[str, Listing]:
        cache = self._cache()
        found = None if cache is None or reload else cache.load()
        if found is None:
            found = list(self._fetch_listings())
            if cache is not None:
                cache.save(found)
        return {one.instrument.symbol: one for one in found}

    def _cache(self) -> MarketsCache | None:
        given = self.connection
        if given.folder is None:
            return None
        return MarketsCache(given.folder / f"markets-{given.venue_of(self.NAME)}.json", given.clock)

    def _fetch_listings(self) -> Sequence[Listing]:
        return unified.listings(self)

    def get_markets(self) -> Mapping[str, Instrument]:
        """Return every instrument listed, by unified symbol."""
        return {symbol: one.instrument for symbol, one in self.listings().items()}

    def listing(self, symbol: str) -> Listing | None:
        """Return what is listed under a unified symbol, or None."""
        return self.listings().get(symbol)

    # ---- market data ----

    def timeframes(self) -> Sequence[str]:
        """Return the lengths of bars the exchange has; an exchange may say them itself."""
        return tuple(self.exchange.timeframes or ())

    def feed(self, request: FeedRequest) -> MarketFeed:
        """Return the feed of one symbol and timeframe.

        Raises:
            FeedError: the symbol or the timeframe is not known here, or nothing answers.
        """
        known = self.timeframes()
        if str(request.timeframe) not in known:
            has = f"{self.NAME} has no {request.timeframe} bars; it has {', '.join(known)}"
            msg = f"feed '{request.name}': {has}"
            raise FeedError(msg)
        one, history = self._wanted(request), History(self, self.bars_folder)
        return MarketFeed(request, instrument=one.instrument, market_id=one.id, history=history)

    def _wanted(self, request: FeedRequest) -> Listing:
        """Return what a feed is to be of.

        Raises:
            FeedError: it is not known here, or nothing answers.
        """
        try:
            return self.known(request.symbol)
        except (LookupError, RestError) as error:
            msg = f"feed '{request.name}': {error}"
            raise FeedError(msg) from error

    @property
    def bars_folder(self) -> Path | None:
        """Where bars of this venue are kept; None where nothing is kept of it."""
        given = self.connection
        return None if given.folder is None else given.folder / given.venue_of(self.NAME)

    def fetch_bars(
        self, symbol: str, timeframe: Timeframe, since_ms: int, until_ms: int
    ) -> BarColumns:
        """Return one page of closed bars that open in `[since_ms, until_ms)`, oldest first.

        At most as many as the exchange gives at once (1,000 at most): the first ones. A bar that
        was not over when the request was sent is left out.

        Raises:
            RestError: no answer, or none to trust.
            LookupError: the symbol is not listed.
        """
        closed_by = self.now_ms() - int(self.clock.error_ms)
        rows = self._fetch_rows(self.known(symbol), timeframe, since_ms, until_ms)
        return reading.columns(rows, timeframe, since_ms, min(until_ms, closed_by), closed_by)

    def known(self, symbol: str) -> Listing:
        """Return what is listed under a unified symbol.

        Raises:
            LookupError: nothing.
        """
        listing = self.listing(symbol)
        if listing is None:
            msg = f"{self.NAME} {self.market_type} lists no '{symbol}'"
            raise LookupError(msg)
        return listing

    def _fetch_rows(
        self, listing: Listing, timeframe: Timeframe, since_ms: int, until_ms: int
    ) -> Sequence[Sequence[Any]]:
        """Return rows of open time, open, high, low, close, volume; more columns are ignored."""
        return unified.bars(self, listing, timeframe, since_ms, until_ms)

    def get_ticker(self, symbol: str) -> Ticker:
        """Return the last price of a symbol."""
        return unified.ticker(self, self.known(symbol))

    # ---- the account ----

    def fetch_state(self) -> AccountState:
        """Return balances and positions."""
        return unified.state(self)

    def get_balance(self, currency: str) -> Balance:
        """Return how much of a currency the account has."""
        return self.fetch_state().balances.get(currency, Balance(Decimal(0)))

    def get_total_value(self, currency: str) -> Decimal:
        """Return what all balances are worth in a currency; what has no price counts nothing."""
        total = Decimal(0)
        for name, balance in self.fetch_state().balances.items():
            total += balance.total * self._price(name, currency)
        return total

    def _price(self, base: str, quote: str) -> Decimal:
        if base == quote:
            return Decimal(1)
        end = f":{quote}" if self.market_type == "swap" else ""
        with suppress(LookupError):
            return self.get_ticker(f"{base}/{quote}{end}").last
        with suppress(LookupError):
            return 1 / self.get_ticker(f"{quote}/{base}").last
        return Decimal(0)

    def get_positions(self, symbols: Sequence[str] | None = None) -> Mapping[str, Position]:
        """Return open positions by symbol; always none on spot, which knows balances only."""
        held = self.fetch_state().positions
        return {name: one for name, one in held.items() if symbols is None or name in symbols}

    def get_open_orders(self, symbol: str | None = None) -> Sequence[VenueOrder]:
        """Return open orders of a symbol, or of all."""
        return unified.open_orders(self, symbol)
