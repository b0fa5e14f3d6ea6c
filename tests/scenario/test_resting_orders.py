"""What rests at the exchange for a recipe: stops that outlive a kill -9, entries that follow."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_UP, Decimal
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.model.bar import Bar
from realtrade.testing import SimExchange, SimMarket
from realtrade.utils.clock import SystemClock
from tests.scenario.accounts import open_account
from tests.scenario.invariants import check
from tests.scenario.kill_books import books_of, ledger_of
from tests.scenario.kill_bot import Bot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CLOCK = SystemClock()
GAINS = (Decimal("0.01"), Decimal("0.02"))
RECIPE = """\
realtrade: v1
name: guarded
mode: live
exchange:
  type: binance
  market: {market}
  endpoints: {url}
  api_key: {{file: key.txt}}
  secret: {{file: secret.txt}}
feeds: {{btc: {{symbol: "{symbol}", timeframe: 1m, history: 30 bars}}}}
strategy: {{type: python, class: "guarded:Once"}}
{more}
"""
STOP = "risk: {stop: {type: trailing_stop, distance: 1%, place: exchange}}"
TARGETS = (
    "risk: {gain: {type: take_profit, place: exchange, "
    "targets: [{at: 1%, close: 50%}, {at: 2%, close: 50%}]}}"
)
CHASE = "orders: {entry: {type: limit, offset: 0.1%, replace_after: 1s}}"
STRATEGY = """\
import backtrader as bt


class Once(bt.Strategy):
    def next(self):
        if self.data.close[0] == 1001.0 and not self.position:
            self.buy(size=0.05)
"""


class Stage:
    """An exchange whose prices the test makes, and a bot in a process of its own."""

    def __init__(self, exchange: SimExchange, symbol: str, folder: Path) -> None:
        self.exchange, self.symbol, self.folder = exchange, symbol, folder
        self.key = open_account(exchange, folder)
        (folder / "guarded.py").write_text(STRATEGY)
        self.bot = Bot(folder / "guarded.yaml")
        self._price = 1000.0

    def bar(self, close: float) -> None:
        opened = self.exchange.player.next_open_ms(self.symbol, "1m")
        high, low = max(self._price, close), min(self._price, close)
        bar = Bar(opened, opened + 60_000, self._price, high, low, close, 10.0)
        self.exchange.play({self.symbol: [bar]}, "1m")
        self._price = close

    def log(self) -> str:
        return self.bot.log.read_text() if self.bot.log.exists() else ""

    def begin(self, more: str) -> None:
        """Start the bot on a recipe, and wait until it trades."""
        market = "swap" if ":" in self.symbol else "spot"
        words = {"market": market, "url": self.exchange.url, "symbol": self.symbol}
        (self.folder / "guarded.yaml").write_text(RECIPE.format(more=more, **words))
        told = self.log().count("event=started")
        self.bot.start()
        self.until(lambda: self.log().count("event=started") > told)

    def until(self, holds: Callable[[], bool]) -> None:
        for _ in range(150):
            if holds():
                return
            assert self.bot.wait(0.1) is None, self.log()[-4000:]
        pytest.fail(f"it never came to that: {self.stops()}\n{self.log()[-4000:]}")

    def stops(self) -> list[tuple[str, Decimal]]:
        """Return the stop orders at rest, quantity and stop price."""
        orders = self.exchange.truth(self.key).open_orders
        return [(str(one.quantity), one.stop_price) for one in orders if one.stop_price is not None]

    def limits(self) -> list[Decimal]:
        """Return the prices of the limit orders at rest."""
        orders = self.exchange.truth(self.key).open_orders
        return [one.price for one in orders if one.price is not None]


@pytest.fixture(params=["BTC/USDT", "BTC/USDT:USDT"], ids=["spot", "swap"])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    market: Any = SimMarket(symbol=request.param, lot=Decimal("0.001"))
    with SimExchange([market]) as exchange:
        yield Stage(exchange, request.param, tmp_path)


def test_a_stop_protects_while_the_bot_is_dead(stage: Stage) -> None:
    for _ in range(35):
        stage.bar(1000.0)
    stage.begin(STOP)
    stage.bar(1001.0)
    stage.until(lambda: len(stage.stops()) == 1)
    stage.bar(1010.0)
    # On spot the fee was taken in coins: a lot less can be sold than was bought.
    quantity = "0.05" if ":" in stage.symbol else "0.049"
    stage.until(lambda: stage.stops() == [(quantity, Decimal("999.9"))])
    stage.bar(1005.0)

    stage.bot.kill()
    stage.exchange.walk(stage.symbol, 980)
    sold = stage.exchange.truth(stage.key).fills[-1]
    stage.begin(STOP)
    for _ in range(3):
        stage.bar(979.0)
        CLOCK.sleep(0.3)
    assert stage.bot.stop() == 0, stage.log()[-4000:]

    truth = stage.exchange.truth(stage.key)
    assert (sold.side, sold.quantity) == ("sell", Decimal(quantity))
    assert len(truth.fills) == 2
    assert stage.stops() == []
    # On swaps a stop that was met goes on as an order of the same client id.
    ledger = ledger_of(truth)
    once = replace(ledger, accepted=list(dict.fromkeys(ledger.accepted)))
    check(books_of(stage.folder / "state" / "guarded.db"), once)


def test_targets_take_gains_home_while_the_bot_is_dead_and_nothing_twice(stage: Stage) -> None:
    for _ in range(35):
        stage.bar(1000.0)
    stage.begin(TARGETS)
    stage.bar(1001.0)
    stage.until(lambda: len(stage.limits()) == 2)
    entry = stage.exchange.truth(stage.key).fills[0].price
    levels = [(entry * (1 + part)).quantize(Decimal("0.01"), ROUND_UP) for part in GAINS]
    assert sorted(stage.limits()) == levels
    stage.bar(1005.0)

    stage.bot.kill()
    stage.exchange.walk(stage.symbol, 1013)
    stage.begin(TARGETS)
    stage.bar(1013.0)
    stage.until(lambda: stage.limits() == levels[1:])
    stage.exchange.walk(stage.symbol, 1030)
    stage.until(lambda: stage.log().count("event=order_filled") >= 2)
    for _ in range(3):
        stage.bar(1030.0)
        CLOCK.sleep(0.3)
    assert stage.bot.stop() == 0, stage.log()[-4000:]

    truth = stage.exchange.truth(stage.key)
    # On spot the fee was taken in coins: of what was bought a lot less can be sold.
    parts = ("0.025", "0.025") if ":" in stage.symbol else ("0.024", "0.025")
    sold = [(fill.side, str(fill.quantity), fill.price) for fill in truth.fills[1:]]
    assert sold == [("sell", part, level) for part, level in zip(parts, levels, strict=True)]
    assert truth.open_orders == ()
    check(books_of(stage.folder / "state" / "guarded.db"), ledger_of(truth))


def test_an_entry_follows_the_price_until_it_is_met(stage: Stage) -> None:
    for _ in range(35):
        stage.bar(1000.0)
    stage.begin(CHASE)
    stage.bar(1001.0)
    stage.until(lambda: stage.limits() == [Decimal("999.99")])
    stage.bar(1010.0)
    stage.until(lambda: stage.limits() == [Decimal("1008.99")])
    stage.exchange.walk(stage.symbol, 1008)
    stage.until(lambda: stage.log().count("event=order_filled") == 1)
    stage.bar(1009.0)
    assert stage.bot.stop() == 0, stage.log()[-4000:]

    truth = stage.exchange.truth(stage.key)
    assert [one.status for one in truth.orders] == ["canceled", "filled"]
    assert [(fill.side, fill.price) for fill in truth.fills] == [("buy", Decimal("1008.99"))]
    check(books_of(stage.folder / "state" / "guarded.db"), ledger_of(truth))
