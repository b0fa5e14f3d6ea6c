"""Many faults at once on the wire, and restarts in between: each seed one life."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

import pytest

from realtrade.common.live import rounds, sender
from realtrade.execution import State, is_over
from realtrade.model.order import OrderStatus, OrderType, Side
from tests.scenario.wire import WireBot

if TYPE_CHECKING:
    from pathlib import Path

    from realtrade.model.instrument import MarketType

D = Decimal
REQUESTS = [
    "lost_answer",
    "reset_before",
    "reset_after",
    "server_error",
    "unknown_result",
    "empty",
    "html",
    "truncated",
    "clock",
]
FRAMES = ["ws_skip", "ws_duplicate", "ws_garbage", "ws_drop", "ws_close", "ws_torn"]


class Life:
    def __init__(self, bot: WireBot, seed: int) -> None:
        self.bot, self.random = bot, Random(seed)  # noqa: S311  # chance to be repeated
        self.acts = [self.buy, self.buy, self.rest, self.rest, self.sell, self.cancel]
        self.acts += [self.move, self.move, self.spoil, self.spoil, self.spoil_events, self.again]

    def step(self) -> None:
        self.random.choice(self.acts)()
        self.bot.wait(self.random.choice([0, 0.02, 0.1]))

    def buy(self) -> None:
        self.bot.place(self.bot.order("0.5"))

    def rest(self) -> None:
        price = D(self.random.choice([90, 95, 99]))
        self.bot.place(self.bot.order("0.5", type=OrderType.LIMIT, limit_price=price))

    def sell(self) -> None:
        quantity = min(self.bot.held, D("0.4")).quantize(D("0.001"))
        if quantity > D("0.1"):
            swap = self.bot.market == "swap"
            self.bot.place(self.bot.order(str(quantity), Side.SELL, reduce_only=swap))

    def cancel(self) -> None:
        names = [name for name, status in self.bot.status.items() if not is_over(status)]
        if names:
            self.bot.venue.cancel(self.random.choice(names))

    def move(self) -> None:
        self.bot.exchange.walk(self.bot.symbol, self.random.choice([89, 94, 98, 100, 103]))

    def spoil(self) -> None:
        method = self.random.choice(["POST", "DELETE", "GET"])
        path = "*" if method == "GET" else "*/order"
        self.bot.exchange.arm(self.random.choice(REQUESTS), match={"method": method, "path": path})

    def spoil_events(self) -> None:
        self.bot.exchange.arm(self.random.choice(FRAMES), match={"event": "*[RO]*"})

    def again(self) -> None:
        self.bot.next_bar()
        if self.random.random() < 0.4:
            self.bot.exchange.faults.clear()
            self.bot.end()
            self.bot.begin()


@pytest.mark.parametrize("market", ["spot", "swap"])
@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.untraced) for seed in (1, 2))]
)
def test_books_and_ledger_agree_after_all_of_it(
    market: MarketType, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "EVERY_S", 1.0)
    monkeypatch.setattr(rounds, "AT_MOST_S", 1.0)
    monkeypatch.setattr(sender, "MARGIN_MS", -4_000)
    with WireBot(tmp_path, market) as bot:
        life = Life(bot, seed)
        for _ in range(40):
            life.step()
        bot.exchange.faults.clear()
        bot.until(lambda: OrderStatus.SUBMITTED not in bot.status.values(), 25)
        bot.until(lambda: bot.standing.state is State.LIVE, 25)
        bot.moves = {}
        bot.settle()
        assert not bot.standing.limits
