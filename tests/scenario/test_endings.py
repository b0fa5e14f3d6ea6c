"""The end of a live run, as a process: what was executed shortly before it is booked."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from realtrade.testing import SimExchange, SimMarket
from tests.patience import wait_for
from tests.scenario.invariants import check
from tests.scenario.kill_books import books_of, ledger_of
from tests.scenario.kill_market import Market
from tests.scenario.test_modes import HISTORY, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.untraced  # traced would be the exchange only, which its own tests cover
SYMBOLS = {"spot": "BTC/USDT", "swap": "BTC/USDT:USDT"}
TOLD = {"spot": "executionReport", "swap": "ORDER_TRADE_UPDATE"}
STRATEGY = '''
import backtrader as bt


class Swing(bt.Strategy):
    """Rests two orders below the market, and waits."""

    params = (("last", 1000),)

    def __init__(self):
        self.orders = []

    def next(self):
        if not self.orders and len(self.data) > 30:
            for part in (0.9, 0.8):
                price = round(self.data.close[0] * part, 2)
                self.orders.append(self.buy(size=0.05, price=price, exectype=bt.Order.Limit))
'''


@pytest.fixture(params=["spot", "swap"])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    symbol = SYMBOLS[request.param]
    with SimExchange([SimMarket(symbol=symbol, lot=Decimal("0.001"))]) as exchange:
        yield Stage(exchange, (symbol,), tmp_path)


@pytest.fixture
def market(stage: Stage) -> Market:
    """The market of a bot that trades, and has not seen a live bar."""
    market = Market(stage.exchange, stage.symbols, seed=3, pace_s=0.01)
    stage.write("live", 1000)
    (stage.folder / "swing.py").write_text(STRATEGY)
    market.play(HISTORY)
    stage.bot.start()
    stage._until_it_trades()
    return market


def told(stage: Stage) -> dict[str, str]:
    """Return what matches the events of the account's orders."""
    return {"event": TOLD["swap" if ":" in stage.symbols[0] else "spot"]}


def test_what_was_executed_unheard_before_the_end_is_booked_by_it(
    stage: Stage, market: Market
) -> None:
    """Events have stopped: only the cancel at the end finds that there is nothing to cancel."""
    market.play(1)
    wait_for(lambda: len(stage.exchange.truth(stage.key).open_orders) == 2)
    wait_for(lambda: stage.tail().count("event=order_submitted") == 2)
    low, high = sorted(
        order.price for order in stage.exchange.truth(stage.key).open_orders if order.price
    )
    armed = stage.exchange.arm("ws_stall", match=told(stage))

    stage.exchange.walk(stage.symbols[0], (low + high) / 2)
    assert stage.bot.stop() == 0, stage.tail()

    truth = stage.exchange.truth(stage.key)
    assert (armed.struck, len(truth.fills), truth.open_orders) == (1, 1, ())
    check(books_of(stage.folder / "state" / "swing.db"), ledger_of(truth))


def test_what_was_not_answered_before_the_end_is_cancelled_by_it(
    stage: Stage, market: Market
) -> None:
    """An order rests at the exchange already, but neither its answer nor an event has come."""
    stage.exchange.arm("ws_stall", match=told(stage))
    slow = stage.exchange.arm("slow", 2, {"method": "POST", "path": "*/order"}, seconds=3)

    market.play(1)
    wait_for(lambda: slow.struck > 0)
    assert stage.bot.stop() == 0, stage.tail()

    truth = stage.exchange.truth(stage.key)
    assert truth.orders
    assert truth.open_orders == ()
    check(books_of(stage.folder / "state" / "swing.db"), ledger_of(truth))
