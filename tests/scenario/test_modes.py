"""`realtrade run` in every mode that meets an exchange, on both markets, as its own process."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from realtrade.testing import SimExchange, SimMarket
from realtrade.utils.clock import SystemClock
from tests.scenario.accounts import SECRET, open_account
from tests.scenario.invariants import check
from tests.scenario.kill_books import books_of, ledger_of
from tests.scenario.kill_bot import Bot
from tests.scenario.kill_market import Market

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.untraced  # traced would be the exchange only, which its own tests cover
STRATEGY = Path(__file__).with_name("swing_strategy.txt")
CLOCK = SystemClock()
HISTORY, QUIET = 40, 6
RECIPE = """\
realtrade: v1
name: swing
mode: {mode}
exchange:
  type: binance
  market: {market}
  endpoints: {url}
  api_key: {{file: key.txt}}
  secret: {{file: secret.txt}}
feeds:
{feeds}
strategy: {{type: python, class: "swing:Swing", params: {{last: {last}}}}}
paper: {{cash: 100000 USDT, fees: {{maker: 10 bps, taker: 10 bps}}}}
"""
FEED = """\
  {name}: {{symbol: "{symbol}", timeframe: 1m, history: 30 bars}}
  {name}_15m: {{resample: {name}, timeframe: 15m}}
"""


class Stage:
    """An exchange with three markets, and a bot that trades them."""

    def __init__(self, exchange: SimExchange, symbols: tuple[str, ...], folder: Path) -> None:
        self.exchange = exchange
        self.symbols = symbols
        self.folder = folder
        self.key = open_account(exchange, folder)
        self.bot = Bot(folder / "swing.yaml")
        # Two thousand bars in half a minute are more orders than an exchange takes in that time.
        services = exchange.dialect.services
        for limits in (services.spot_limits, services.usdm_limits):
            limits.order_limits = ()

    def write(self, mode: str, bars: int, more: str = "") -> None:
        """Write recipe and strategy; the strategy is idle for the last bars."""
        market = "swap" if ":" in self.symbols[0] else "spot"
        feeds = "".join(FEED.format(name=one[:3].lower(), symbol=one) for one in self.symbols)
        words = {"mode": mode, "market": market, "url": self.exchange.url, "feeds": feeds}
        text = RECIPE.format(last=30 + bars - QUIET, **words)
        (self.folder / "swing.yaml").write_text(text + more)
        (self.folder / "swing.py").write_text(STRATEGY.read_text())

    def run(self, mode: str, bars: int, pace_s: float, more: str = "") -> None:
        """Run the bot while so many bars are played, and stop it when nothing moves."""
        self.write(mode, bars, more)
        market = Market(self.exchange, self.symbols, seed=3, pace_s=pace_s)
        market.play(HISTORY)
        self.bot.start()
        self._until_it_trades()
        for _ in range(bars - QUIET):
            market.play(1)
            CLOCK.sleep(pace_s)
        for _ in range(QUIET):
            CLOCK.sleep(0.5)
            market.play(1)
        CLOCK.sleep(1)
        assert self.bot.stop() == 0, self.tail()
        assert self.bot.wrote(self.key, SECRET) == []

    def _until_it_trades(self) -> None:
        for _ in range(900):
            if self.bot.wait(0.1) is not None or "event=started" in self.tail():
                break
        assert self.bot.wait(0.3) is None, self.tail()

    def tail(self) -> str:
        """Return the end of the bot's log."""
        return self.bot.log.read_text()[-6000:] if self.bot.log.exists() else ""

    def last_row(self) -> dict[str, str]:
        """Return the account after the last bar, as the bot saw it."""
        with (self.folder / "out" / "equity.csv").open() as file:
            return list(csv.DictReader(file))[-1]

    def bars(self) -> int:
        """Return how many bars the bot has seen."""
        summary = json.loads((self.folder / "out" / "summary.json").read_text())
        return int(summary["bars"])


@pytest.fixture(params=["spot", "swap"])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    suffix = ":USDT" if request.param == "swap" else ""
    symbols = tuple(f"{base}/USDT{suffix}" for base in ("BTC", "ETH", "SOL"))
    markets = [SimMarket(symbol=symbol, lot=Decimal("0.001")) for symbol in symbols]
    with SimExchange(markets) as exchange:
        yield Stage(exchange, symbols, tmp_path)


@pytest.mark.parametrize(("mode", "bars"), [("live", 2000), ("testnet", 150)])
def test_books_and_ledger_agree_to_the_last_digit(stage: Stage, mode: str, bars: int) -> None:
    stage.run(mode, bars, pace_s=0.01)

    truth = stage.exchange.truth(stage.key)
    check(books_of(stage.folder / "state" / "swing.db"), ledger_of(truth))
    wallet = truth.futures if ":" in stage.symbols[0] else truth.balances
    assert stage.bars() == bars
    assert len(truth.fills) > bars / 20
    assert {fill.symbol for fill in truth.fills} == set(stage.symbols)
    if ":" not in stage.symbols[0]:
        assert Decimal(stage.last_row()["cash"]) == wallet["USDT"].free


def test_paper_sends_no_order_and_needs_no_key(stage: Stage) -> None:
    stage.run("paper", 150, pace_s=0.01)

    assert stage.exchange.truth(stage.key).orders == ()
    signed = [one for one in stage.exchange.requests if "signature" in one.params]
    assert signed == []
    assert stage.bars() == 150
    assert Decimal(stage.last_row()["equity"]) != 100_000


def test_flattened_at_the_end_nothing_is_held_there_nor_here(stage: Stage) -> None:
    stage.run("live", 60, pace_s=0.02, more="orders: {on_stop: flatten}\n")

    truth = stage.exchange.truth(stage.key)
    books, ledger = books_of(stage.folder / "state" / "swing.db"), ledger_of(truth)
    check(books, ledger)
    assert truth.positions == {}
    assert truth.open_orders == ()
    assert len(truth.fills) > 2
    assert all(quantity < Decimal("0.001") for quantity in ledger.positions.values())
