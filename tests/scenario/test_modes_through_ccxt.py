"""`realtrade run` through ccxt alone, without a dialect of ours, in every mode, as processes.

Bars of a second, so that they can be asked for as they close: there is no stream to be played fast.
"""

from __future__ import annotations

from decimal import Decimal
from time import sleep  # noqa: TID251  # a test's own patience
from typing import TYPE_CHECKING

import pytest

from realtrade.testing import SimExchange, SimMarket
from realtrade.testing.exchange.bars import BarBook
from realtrade.utils.clock import SystemClock
from tests.patience import wait_for
from tests.scenario.accounts import SECRET, open_account
from tests.scenario.invariants import check
from tests.scenario.kill_books import books_of, exists, ledger_of
from tests.scenario.kill_bot import Bot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.untraced  # traced would be the exchange only, which its own tests cover
STRATEGY = """\
import backtrader as bt


class Turns(bt.Strategy):
    params = (("last", 1000),)

    def next(self):
        if len(self.data) > self.p.last:
            return
        for number, data in enumerate(self.datas[0::2]):
            if (len(data) + number) % 3:
                continue
            if self.getposition(data).size:
                self.close(data)
            else:
                self.buy(data, size=0.05)
"""
NAMES = {"spot": "binance", "swap": "binanceusdm"}
MODES = {"spot": ("testnet", "live"), "swap": ("paper", "live")}
HISTORY, TRADED = 30, 8
RECIPE = """\
realtrade: v1
name: swing
mode: {mode}
exchange:
  type: ccxt
  id: {name}
  market: {market}
  endpoints: {url}
  poll_s: 0.2
  api_key: {{file: key.txt}}
  secret: {{file: secret.txt}}
feeds:
{feeds}
strategy: {{type: python, class: "swing:Turns", params: {{last: {last}}}}}
paper: {{cash: 100000 USDT, fees: {{maker: 10 bps, taker: 10 bps}}}}
"""
FEED = """\
  {name}: {{symbol: "{symbol}", timeframe: 1s, history: 30 bars}}
  {name}_5s: {{resample: {name}, timeframe: 5s}}
"""


class Running:
    """One bot in one mode, with a key of its own."""

    def __init__(self, exchange: SimExchange, folder: Path, mode: str, market: str) -> None:
        folder.mkdir()
        self.exchange, self.folder, self.mode = exchange, folder, mode
        self.key = open_account(exchange, folder)
        suffix = ":USDT" if market == "swap" else ""
        symbols = [f"{base}/USDT{suffix}" for base in ("BTC", "ETH", "SOL")]
        feeds = "".join(FEED.format(name=one[:3].lower(), symbol=one) for one in symbols)
        words = {"mode": mode, "name": NAMES[market], "market": market, "url": exchange.url}
        text = RECIPE.format(feeds=feeds, last=HISTORY + TRADED, **words)
        (folder / "swing.yaml").write_text(text)
        (folder / "swing.py").write_text(STRATEGY)
        self.bot = Bot(folder / "swing.yaml")

    @property
    def journal(self) -> Path:
        return self.folder / "state" / "swing.db"

    def tail(self) -> str:
        """Return the end of the bot's log."""
        return self.bot.log.read_text()[-4000:] if self.bot.log.exists() else ""

    def started(self) -> bool:
        """Tell whether it runs."""
        return self.bot.log.exists() and "event=started" in self.bot.log.read_text()

    def booked(self) -> bool:
        """Tell whether everything the exchange executed is in the journal."""
        fills = self.exchange.truth(self.key).fills
        if not exists(self.journal):
            return False
        return len(books_of(self.journal).trades) == len(fills) > 0


@pytest.fixture(params=["spot", "swap"])
def bots(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, Running]]:
    suffix = ":USDT" if request.param == "swap" else ""
    markets = [
        SimMarket(symbol=f"{base}/USDT{suffix}", lot=Decimal("0.001"))
        for base in ("BTC", "ETH", "SOL")
    ]
    start_ms = (SystemClock().now_ms() // 60_000 - 2) * 60_000
    with SimExchange(markets, start_ms=start_ms) as exchange:
        for market in markets:
            exchange.core.desk(market.symbol).bars = BarBook("1s")
            exchange.move(market.symbol, 1000)
        exchange.advance((SystemClock().now_ms() - start_ms) // 1000)
        exchange.start_ticking(every_s=0.1, bps=40)
        modes = MODES[request.param]
        made = {mode: Running(exchange, tmp_path / mode, mode, request.param) for mode in modes}
        yield made
        for one in made.values():
            one.bot.end()


def test_books_and_ledger_agree_to_the_last_digit(bots: dict[str, Running]) -> None:
    for one in bots.values():
        one.bot.start()
    trading = [one for one in bots.values() if one.mode != "paper"]
    for one in bots.values():
        wait_for(one.started, one.tail)

    sleep(TRADED + 3)  # it is idle then
    for one in trading:
        wait_for(one.booked, one.tail)

    for one in bots.values():
        assert one.bot.stop() == 0, one.tail()
        assert one.bot.wrote(one.key, SECRET) == []
    for one in trading:
        truth = one.exchange.truth(one.key)
        check(books_of(one.journal), ledger_of(truth))
        assert len(truth.fills) >= 4
    for one in bots.values():
        assert one in trading or one.exchange.truth(one.key).orders == ()
