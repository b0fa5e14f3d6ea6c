"""The `ccxt` exchange of a recipe: bars and orders of one of ccxt's exchanges, over REST."""

from __future__ import annotations

import difflib
import logging
from typing import TYPE_CHECKING

from realtrade.common.market_feed import MarketFeed
from realtrade.common.polling import PollingStream
from realtrade.common.rest.errors import RestError
from realtrade.common.rest.lazy_ccxt import exchange_names
from realtrade.generic_ccxt.capability import find_ways
from realtrade.generic_ccxt.examination import examine
from realtrade.generic_ccxt.gateway import CcxtGateway
from realtrade.generic_ccxt.names import Names
from realtrade.generic_ccxt.store import CcxtStore, has_test_venue, store_class
from realtrade.generic_ccxt.stream import PollingAccount
from realtrade.generic_ccxt.traits import traits_of
from realtrade.plugins.errors import SettingWrong
from realtrade.plugins.ports.gateway import GatewayError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from realtrade.generic_ccxt.config import CcxtConfig
    from realtrade.model.instrument import Instrument
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.plugins.ports.checks import Check
    from realtrade.plugins.ports.exchange import FeedRequest
    from realtrade.plugins.ports.feed import Feed
    from realtrade.plugins.ports.venue import Venue
    from realtrade.plugins.secret import Secret, SecretRef

_LOG = logging.getLogger(__name__)


def build(config: CcxtConfig, context: BuildContext) -> CcxtExchange:
    """Return the exchange; nothing is asked of it yet.

    Raises:
        SettingWrong: ccxt knows no such exchange, or has no bars or no test venue of it.
    """
    known = exchange_names()
    if config.id not in known:
        near = difflib.get_close_matches(config.id, known, n=1)
        hint = f"did you mean '{near[0]}'?" if near else "see ccxt's list of exchanges"
        msg = f"ccxt knows no exchange '{config.id}'"
        raise SettingWrong(msg, at="id", hint=hint)
    if context.testnet and config.endpoints is None and not has_test_venue(config.id):
        msg = f"ccxt knows no test venue of '{config.id}'"
        raise SettingWrong(msg, at="id", hint="use mode paper")
    exchange = CcxtExchange(config, context)
    if not exchange.store.exchange.has.get("fetchOHLCV"):
        exchange.close()
        msg = f"ccxt has no bars of '{config.id}'"
        raise SettingWrong(msg, at="id", hint="bring bars as files: type: file")
    return exchange


class CcxtExchange:
    """One of ccxt's exchanges. Bars need no key; a key is read when orders are wanted."""

    def __init__(self, config: CcxtConfig, context: BuildContext) -> None:
        self._config, self._context = config, context
        self._stores: list[CcxtStore] = []
        self._streams: list[PollingStream] = []
        self._symbols: dict[str, None] = {}
        self._trading: CcxtStore | None = None
        self._gateway: CcxtGateway | None = None
        self.names = Names(traits_of(config.id).spelling)
        self.store = self._connect()

    def _connect(
        self,
        apikey: Secret | None = None,
        secret: Secret | None = None,
        password: Secret | None = None,
    ) -> CcxtStore:
        given, context = self._config, self._context
        store = store_class(given.id).get_instance(
            apikey=apikey,
            secret=secret,
            password=password,
            market_type=given.market,
            testnet=context.testnet,
            receive_window_ms=min(traits_of(given.id).window_ms, 5_000),
            proxy=given.proxy,
            endpoints=given.endpoints,
            cache=context.cache,
            clock=context.clock,
            blot=context.blot,
        )
        self._stores.append(store)
        return store

    @property
    def trading(self) -> CcxtStore:
        """The store with the recipe's key.

        Raises:
            GatewayError: the recipe names no key.
        """
        if self._trading is None:
            given = self._config
            if given.api_key is None or given.secret is None:
                msg = "orders need a key: give api_key and secret under `exchange`"
                raise GatewayError(msg)
            keys = (self._read(one) for one in (given.api_key, given.secret, given.password))
            self._trading = self._connect(*keys)
        return self._trading

    def _read(self, reference: SecretRef | None) -> Secret | None:
        return None if reference is None else self._context.secret(reference)

    def feed(self, request: FeedRequest) -> MarketFeed:
        """Return the feed for one symbol and timeframe.

        Raises:
            FeedError: the symbol or the timeframe is not known here, or nothing answers.
        """
        self._symbols[request.symbol] = None
        return self.store.feed(request)

    def stream(self, feeds: Mapping[str, Feed]) -> PollingStream:
        """Return one stream for all `feeds`, keyed by name."""
        own = {name: one for name, one in feeds.items() if isinstance(one, MarketFeed)}
        if len(own) < len(feeds):
            others = ", ".join(sorted(set(feeds) - set(own)))
            msg = f"an exchange cannot stream feeds it did not make: {others}"
            raise TypeError(msg)
        stream = PollingStream(own, pages=self.store, clock=self._context.clock)
        self._streams.append(stream)
        return stream

    def venue(self) -> Venue | None:
        """Return None: orders go through `gateway`."""
        return None

    def instrument(self, symbol: str) -> Instrument | None:
        """Return what is known of `symbol`, or None."""
        listing = self.store.listing(symbol)
        return None if listing is None else listing.instrument

    def gateway(self) -> CcxtGateway:
        """Return the door to the account, once it is seen that orders can be found again.

        Raises:
            GatewayError: no key was given, the exchange takes no orders of ours, or is not there.
        """
        if self._gateway is None:
            why = self._config.no_orders()
            if why is not None:
                raise GatewayError(why)
            store = self.trading
            try:
                store.clock.measure()
                found = find_ways(store, self.names, tuple(self._symbols))
            except RestError as error:
                msg = f"the account cannot be reached: {error}"
                raise GatewayError(msg) from error
            _LOG.warning(
                "%s: ccxt cannot ask what the key may do: it must not withdraw", store.NAME
            )
            currency = self._config.currency
            self._gateway = CcxtGateway(store, self.names, found, currency=currency)
        return self._gateway

    def account_stream(self) -> PollingAccount:
        """Return what tells of the account's events, not yet started.

        Raises:
            GatewayError: the recipe names no key.
        """
        return PollingAccount(self.trading, self.names, every_s=self._config.poll_s)

    def hold(self, until_ms: int) -> None:
        """Send nothing before a time on our clock."""
        self.store.gate.hold(until_ms)

    def on_ban(self, tell: Callable[[int], None]) -> None:
        """Have `tell` called when nothing may be sent until a time."""
        self.store.gate.on_ban = tell

    def examine(self, feeds: Sequence[FeedRequest], *, orders: bool) -> Iterator[Check]:
        """Yield what would help or stop a run; see `Examines`."""
        return examine(self, self._config, feeds, orders=orders)

    def now_ms(self) -> int:
        """Return the exchange's time as last measured, the machine's before that; asks nobody."""
        return (self._trading or self.store).clock.now_ms()

    def close(self) -> None:
        """Stop every stream and close every connection."""
        for stream in self._streams:
            stream.stop()
        for store in self._stores:
            store.close()
        self.store.gate.on_ban = None
