"""Binance as a library: one call, and a Cerebro of Backtrader's own."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from datetime import UTC
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import backtrader as bt
import pytest

from realtrade.binance import BinanceBroker, BinanceData, BinanceStore, create_binance_engine
from realtrade.plugins.ports import FeedError, GatewayError
from realtrade.storage import MemoryJournal
from tests.binance.conftest import KEY, SECRET
from tests.binance.orders_made import BOTH, NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from realtrade.model.instrument import MarketType
    from realtrade.testing import SimExchange

LIVE_BARS = 12


class Turns(bt.Strategy):
    """Buys, holds three bars, sells, and so on; ends the run when it has seen enough."""

    params = (("most", 10**9),)

    def __init__(self) -> None:
        self.seen: list[tuple[int, float]] = []
        self.done: list[tuple[float, float]] = []

    def next(self) -> None:
        opened = bt.num2date(self.data.datetime[0]).replace(tzinfo=UTC)
        self.seen.append((round(opened.timestamp() * 1_000), self.data.close[0]))
        if len(self) % 4 == 1:
            self.buy(size=0.01)
        elif len(self) % 4 == 0 and self.position:
            self.close()
        if len(self) >= self.p.most:
            self.env.runstop()

    def notify_order(self, order: Any) -> None:
        if order.status == order.Completed:
            self.done.append((order.executed.size, order.executed.price))


def run(broker: BinanceBroker, data: BinanceData, **params: Any) -> Turns:
    cerebro = bt.Cerebro()
    cerebro.setbroker(broker)
    cerebro.adddata(data)
    cerebro.addstrategy(Turns, **params)
    strategy: Turns = cerebro.run()[0]
    return strategy


@contextmanager
def minutes_passing(venue: SimExchange) -> Iterator[None]:
    """Let a bar close every few milliseconds."""
    over = threading.Event()

    def play() -> None:
        while not over.wait(0.05):
            venue.advance(60)

    thread = threading.Thread(target=play)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@BOTH
def test_a_backtest_of_an_exchanges_bars(venue: SimExchange, market: MarketType) -> None:
    venue.advance(40 * 60)

    store, broker, data = create_binance_engine(
        symbol=NAMES[market],
        timeframe="1m",
        backtest=True,
        market_type=market,
        endpoints=venue.url,
        history=30,
    )
    strategy = run(broker, data)
    store.close()

    true = venue.bars(NAMES[market], "1m")[-30:]
    assert [price for _, price in strategy.seen] == [float(bar.close) for bar in true]
    assert len(strategy.done) > 10
    assert isinstance(store, BinanceStore)
    assert venue.truth(KEY).orders == ()


@BOTH
def test_live_bars_and_simulated_fills(venue: SimExchange, market: MarketType) -> None:
    venue.advance(40 * 60)

    store, broker, data = create_binance_engine(
        symbol=NAMES[market],
        timeframe="1m",
        market_type=market,
        endpoints=venue.url,
        cash=5_000.0,
        history=5,
    )
    with minutes_passing(venue):
        strategy = run(broker, data, most=5 + LIVE_BARS)
    store.close()

    true = [(bar.open_ms, float(bar.close)) for bar in venue.bars(NAMES[market], "1m")]
    first = true.index(strategy.seen[0])
    assert strategy.seen == true[first : first + 5 + LIVE_BARS]
    assert strategy.done
    assert broker.startingcash == 5_000.0
    assert venue.truth(KEY).orders == ()


@BOTH
def test_live_trades_in_stock_backtrader(venue: SimExchange, market: MarketType) -> None:
    symbol = NAMES[market]
    for cents in range(30):
        venue.trade(symbol, f"{50_000 + cents}", "1")
    store, broker, data = create_binance_engine(
        symbol=symbol, timeframe="tick", market_type=market, endpoints=venue.url, history=20
    )
    over = threading.Event()

    def trade() -> None:
        price = 51_000
        while not over.wait(0.005):
            price += 1
            venue.trade(symbol, str(price), "1")

    thread = threading.Thread(target=trade)
    thread.start()
    try:
        strategy = run(broker, data, most=120)
    finally:
        over.set()
        thread.join()
    store.close()

    truth = [(one.time_ms, float(one.price)) for one in venue.trades(symbol)]
    first = truth.index(strategy.seen[0])
    assert strategy.seen == truth[first : first + 120]
    assert first >= 10
    assert len(strategy.done) > 10


class TestRefusals:
    def test_real_orders_without_a_journal(self, venue: SimExchange) -> None:
        with pytest.raises(ValueError, match="journal"):
            create_binance_engine(KEY, SECRET, paper_trading=False, endpoints=venue.url)

    def test_real_orders_without_a_key(self, venue: SimExchange) -> None:
        with pytest.raises(ValueError, match="apikey"):
            create_binance_engine(paper_trading=False, journal=MemoryJournal(), endpoints=venue.url)

    def test_a_key_that_may_withdraw(self, venue: SimExchange) -> None:
        venue.add_account("rich", SECRET, permissions=("read", "trade", "withdraw"))

        with pytest.raises(GatewayError, match="may withdraw"):
            create_binance_engine(
                "rich",
                SECRET,
                testnet=False,
                paper_trading=False,
                journal=MemoryJournal(),
                endpoints=venue.url,
            )

    def test_a_timeframe_nobody_has(self, venue: SimExchange) -> None:
        with pytest.raises(ValueError, match="timeframe '7m'"):
            create_binance_engine(timeframe="7m", endpoints=venue.url)

    def test_a_symbol_nobody_lists(self, venue: SimExchange) -> None:
        with pytest.raises(FeedError, match="lists no 'DOGE/USDT'"):
            create_binance_engine(symbol="DOGE/USDT", endpoints=venue.url)


def test_real_orders(venue: SimExchange) -> None:
    venue.advance(40 * 60)

    store, broker, data = create_binance_engine(
        KEY,
        SECRET,
        timeframe="1m",
        testnet=False,
        paper_trading=False,
        journal=MemoryJournal(),
        endpoints=venue.url,
        history=3,
    )
    with minutes_passing(venue):
        strategy = run(broker, data, most=3 + LIVE_BARS)
    store.close()

    truth = venue.truth(KEY)
    assert len(truth.fills) >= 2
    assert [(size, price) for size, price in strategy.done] == [
        (float(one.quantity if one.side == "buy" else -one.quantity), float(one.price))
        for one in truth.fills
    ]
    held = sum(
        (one.quantity if one.side == "buy" else -one.quantity) - one.fee * (one.side == "buy")
        for one in truth.fills
    )
    assert Decimal(str(broker.getposition(data).size)) == held
