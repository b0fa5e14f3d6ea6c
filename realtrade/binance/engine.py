"""Binance for people who write their own Cerebro: store, broker and data in one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.binance import permissions
from realtrade.binance.broker import BinanceBroker
from realtrade.binance.data import BinanceData
from realtrade.binance.market_streams import market_streams
from realtrade.binance.store import BinanceStore
from realtrade.common.feed_hub import FeedHub

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from realtrade.binance.line import MarketStream
    from realtrade.model.instrument import MarketType
    from realtrade.plugins.ports.journal import Journal
    from realtrade.plugins.ports.risk import RiskRule, RiskWatch
    from realtrade.plugins.secret import Secret


class BinanceLiveData(BinanceData):
    """Bars of one market: history, then live ones from a stream of its own."""

    store: BinanceStore
    """Set by whoever makes it, before Cerebro starts it."""
    _stream: MarketStream | None = None

    def start(self) -> None:
        """Read the history, then begin to listen.

        Raises:
            FeedError: the history cannot be had.
        """
        super().start()
        store, feed, hub = self.store, self._origin, self._hub
        assert feed is not None  # noqa: S101 - it is made of one
        assert hub is not None  # noqa: S101 - it is made with one
        (self._stream,) = market_streams({self.feed_name: feed}, store).values()
        self._stream.start(hub)

    def stop(self) -> None:
        """Stop listening."""
        if self._stream is not None:
            self._stream.stop()
        super().stop()


def create_binance_engine(  # noqa: PLR0917 - the names and their order are a public promise
    apikey: str | Secret | None = None,
    secret: str | Secret | None = None,
    symbol: str = "BTC/USDT",
    timeframe: str = "1h",
    testnet: bool = True,
    paper_trading: bool = True,
    cash: float = 10_000.0,
    proxy: str | None = None,
    backtest: bool = False,
    market_type: MarketType = "spot",
    *,
    history: int = 500,
    currency: str = "USDT",
    journal: Journal | None = None,
    rules: Iterable[RiskRule | RiskWatch] = (),
    allow: Collection[str] = (),
    endpoints: Any = None,
    bot: str = "bot",
    **connection: Any,
) -> tuple[BinanceStore, BinanceBroker, BinanceData]:
    """Return a store, a broker and a data feed, ready for a Cerebro of your own.

    Safe unless told otherwise: the test venue, and fills that are only simulated. A bot that has
    to survive its own death is better run from a recipe: only there every bar is remembered.

    Args:
        apikey: needed for real orders only.
        secret: of the key: HMAC's, or an Ed25519 or RSA private key.
        symbol: `BTC/USDT` on spot, `BTC/USDT:USDT` on swap.
        timeframe: such as `1h`, or `tick` for every single trade.
        testnet: use Binance's test venue (spot test net; demo trading for swaps).
        paper_trading: fill orders from bars, send nothing.
        cash: what paper trading and backtests begin with.
        proxy: its address; None finds the system's, `none` uses none.
        backtest: bars of the past and nothing live; orders are never sent.
        market_type: `spot`, or `swap` for USDⓈ-M perpetuals.
        history: closed bars before the first live one, or the length of a backtest.
        currency: the account is kept in.
        journal: where orders are remembered before they are sent; needed for real ones.
        rules: risk rules, such as `realtrade.risk.rules` has them.
        allow: `withdrawals` accepts a key that may withdraw.
        endpoints: a gateway or test venue used instead of Binance.
        bot: goes into every order's id; two bots on one account need two names.
        **connection: cache, clock, receive_window_ms, as in `Connection`.

    Raises:
        ValueError: real orders are wanted without a journal or a key, or the timeframe is unknown.
        FeedError: the symbol is not known, or nothing answers.
        GatewayError: the key may do too much or too little.

    Example:
        ```python
        store, broker, data = create_binance_engine(symbol="BTC/USDT", timeframe="1m")
        cerebro = bt.Cerebro()
        cerebro.setbroker(broker)
        cerebro.adddata(data)
        cerebro.addstrategy(MyStrategy)
        cerebro.run()
        ```
    """
    paper = paper_trading or backtest
    if not paper and (apikey is None or journal is None):
        msg = "real orders need apikey, secret and journal=realtrade.storage.open_journal(...)"
        raise ValueError(msg)
    store = BinanceStore.get_instance(
        apikey=apikey,
        secret=secret,
        testnet=testnet,
        proxy=proxy,
        market_type=market_type,
        endpoints=endpoints,
        **connection,
    )
    if not paper:
        permissions.check(store, allow)
    hub = None if backtest else FeedHub()
    data = _data(store, hub, symbol=symbol, timeframe=timeframe, history=history)
    broker = BinanceBroker(
        store,
        paper_trading=paper,
        cash=cash,
        currency=currency,
        rules=rules,
        journal=None if paper else journal,
        bot=bot,
        wake=None if hub is None else hub.wake,
    )
    return store, broker, data


def _data(store: BinanceStore, hub: FeedHub | None, *, timeframe: str, **words: Any) -> BinanceData:
    if hub is None:
        return BinanceData.from_timeframe_string(timeframe, store, **words)
    data = BinanceLiveData.from_timeframe_string(timeframe, store, hub=hub, **words)
    data.store = store
    return data
