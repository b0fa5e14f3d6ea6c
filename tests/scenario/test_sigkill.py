"""`realtrade run` as a process, killed with SIGKILL wherever it is, and started again.

Real parts only: the command, ccxt, websocket-client, SQLite, and an exchange on loopback whose
ledger is the truth. After every start the bot must hold what the exchange holds.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

from realtrade.model.order import OrderStatus
from realtrade.testing import SimExchange
from realtrade.utils.clock import SystemClock
from tests.scenario.invariants import check
from tests.scenario.kill_books import books_of, exists, ledger_of, told_of
from tests.scenario.kill_bot import Bot
from tests.scenario.kill_market import Market
from tests.scenario.kill_points import PLACES, KillPoint
from tests.storage.postgres import PostgresServer, binaries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.scenario.invariants import Books, Ledger

pytestmark = pytest.mark.untraced  # traced would be the exchange only, which its own tests cover
SECRET = "secret-of-a-test"  # noqa: S105 - of an exchange on loopback
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
POINTS = [
    KillPoint(place, after, nth) for place in PLACES for after in (False, True) for nth in (1, 4)
]
RANDOM_KILLS = 100
SERVER_KILLS = 30
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
        self.key = f"key-of-{folder.name}-{market}"
        money = {"USDT": "100000"}
        exchange.add_account(self.key, SECRET, money, futures=money)
        self.journal: Path | str = storage or folder / "state" / "churn.db"
        first, second = MARKETS[market]
        text = RECIPE.format(market=market, url=exchange.url, first=first, second=second)
        kept = f'storage: {{url: "{storage}"}}\n' if storage else ""
        (folder / "churn.yaml").write_text(text + kept)
        (folder / "churn.py").write_text(STRATEGY.read_text())
        (folder / "key.txt").write_text(self.key)
        (folder / "secret.txt").write_text(SECRET)
        self.bot = Bot(folder / "churn.yaml")
        self.told = folder / "told.txt"
        self.deaths = 0

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


@pytest.fixture(params=list(MARKETS))
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scene]:
    with played(tmp_path, request.param) as scene:
        yield scene


def test_what_bots_are_to_find_imported_can_be() -> None:
    """A server of forks says nothing of imports that fail: every start would then make them all."""
    import_module("tests.scenario.kill_imports")


def test_killed_at_every_named_point(scene: Scene) -> None:
    for point in POINTS:
        scene.die(point, after_s=2.5)

    scene.live(4)
    assert scene.deaths == len(POINTS)
    assert len(scene.ledger().trades) > len(POINTS) / 4


def test_killed_at_random_times(scene: Scene) -> None:
    random = Random(11)  # noqa: S311 - when to kill
    for _ in range(RANDOM_KILLS):
        scene.die(None, after_s=random.uniform(0.2, 1.6))

    scene.live(4)
    assert len(scene.ledger().trades) > RANDOM_KILLS / 4


def test_killed_at_random_times_with_the_journal_on_a_server(tmp_path: Path) -> None:
    with PostgresServer(binaries()) as server, played(tmp_path, "spot", server.url) as scene:
        random = Random(13)  # noqa: S311 - when to kill
        for _ in range(SERVER_KILLS):
            scene.die(None, after_s=random.uniform(0.4, 2.0))

        scene.live(4)
        assert len(scene.ledger().trades) > SERVER_KILLS / 4
