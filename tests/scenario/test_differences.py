"""An exchange that holds something else than a bot knows of: what the bot does, what a person may.

The real command as a process, over real HTTP, on an exchange whose books a test changes behind the
bot's back.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from realtrade.cli.app import app
from realtrade.execution import Naming
from realtrade.testing import SimExchange, SimMarket
from realtrade.testing.exchange.order import OrderRequest
from realtrade.utils.clock import SystemClock
from tests.scenario.invariants import check
from tests.scenario.kill_books import books_of, ledger_of
from tests.scenario.test_resting_orders import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

D = Decimal
SYMBOL = "BTC/USDT:USDT"
CLOCK = SystemClock()


class Scene(Stage):
    """A bot that buys once, on one swap, and what its journal says."""

    def start(self, more: str = "") -> None:
        """Start it; `more` goes into the recipe."""
        if not self.exchange.bars(self.symbol, "1m"):
            for _ in range(35):
                self.bar(1000.0)
        self.begin(more)

    def buy(self) -> None:
        """Have it hold 0.05, and wait until it knows that."""
        self.bar(1001.0)
        self.until(lambda: self.held() == {self.symbol: D("0.05")})

    def tamper(self, quantity: str) -> None:
        """Have the exchange hold something else, and nothing tell why."""
        with self.exchange.core.lock:
            held = self.exchange.account(self.key).position(self.symbol)
            held.quantity, held.entry = D(quantity), D(1000)

    def shake(self) -> None:
        """Cut the account's events: coming back, the bot looks at everything anew."""
        self.exchange.drop_connections()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Read the journal."""
        path = self.folder / "state" / "guarded.db"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            return list(database.execute(query))

    def held(self) -> dict[str, Decimal]:
        """Return what the journal holds."""
        rows = self.rows("select symbol, quantity from position")
        return {symbol: D(quantity) for symbol, quantity in rows if D(quantity)}

    def there(self) -> Decimal:
        """Return what the exchange holds."""
        held = self.exchange.truth(self.key).positions.get(self.symbol)
        return D(0) if held is None else held.quantity

    def said(self, text: str) -> None:
        """Wait until the log says so."""
        self.until(lambda: text in self.log())

    def counted_down(self) -> list[str]:
        """Return the countdowns that were asked for, in milliseconds."""
        asked = self.exchange.requests
        return [
            one.params["countdownTime"] for one in asked if one.path.endswith("countdownCancelAll")
        ]

    def person(self, verb: str, *more: str) -> str:
        """Do what a person does at the command line."""
        words = [verb, "--state", str(self.folder / "state" / "guarded"), *more]
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, done.output
        return done.stdout

    def end(self) -> None:
        """Stop the bot as a person does."""
        assert self.bot.stop() == 0, self.log()[-4000:]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    market = SimMarket(symbol=SYMBOL, lot=D("0.001"))
    with SimExchange([market]) as exchange:
        yield Scene(exchange, SYMBOL, tmp_path)


def test_a_person_takes_over_what_differs_and_trading_goes_on(scene: Scene) -> None:
    """A position nothing explains, and an order with a name of ours that nobody knows."""
    scene.start()
    scene.buy()
    name = _name(scene, "another strategy", 1)
    _place(scene, name)
    scene.tamper("0.08")
    scene.shake()
    scene.said("0.03 is unexplained; `realtrade adopt` takes it over")
    scene.said("has our prefix, but no order of ours has its name; `realtrade adopt`")
    scene.said("reconciling → reduce_only")
    assert scene.held() == {SYMBOL: D("0.05")}

    told = scene.person("adopt", "--yes")
    scene.until(lambda: scene.held() == {SYMBOL: D("0.08")})
    scene.said("reduce_only → live")
    scene.end()  # `on_stop: cancel_orders` cancels what is its own by now

    assert told == "guarded looks at its exchange and takes over what differs\n"
    ((before, after),) = scene.rows("select before_quantity, after_quantity from adjust")
    assert (D(before), D(after)) == (D("0.05"), D("0.08"))
    assert (name, "cancelled") in scene.rows("select client_order_id, status from 'order'")
    truth = scene.exchange.truth(scene.key)
    assert (truth.open_orders, len(truth.fills), scene.there()) == ((), 1, D("0.08"))


def test_a_recipe_that_says_flatten_takes_over_and_closes(scene: Scene) -> None:
    scene.start("orders: {on_difference: flatten}")
    scene.tamper("0.03")
    scene.shake()
    scene.until(lambda: scene.there() == 0 and len(scene.rows("select 1 from fill")) == 1)
    scene.until(lambda: scene.rows("select value from cursor where name like 'close:%'") == [("",)])
    scene.end()

    (sold,) = scene.exchange.truth(scene.key).fills
    assert (sold.side, sold.quantity) == ("sell", D("0.03"))
    assert scene.held() == {}


def test_a_halt_outlives_the_process_until_a_person_resumes_and_a_key_is_tried_by_each_start(
    scene: Scene,
) -> None:
    scene.start()
    account = scene.exchange.account(scene.key)
    account.hedge_mode = True
    scene.shake()
    scene.said("trading is halted: the account holds longs and shorts side by side")
    scene.bot.kill()
    account.hedge_mode = False  # the reason is gone, and nobody has looked

    scene.begin("")
    scene.said("halted before the restart, and still")
    scene.bar(1001.0)
    CLOCK.sleep(1)
    assert scene.exchange.truth(scene.key).orders == ()

    scene.person("resume")
    scene.until(lambda: scene.log().count("reconciling → live") == 2)
    account.revoked = True
    scene.bar(1001.0)
    scene.said("trading is halted: the exchange refuses the key")
    scene.bot.kill()

    scene.bot.start()
    assert scene.bot.wait(20) == 78, "a start with a refused key ends before anything"
    scene.bot.end()
    account.revoked = False
    scene.begin("")
    scene.said("the exchange takes the key again")
    scene.buy()
    scene.end()
    assert scene.there() == D("0.05")


def test_what_a_journal_that_was_lost_had_is_found_by_its_names(scene: Scene) -> None:
    """The last bar's order is not sent again, its execution is booked, what rests is ours."""
    scene.start("orders: {on_stop: keep_orders}")
    scene.buy()
    stamp = scene.exchange.bars(SYMBOL, "1m")[-3].open_ms
    resting = _name(scene, "Once-0:btc", stamp)
    _place(scene, resting)
    scene.bot.kill()
    for path in (scene.folder / "state").glob("guarded.db*"):
        path.unlink()

    scene.begin("orders: {on_stop: keep_orders}")
    scene.until(lambda: scene.held() == {SYMBOL: D("0.05")})
    scene.bar(1002.0)
    CLOCK.sleep(1)
    scene.end()

    truth = scene.exchange.truth(scene.key)
    assert len(truth.fills) == 1
    assert [one.client_order_id for one in truth.open_orders] == [resting]
    check(books_of(scene.folder / "state" / "guarded.db"), ledger_of(truth))


def test_an_order_that_was_over_and_is_open_there_is_cancelled_at_the_next_start(
    scene: Scene,
) -> None:
    scene.start()
    scene.buy()
    for _ in range(2):
        scene.bar(1002.0)
    ((name,),) = scene.rows("select client_order_id from intent")
    newest = (scene.exchange.bars(SYMBOL, "1m")[-1].open_ms,)
    scene.until(lambda: scene.rows("select time_ms from bar_mark") == [newest])
    scene.bot.kill()
    _place(scene, name)  # an exchange takes an id again once its order is over

    scene.begin("")
    scene.said("over in the journal, and cancelled")
    scene.until(lambda: scene.exchange.truth(scene.key).open_orders == ())
    scene.end()

    assert scene.held() == {SYMBOL: D("0.05")}
    assert scene.rows("select status from 'order'") == [("filled",)]


def test_an_exchange_cancels_the_entries_of_a_bot_that_is_dead(scene: Scene) -> None:
    rests = "orders: {entry: {type: limit, offset: 1%}}"
    scene.start(rests)
    scene.bar(1001.0)
    scene.until(lambda: scene.limits() == [D("990.99")])
    scene.until(lambda: scene.counted_down() == ["120000"])
    scene.bot.kill()
    scene.exchange.clock.skew_ms += 110_000
    CLOCK.sleep(0.5)
    assert len(scene.limits()) == 1
    scene.exchange.clock.skew_ms += 11_000
    for _ in range(100):
        if not scene.limits():
            break
        CLOCK.sleep(0.05)

    scene.begin(rests)
    scene.until(lambda: scene.rows("select status from 'order'") == [("cancelled",)])
    scene.until(lambda: scene.counted_down() == ["120000", "0"])
    scene.end()

    truth = scene.exchange.truth(scene.key)
    assert [one.status for one in truth.orders] == ["canceled"]
    check(books_of(scene.folder / "state" / "guarded.db"), ledger_of(truth))


def _name(scene: Scene, place: str, stamp: int) -> str:
    account = scene.rows("select value from meta where key = 'account'")[0][0]
    return Naming(account, "guarded").client_order_id(place, SYMBOL, stamp, 3)


def _place(scene: Scene, name: str) -> None:
    """Have an order of that name rest: who sent it, nobody knows."""
    asked = OrderRequest(
        symbol=SYMBOL,
        side="buy",
        type="LIMIT",
        client_order_id=name,
        quantity=D("0.01"),
        price=D(900),
    )
    account = scene.exchange.account(scene.key)
    scene.exchange.core.place(account, asked)
