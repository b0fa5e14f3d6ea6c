"""The class API alone: a plain Cerebro, a feed of its own, the simulated exchange."""

from __future__ import annotations

import datetime as dt
from time import sleep  # noqa: TID251  # a feed that waits for the exchange, as live ones do
from typing import TYPE_CHECKING, Any

import backtrader as bt
import pytest

from realtrade.binance import BinanceStore
from realtrade.binance.broker import BinanceBroker
from realtrade.execution import State
from realtrade.storage import open_journal
from realtrade.testing import SimExchange
from realtrade.utils.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY, SECRET = "the-key", "the-secret"
BARS = 400


class Bars(bt.feed.DataBase):
    """A bar every hundredth of a second, all alike."""

    params = (("instrument", None), ("until", None))

    def start(self) -> None:
        super().start()
        self._at = 0

    def islive(self) -> bool:
        return True

    def _load(self) -> bool | None:
        if self._at >= BARS or self.p.until():
            return False
        self._at += 1
        sleep(0.01)
        moment = dt.datetime(2020, 1, 1) + dt.timedelta(minutes=self._at)  # noqa: DTZ001  # naive UTC
        self.lines.datetime[0] = bt.date2num(moment)
        for name in ("open", "high", "low", "close"):
            getattr(self.lines, name)[0] = 100.0
        self.lines.volume[0] = 1.0
        return True


class OneRound(bt.Strategy):
    """Buys, and sells what it holds, once the exchange is compared."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.working: Any = None
        self.bought = self.sold = False

    def next(self) -> None:
        if self.broker.standing.state is not State.LIVE or self.working is not None:
            return
        if not self.bought:
            self.working = self.buy(size=0.5)
        elif not self.sold:
            self.working = self.sell(size=self.position.size)

    def notify_order(self, order: Any) -> None:
        self.told.append(order.getstatusname())
        if not order.alive():
            self.working = None
            self.sold, self.bought = self.bought, order.status == order.Completed


@pytest.fixture(params=["spot", "swap"])
def exchange(request: pytest.FixtureRequest) -> Iterator[Any]:
    with SimExchange() as exchange:
        exchange.add_account(KEY, SECRET, {"USDT": 1_000}, futures={"USDT": 1_000})
        symbol = "BTC/USDT" if request.param == "spot" else "BTC/USDT:USDT"
        exchange.move(symbol, 100)
        yield exchange, request.param, symbol


def test_a_plain_cerebro_trades_for_real(exchange: Any, tmp_path: Path) -> None:
    running, market, symbol = exchange
    store = BinanceStore(
        market_type=market, endpoints=running.url, apikey=KEY, secret=SECRET, proxy="none"
    )
    journal = open_journal(
        "sqlite:///bot.db",
        account="a",
        bot="b",
        folder=tmp_path,
        clock=SystemClock(),
        locks=tmp_path,
    )
    broker = BinanceBroker(store, paper_trading=False, journal=journal)
    cerebro = bt.Cerebro(stdstats=False)
    cerebro.setbroker(broker)
    instrument = store.known(symbol).instrument
    strategies: list[Any] = []
    data = Bars(instrument=instrument, until=lambda: strategies and strategies[0].sold)
    data.instrument = instrument
    cerebro.adddata(data, name="btc")

    class Watched(OneRound):
        def start(self) -> None:
            strategies.append(self)

    cerebro.addstrategy(Watched)
    (strategy,) = cerebro.run()
    seen = journal.recall().seen
    journal.close()
    store.close()

    assert strategy.told == ["Submitted", "Accepted", "Completed"] * 2
    truth = running.truth(KEY)
    assert {(symbol, str(fill.id)) for fill in truth.fills} == seen
    assert [fill.side for fill in truth.fills] == ["buy", "sell"]
    wallet = truth.balances if market == "spot" else truth.futures
    assert broker.venue.cash == wallet["USDT"].free
    assert broker.startingcash == 1_000


def test_paper_trading_is_what_it_does_unless_told_otherwise() -> None:
    broker = BinanceBroker(cash=500)

    assert (broker.live, broker.getcash(), broker.getvalue()) == (None, 500, 500)


def test_real_orders_need_a_connection_and_a_memory() -> None:
    with pytest.raises(ValueError, match="need a store"):
        BinanceBroker(paper_trading=False)
    store = BinanceStore(apikey=KEY, secret=SECRET, proxy="none")
    with pytest.raises(ValueError, match="need a journal"):
        BinanceBroker(store, paper_trading=False)
    store.close()
