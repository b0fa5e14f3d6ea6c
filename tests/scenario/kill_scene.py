"""An exchange whose market goes on, and `realtrade run` as a process that dies in it.

Real parts only: the command, ccxt, websocket-client, SQLite, and an exchange on loopback whose
ledger is the truth. After every start the bot must hold what the exchange holds.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from realtrade.model.order import OrderStatus
from realtrade.testing import SimExchange
from realtrade.utils.clock import SystemClock
from tests.scenario.accounts import SECRET, open_account
from tests.scenario.invariants import check
from tests.scenario.kill_books import books_of, exists, ledger_of, told_of
from tests.scenario.kill_bot import Bot
from tests.scenario.kill_market import Market

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.scenario.invariants import Books, Ledger
    from tests.scenario.kill_points import KillPoint

STRATEGY = Path(__file__).with_name("kill_strategy.txt")
MARKETS = {"spot": ("BTC/USDT", "ETH/USDT"), "swap": ("BTC/USDT:USDT", "ETH/USDT:USDT")}
RECIPE = """\
realtrade: v1
name: churn
mode: live
exchange:
  type: binance
  market: {market}
  endpoints: {url}
  api_key: {{file: key.txt}}
  secret: {{file: secret.txt}}
feeds:
  first: {{symbol: "{first}", timeframe: 1m, history: 5 bars}}
  second: {{symbol: "{second}", timeframe: 1m, history: 5 bars}}
strategy: {{type: python, class: "churn:Churn"}}
orders: {{on_stop: keep_orders}}
"""
PACE_S = 0.12
OPENED, STARTED = "trading state locked", "event=started"
SETTLES_S = 60
CLOCK = SystemClock()


class Scene:
    """An exchange, a market that goes on, and a bot that is killed."""

    def __init__(
        self, exchange: SimExchange, folder: Path, market: str, storage: str | None = None
    ) -> None:
        self.exchange = exchange
        self.key = open_account(exchange, folder)
        self.journal: Path | str = storage or folder / "state" / "churn.db"
        first, second = MARKETS[market]
        text = RECIPE.format(market=market, url=exchange.url, first=first, second=second)
        kept = f'storage: {{url: "{storage}"}}\n' if storage else ""
        (folder / "churn.yaml").write_text(text + kept)
        (folder / "churn.py").write_text(STRATEGY.read_text())
        self.bot = Bot(folder / "churn.yaml")
        self.told = folder / "told.txt"
        self.deaths = self.struck = 0

    def die(self, point: KillPoint | None, after_s: float, after: str = "") -> None:
        """Start the bot and have it dead `after_s` seconds later at the latest.

        Where it is to have logged something before that, the seconds begin then: a busy machine
        takes its time to start a process.
        """
        self.bot.start(point)
        if after:
            self.bot.says(after)
        ended = self.bot.wait(after_s)
        assert ended in {None, -9}, f"it ended by itself ({ended}) at {point}:\n{self.tail()}"
        self.bot.kill()
        self.deaths += 1
        self.struck += ended is not None
        self._let_a_minute_pass()
        if exists(self.journal):
            check(self.books(), self.ledger(), settled=False)

    def _let_a_minute_pass(self) -> None:
        """Forget the weight used: nobody is started a hundred times a minute outside of tests."""
        services = self.exchange.dialect.services
        for limits in (services.spot_limits, services.usdm_limits):
            limits.weight.used = 0

    def live(self, seconds: float) -> None:
        """Start the bot and let it trade."""
        self.bot.start()
        assert self.bot.says(STARTED), self.tail()
        assert self.bot.wait(seconds) is None, self.tail()

    def stop(self) -> None:
        """Stop the bot once every outcome is known; then both books must agree.

        What was killed between sending and hearing is believed lost only when the exchange can no
        longer act on it, twenty seconds later.
        """
        until_s = CLOCK.monotonic_s() + SETTLES_S
        while self._unknown() and CLOCK.monotonic_s() < until_s:
            CLOCK.sleep(0.5)
        CLOCK.sleep(1)
        assert self.bot.stop() == 0, self.tail()
        assert self.bot.wrote(self.key, SECRET) == []
        check(self.books(), self.ledger())

    def _unknown(self) -> bool:
        """Tell whether an order's fate is open: a sending is committed before the status is."""
        statuses = set(books_of(self.journal).status.values())
        return bool(statuses & {OrderStatus.CREATED, OrderStatus.SUBMITTED})

    def books(self) -> Books:
        """Return what the bot's journal has, and what its strategy was told."""
        return replace(books_of(self.journal), told=told_of(self.told))

    def ledger(self) -> Ledger:
        """Return what the exchange holds."""
        return ledger_of(self.exchange.truth(self.key))

    def tail(self) -> str:
        """Return the end of the bot's log."""
        return self.bot.log.read_text()[-6000:]


@contextmanager
def played(folder: Path, market: str, storage: str | None = None) -> Iterator[Scene]:
    """Let a market go on while bots die in it; in the end the books must agree."""
    with SimExchange() as exchange:
        scene = Scene(exchange, folder, market, storage)
        prices = Market(exchange, MARKETS[market], seed=7, pace_s=PACE_S)
        prices.play(10)
        with prices:
            yield scene
        scene.stop()
