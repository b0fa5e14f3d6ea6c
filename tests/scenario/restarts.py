"""A strategy in a process of its own, killed on the way, on minutes that the test makes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import pytest

from realtrade.model.bar import Bar
from realtrade.testing import SimExchange, SimMarket
from realtrade.utils.clock import SystemClock
from tests.scenario.accounts import open_account
from tests.scenario.invariants import check
from tests.scenario.kill_books import books_of, ledger_of
from tests.scenario.kill_bot import Bot

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.scenario.kill_points import KillPoint

CLOCK = SystemClock()
SYMBOLS = {"spot": "BTC/USDT", "swap": "BTC/USDT:USDT"}
RECIPE = """\
realtrade: v1
name: restarted
mode: live
exchange:
  type: binance
  market: {market}
  endpoints: {url}
  api_key: {{file: key.txt}}
  secret: {{file: secret.txt}}
feeds: {{btc: {{symbol: "{symbol}", timeframe: 1m, history: 30 bars}}}}
orders: {{on_stop: keep_orders}}
{strategy}
"""
HISTORY = 35
_LOOK_S, _STILL = 0.05, 4


class Ended(NamedTuple):
    """What is left when all minutes have been played."""

    held: Decimal
    orders: set[tuple[str, str, str]]
    """Side, price and quantity of what rests."""
    fills: list[tuple[str, Decimal, Decimal]]
    """Side, quantity and price, oldest first."""


@dataclass(frozen=True, kw_only=True)
class Minutes:
    """Closes of the minutes to be played, the bot dead while some of them are."""

    closes: tuple[int, ...]
    dead: range = range(0)
    """Killed before the first of these minutes, started again behind the last."""
    point: KillPoint | None = None
    """Where the first process kills itself; it is started again at once."""


class Restarted:
    """A bot, its exchange, and what is known of both."""

    def __init__(self, exchange: SimExchange, folder: Path, market: str, strategy: str) -> None:
        self.exchange, self.folder, self.symbol = exchange, folder, SYMBOLS[market]
        self.key = open_account(exchange, folder)
        words = {"market": market, "url": exchange.url, "symbol": self.symbol}
        (folder / "bot.yaml").write_text(RECIPE.format(strategy=strategy, **words))
        self.journal = folder / "state" / "restarted.db"
        self.bot = Bot(folder / "bot.yaml")
        self.starts = 0

    def history(self) -> None:
        """Play what was before anybody looked."""
        price = 1000.0
        for number in range(HISTORY):
            opened = self.exchange.player.next_open_ms(self.symbol, "1m")
            close = 1000.0 + number % 2 * 2
            high, low = max(price, close), min(price, close)
            bar = Bar(opened, opened + 60_000, price, high, low, close, 10.0)
            self.exchange.play({self.symbol: [bar]}, "1m")
            price = close

    def begin(self, point: KillPoint | None = None) -> None:
        """Start the process, and wait until it trades."""
        self.starts += 1
        self.bot.start(point)
        self.until(lambda: self.tail().count("event=started") >= self.starts or self.died())

    def died(self) -> bool:
        """Tell whether the process has ended."""
        return self.bot.wait(0) is not None

    def until(self, holds: Callable[[], bool]) -> None:
        for _ in range(2400):
            if holds():
                return
            CLOCK.sleep(_LOOK_S)
        pytest.fail(self.tail())

    def tail(self) -> str:
        """Return the end of the bot's log."""
        return self.bot.log.read_text()[-6000:] if self.bot.log.exists() else ""

    def minute(self, close: int, *, alive: bool) -> None:
        """Trade up or down to a price, let the fills be heard of, then close the bar."""
        self.exchange.walk(self.symbol, close)
        if alive:
            self.until(lambda: self._is_booked() or self.died())
        self.exchange.advance(60)

    def settle(self, mark_ms: int) -> int:
        """Wait until the bot is done with a newer bar, and what it wanted is; return which bar.

        One that has killed itself meanwhile is started again.
        """
        still, before = 0, None
        for _ in range(2400):
            if self.died():
                self.bot.kill()
                self.begin()
            CLOCK.sleep(_LOOK_S)
            orders = self.exchange.truth(self.key).orders
            now_ms = self._ask("select max(time_ms) from bar_mark")
            calm = orders == before and self._is_booked() and now_ms > mark_ms
            still, before = still + 1 if calm else 0, orders
            if still >= _STILL:
                return now_ms
        pytest.fail(self.tail())

    def _is_booked(self) -> bool:
        fills = self.exchange.truth(self.key).fills
        return self._ask("select count(*) from fill") == len(fills)

    def _ask(self, query: str) -> int:
        """Return a number the journal has, 0 while there is no such table."""
        try:
            with closing(sqlite3.connect(f"file:{self.journal}?mode=ro", uri=True)) as database:
                return int(database.execute(query).fetchone()[0] or 0)
        except sqlite3.OperationalError:
            return 0

    def ended(self) -> Ended:
        """Stop the bot, compare its books with the exchange's, and return what is left."""
        assert self.bot.stop() == 0, self.tail()
        truth = self.exchange.truth(self.key)
        ledger = ledger_of(truth)
        check(books_of(self.journal), ledger)
        return Ended(
            ledger.positions.get(self.symbol, Decimal(0)),
            {(str(one.side), f"{one.price}", f"{one.quantity}") for one in truth.open_orders},
            [(fill.side, fill.quantity, fill.price) for fill in truth.fills],
        )


def played(folder: Path, market: str, strategy: str, minutes: Minutes) -> Ended:
    """Play minutes, and return what it has come to."""
    folder.mkdir()
    with SimExchange([SimMarket(symbol=SYMBOLS[market], lot=Decimal("0.001"))]) as exchange:
        one = Restarted(exchange, folder, market, strategy)
        one.history()
        one.begin(minutes.point)
        one.minute(1001, alive=True)
        mark_ms = one.settle(0)
        for number, close in enumerate(minutes.closes):
            dead = number in minutes.dead
            if dead and number == minutes.dead.start:
                one.bot.kill()
            if number == minutes.dead.stop and minutes.dead:
                one.begin()
                if len(minutes.dead) == 1:  # it is run again; with more, all of them are history
                    mark_ms = one.settle(mark_ms)
            one.minute(close, alive=not dead)
            if not dead:
                mark_ms = one.settle(mark_ms)
        return one.ended()
