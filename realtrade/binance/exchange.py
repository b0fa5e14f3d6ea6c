"""The `binance` exchange of a recipe: what ties store, streams and gateway together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.binance import permissions
from realtrade.binance.examination import examine
from realtrade.binance.gateway import BinanceGateway
from realtrade.binance.market_streams import market_streams
from realtrade.binance.probes import probes
from realtrade.binance.setup import Setup
from realtrade.binance.store import BinanceStore
from realtrade.binance.user_stream import account_stream
from realtrade.common.rest.connection import Bases
from realtrade.common.rest.errors import RestError
from realtrade.common.streaming.joint import JointStream
from realtrade.plugins.ports.gateway import GatewayError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from realtrade.binance.config import BinanceConfig
    from realtrade.binance.line import MarketStream
    from realtrade.binance.user_stream import BinanceAccountStream
    from realtrade.common.market_feed import MarketFeed
    from realtrade.common.ticks import TickFeed
    from realtrade.model.instrument import Instrument
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.plugins.ports.checks import Check
    from realtrade.plugins.ports.exchange import BarStream, FeedRequest
    from realtrade.plugins.ports.feed import Feed
    from realtrade.plugins.ports.health import Probe
    from realtrade.plugins.ports.venue import Venue


class BinanceExchange:
    """Binance, connected as a recipe says. Bars need no key; a key is read when orders are wanted.

    Nothing is asked of Binance before the first feed or the gateway is.
    """

    def __init__(self, config: BinanceConfig, context: BuildContext) -> None:
        self._config = config
        self._context = context
        self._stores: list[BinanceStore] = []
        self.store = self._connect()
        self._trading: BinanceStore | None = None
        self._gateway: BinanceGateway | None = None
        self._streams: list[MarketStream] = []

    def _connect(self, **keys: Any) -> BinanceStore:
        given, context = self._config, self._context
        store = BinanceStore.get_instance(
            market_type=given.market,
            testnet=context.testnet,
            proxy=given.proxy,
            endpoints=Bases.of(given.endpoints),
            cache=context.cache,
            clock=context.clock,
            blot=context.blot,
            **keys,
        )
        self._stores.append(store)
        return store

    @property
    def trading(self) -> BinanceStore:
        """The store with the recipe's key.

        Raises:
            GatewayError: the recipe names no key.
        """
        if self._trading is None:
            given = self._config
            if given.api_key is None or given.secret is None:
                msg = "orders need a key: give api_key and secret under `exchange`"
                raise GatewayError(msg)
            read = self._context.secret
            self._trading = self._connect(apikey=read(given.api_key), secret=read(given.secret))
        return self._trading

    def feed(self, request: FeedRequest) -> MarketFeed | TickFeed:
        """Return the feed for one symbol and timeframe.

        Raises:
            FeedError: the symbol or the timeframe is not known here, or nothing answers.
        """
        return self.store.feed(request)

    def stream(self, feeds: Mapping[str, Feed]) -> BarStream:
        """Return one stream for all `feeds`, keyed by name."""
        streams = market_streams(feeds, self.store)
        self._streams += streams.values()
        return JointStream(streams) if len(streams) != 1 else next(iter(streams.values()))

    def venue(self) -> Venue | None:
        """Return None: orders go through `gateway`."""
        return None

    def instrument(self, symbol: str) -> Instrument | None:
        """Return what is known of `symbol`, or None."""
        listing = self.store.listing(symbol)
        return None if listing is None else listing.instrument

    def gateway(self) -> BinanceGateway:
        """Return the door to the account, after a look at the clock and at what the key may do.

        Raises:
            GatewayError: no key was given, it may do too much or too little, or nothing answers.
        """
        if self._gateway is None:
            store = self.trading
            try:
                store.clock.measure()
                permissions.check(store, self._config.allow)
                store.adopt(self.store)
            except RestError as error:
                msg = f"the account cannot be reached: {error}"
                raise GatewayError(msg) from error
            given = self._config
            setup = Setup(store, leverage=given.leverage, margin=given.margin)
            self._gateway = BinanceGateway(store, currency=given.currency, setup=setup)
        return self._gateway

    def account_stream(self) -> BinanceAccountStream:
        """Return a stream of the account's events, not yet started.

        Raises:
            GatewayError: the recipe names no key.
        """
        return account_stream(self.trading)

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
        """Return Binance's time as last measured, the machine's before that; asks nobody."""
        return (self._trading or self.store).clock.now_ms()

    def probes(self) -> Mapping[str, Probe]:
        """Return what tells how Binance is doing for us; see `HasProbes`."""
        return probes(lambda: self._stores, lambda: self._streams, self._context.clock)

    def close(self) -> None:
        """Stop every stream and close every connection."""
        for stream in self._streams:
            stream.stop()
        for store in self._stores:
            store.close()
        self.store.gate.on_ban = None


def build(config: BinanceConfig, context: BuildContext) -> BinanceExchange:
    """Return the exchange; nothing is connected yet."""
    return BinanceExchange(config, context)
