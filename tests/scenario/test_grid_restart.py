"""A grid killed at the exchange holds and rests, in the end, what one never killed does."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from realtrade.model.bar import Bar
from realtrade.testing import SimExchange, SimMarket
from realtrade.utils.clock import SystemClock
from tests.scenario.invariants import check
from tests.scenario.kill_books import books_of, ledger_of
from tests.scenario.kill_bot import Bot

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "secret-of-a-test"  # noqa: S105 - of an exchange on loopback
CLOCK = SystemClock()
MONEY = {"USDT": "100000"}
SYMBOL = "BTC/USDT:USDT"
RECIPE = """\
realtrade: v1
name: grid
mode: live
exchange:
  type: binance
  market: swap
  endpoints: {url}
  api_key: {{file: key.txt}}
  secret: {{file: secret.txt}}
feeds: {{btc: {{symbol: "{symbol}", timeframe: 1m, history: 30 bars}}}}
strategy:
  type: {strategy}
orders: {{on_stop: keep_orders}}
"""
GRIDS = {
    "fixed": (
        "fixed_grid\n  params: {lower: 900, upper: 1100, lines: 21, quantity: 0.05, "
        "most: 6, resting: 2}"
    ),
    "atr": "atr_grid\n  params: {period: 10, factor: 4, quantity: 0.05, most: 6, resting: 2}",
}
PATH = (994, 979, 984, 968, 975, 993, 981, 962, 974)


def _played(folder: Path, grid: str, *, dead: range) -> tuple[Decimal, set[tuple[str, str, str]]]:
    """Play the path, the bot dead from one bar until another; return what it holds and rests."""
    folder.mkdir()
    market = SimMarket(symbol=SYMBOL, lot=Decimal("0.001"))
    with SimExchange([market]) as exchange:
        key = f"key-of-{folder.name}"
        exchange.add_account(key, SECRET, MONEY, futures=MONEY)
        text = RECIPE.format(url=exchange.url, symbol=SYMBOL, strategy=GRIDS[grid])
        (folder / "grid.yaml").write_text(text)
        (folder / "key.txt").write_text(key)
        (folder / "secret.txt").write_text(SECRET)
        bot, price = Bot(folder / "grid.yaml"), 1000.0
        for number in range(35):
            price = _bar(exchange, price, 1000.0 + number % 2 * 2)
        _begin(bot, 1)
        _minute(exchange, 1001)
        mark = _settle(exchange, key, folder, 0)
        for number, close in enumerate(PATH):
            if number == dead.start and dead:
                bot.kill()
            if number == dead.stop and dead:
                _begin(bot, 2)
            _minute(exchange, close)
            if number not in dead:
                mark = _settle(exchange, key, folder, mark)
        assert bot.stop() == 0, bot.log.read_text()[-4000:]
        truth = exchange.truth(key)
        check(books_of(folder / "state" / "grid.db"), ledger_of(truth))
        position = truth.positions.get(SYMBOL)
        orders = {(str(one.side), f"{one.price}", f"{one.quantity}") for one in truth.open_orders}
        return Decimal(0) if position is None else position.quantity, orders


def _bar(exchange: SimExchange, price: float, close: float) -> float:
    """Play one bar at once: history."""
    opened = exchange.player.next_open_ms(SYMBOL, "1m")
    bar = Bar(opened, opened + 60_000, price, max(price, close), min(price, close), close, 10.0)
    exchange.play({SYMBOL: [bar]}, "1m")
    return close


def _minute(exchange: SimExchange, close: int) -> None:
    """Trade up or down to a price, let the fills be heard of, then close the bar."""
    exchange.walk(SYMBOL, close)
    CLOCK.sleep(0.3)
    exchange.advance(60)


def _settle(exchange: SimExchange, key: str, folder: Path, mark_ms: int) -> int:
    """Wait until the bot is done with a newer bar, and what it wanted rests; return which bar."""
    before, still = None, 0
    for _ in range(400):
        CLOCK.sleep(0.05)
        orders = exchange.truth(key).orders
        still = still + 1 if orders == before else 0
        before, now_ms = orders, _marked_ms(folder / "state" / "grid.db")
        if still >= 6 and now_ms > mark_ms:
            return now_ms
    pytest.fail((folder / "bot.log").read_text()[-4000:])


def _marked_ms(path: Path) -> int:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        row = database.execute("select time_ms from bar_mark").fetchone()
        return int(row[0]) if row else 0


def _begin(bot: Bot, times: int) -> None:
    bot.start()
    for _ in range(200):
        if bot.log.exists() and bot.log.read_text().count("event=started") == times:
            return
        assert bot.wait(0.1) is None, bot.log.read_text()[-4000:]
    pytest.fail(bot.log.read_text()[-4000:])


@pytest.mark.parametrize("grid", GRIDS)
def test_inventory_and_orders_are_as_if_never_killed(grid: str, tmp_path: Path) -> None:
    """Dead for a bar in which one of its orders is filled, and nobody there to see it."""
    held, resting = _played(tmp_path / "whole", grid, dead=range(0))

    again = _played(tmp_path / "killed", grid, dead=range(3, 4))

    assert again == (held, resting)
    assert held > 0
    assert {side for side, _, _ in resting} == {"buy", "sell"}
