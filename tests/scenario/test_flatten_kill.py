"""`realtrade run` as a process, killed while a rule or a person has it halt and close everything.

Started again it must still be halted, finish what it had begun, and sell nothing twice.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import accumulate
from typing import TYPE_CHECKING

import pytest

from realtrade.engine.state import Command, StateFolder
from realtrade.model.bar import Bar
from realtrade.testing import SimExchange
from realtrade.utils.clock import SystemClock
from tests.scenario.accounts import open_account
from tests.scenario.invariants import check
from tests.scenario.kill_books import books_of, ledger_of
from tests.scenario.kill_bot import Bot
from tests.scenario.kill_market import MINUTE_MS
from tests.scenario.kill_points import KillPoint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from realtrade.testing import AccountTruth

pytestmark = pytest.mark.untraced  # traced would be the exchange only, which its own tests cover
MARKETS = {"spot": ("BTC/USDT", "ETH/USDT"), "swap": ("BTC/USDT:USDT", "ETH/USDT:USDT")}
CLOCK = SystemClock()
PATIENCE_S = 90
STRATEGY = '''
import backtrader as bt


class Greedy(bt.Strategy):
    """Holds thirty of each, and waits far below for more; whatever happens, it wants that again."""

    def next(self):
        for data in self.datas:
            resting = [o for o in self.broker.get_orders_open() if o.data is data and o.isbuy()]
            if not self.getposition(data).size and not resting:
                self.buy(data, size=30)
            elif not resting:
                self.buy(data, size=1, exectype=bt.Order.Limit, price=data.close[0] * 0.8)
'''
RECIPE = """\
realtrade: v1
name: greedy
mode: live
exchange:
  type: binance
  market: {market}
  endpoints: {url}
  api_key: {{file: key.txt}}
  secret: {{file: secret.txt}}
feeds:
  first: {{symbol: "{first}", timeframe: 1m, history: 2 bars}}
  second: {{symbol: "{second}", timeframe: 1m, history: 2 bars}}
strategy: {{type: python, class: "greedy:Greedy"}}
risk: {{fall: {{type: max_drawdown, limit: 1%, action: flatten_and_halt}}}}
orders: {{on_stop: keep_orders}}
"""
RULE_POINTS = {
    "swap": [
        KillPoint("acted", after=False, nth=1),
        KillPoint("acted", after=True, nth=1),
        KillPoint("cancel", after=False, nth=1),
        KillPoint("place", after=False, nth=1),
        KillPoint("place", after=True, nth=1),
        KillPoint("fill", after=False, nth=1),
    ],
    "spot": [
        KillPoint("perform", after=True, nth=1),
        KillPoint("cancel", after=True, nth=1),
        KillPoint("place", after=True, nth=2),
        KillPoint("fill", after=True, nth=1),
    ],
}
PERSON_POINTS = [
    KillPoint("kept", after=False, nth=1),
    KillPoint("kept", after=True, nth=1),
    KillPoint("asked", after=False, nth=1),
]


class Scene:
    """An exchange whose prices the test moves, and a bot that is killed."""

    def __init__(self, exchange: SimExchange, folder: Path, market: str) -> None:
        self.exchange, self.symbols = exchange, MARKETS[market]
        self.key = open_account(exchange, folder)
        first, second = self.symbols
        text = RECIPE.format(market=market, url=exchange.url, first=first, second=second)
        (folder / "greedy.yaml").write_text(text)
        (folder / "greedy.py").write_text(STRATEGY)
        self.journal = folder / "state" / "greedy.db"
        self.state = StateFolder(folder / "state" / "greedy")
        self.bot = Bot(folder / "greedy.yaml")
        self._open_ms = exchange.player.next_open_ms(first, "1m")
        self._price = 1000.0
        for _ in range(4):
            self.bar()

    def bar(self, factor: float = 1.0) -> None:
        """Play a minute of both symbols."""
        first, last = self._price, round(self._price * factor, 2)
        bar = Bar(
            self._open_ms,
            self._open_ms + MINUTE_MS,
            *(first, max(first, last), min(first, last), last, 10.0),
        )
        self.exchange.play({symbol: [bar] for symbol in self.symbols}, "1m")
        self._open_ms, self._price = bar.due_ms, last

    def until(self, holds: Callable[[], bool]) -> None:
        """Play minute after minute until something is so."""
        ends_s = CLOCK.monotonic_s() + PATIENCE_S
        while not holds():
            assert CLOCK.monotonic_s() < ends_s, self.tail()
            assert self.bot.wait(0.2) is None, self.tail()
            self.bar()

    def start(self, point: KillPoint | None = None) -> None:
        services = self.exchange.dialect.services
        for limits in (services.spot_limits, services.usdm_limits):
            limits.weight.used = 0  # of minutes that tests do not wait for
        self.bot.start(point)
        assert self.bot.says("event=started"), self.tail()

    def halted(self) -> bool:
        return bool(self.state.status().get("phase") == "halted")

    def full(self) -> bool:
        """Tell whether the bot holds both symbols and waits for more of both."""
        truth = self.truth
        sides = [order.side for order in truth.open_orders]
        held = ledger_of(truth).positions
        return sides == ["buy", "buy"] and all(held.get(one, 0) > 29 for one in self.symbols)

    def flat(self) -> bool:
        """Tell whether nothing is held, but for what fees have left over, and nothing waits."""
        truth = self.truth
        held = ledger_of(truth).positions.values()
        return not truth.open_orders and all(abs(quantity) < Decimal("0.001") for quantity in held)

    @property
    def truth(self) -> AccountTruth:
        return self.exchange.truth(self.key)

    def ask(self, verb: str) -> None:
        number = f"{CLOCK.now_ms()}-{verb}"
        self.state.ask(Command(verb=verb, number=number, reason="fire"))  # type: ignore[arg-type]  # one of its verbs

    def killed_at(self, point: KillPoint, act: Callable[[], None]) -> None:
        """Have the bot hold much, start it anew, and have it die at a point of its halt."""
        self.until(self.full)
        self.bot.kill()
        self.start(point)
        self.bar()
        act()
        assert self.bot.wait(PATIENCE_S) == -9, f"not killed {point}:\n{self.tail()}"
        self.bot.kill()

    def comes_to_rest(self, sent: int) -> None:
        """Start it again: it is halted, closes what is left, and has bought nothing more."""
        self.start()
        self.until(lambda: self.halted() and self.flat())
        for _ in range(3):
            self.bar()
            assert self.bot.wait(0.2) is None, self.tail()
        assert self.flat()
        assert self.halted()
        bought = [order for order in self.truth.orders[sent:] if order.side == "buy"]
        assert bought == []
        check(books_of(self.journal), ledger_of(self.truth), settled=False)

    def tail(self) -> str:
        return self.bot.log.read_text()[-6000:]

    def never_short(self) -> bool:
        """Tell whether no symbol was ever sold further than it was held, whoever would allow it."""
        for symbol in self.symbols:
            moves = [
                fill.quantity if fill.side == "buy" else -fill.quantity
                for fill in self.truth.fills
                if fill.symbol == symbol
            ]
            if min(accumulate(moves), default=Decimal(0)) < 0:
                return False
        return True


@pytest.fixture
def make_scene(tmp_path: Path) -> Iterator[Callable[[str], Scene]]:
    with SimExchange() as exchange:
        yield lambda market: Scene(exchange, tmp_path, market)


def _play(scene: Scene, points: list[KillPoint], act: Callable[[], None]) -> None:
    scene.start()
    for point in points:
        scene.ask("resume")
        scene.until(lambda: not scene.halted())
        scene.until(scene.full)
        sent = len(scene.truth.orders)
        scene.killed_at(point, act)
        scene.comes_to_rest(sent)
    assert scene.bot.stop() == 0, scene.tail()
    assert scene.never_short()
    check(books_of(scene.journal), ledger_of(scene.truth))


@pytest.mark.parametrize("market", MARKETS)
def test_killed_while_a_rule_halts_and_flattens(
    make_scene: Callable[[str], Scene], market: str
) -> None:
    scene = make_scene(market)

    _play(scene, RULE_POINTS[market], lambda: scene.bar(0.95))


def test_killed_while_a_person_flattens(make_scene: Callable[[str], Scene]) -> None:
    scene = make_scene("swap")

    _play(scene, PERSON_POINTS, lambda: scene.ask("flatten"))


def test_a_halt_lifted_while_nothing_ran_is_not_told_again(
    make_scene: Callable[[str], Scene],
) -> None:
    scene = make_scene("swap")
    scene.start()
    scene.until(scene.full)
    scene.bar(0.95)
    scene.until(lambda: scene.halted() and scene.flat())
    scene.bot.kill()
    before = len(scene.bot.log.read_text())

    scene.ask("resume")
    scene.start()
    scene.until(scene.full)

    told = scene.bot.log.read_text()[before:]
    assert "resumed by" in told
    assert "still halted" not in told
    assert scene.bot.stop() == 0, scene.tail()
    check(books_of(scene.journal), ledger_of(scene.truth))
