"""Executions and orders long forgotten that come back, over real HTTP and WebSocket."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from realtrade.execution import State
from realtrade.model.order import OrderStatus, OrderType, Side
from tests.scenario.wire import KEY, WireBot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from realtrade.model.instrument import MarketType
    from realtrade.model.order import Fill

ROUNDS = 4


@pytest.fixture(params=["spot", "swap"])
def bot(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[WireBot]:
    """Return a bot that forgets whatever is older than two orders."""
    for place in (
        "common.live.dispatch._KEPT",
        "common.live.seen._KEPT",
        "execution.ledger._REMEMBERED",
        "storage.journal._REMEMBERED",
        "storage.recall._SEEN",
    ):
        monkeypatch.setattr(f"realtrade.{place}", 2)
    market: MarketType = request.param
    with WireBot(tmp_path, market) as bot:
        yield bot


def trade(bot: WireBot) -> None:
    for _ in range(ROUNDS):
        for quantity, side in (("0.5", Side.BUY), ("0.25", Side.SELL)):
            name = bot.place(bot.order(quantity, side))
            assert bot.until_over(name) is OrderStatus.FILLED
        bot.next_bar()


def poll_from_the_beginning(bot: WireBot) -> int:
    """Have all executions told of once more; return how many those were."""
    trades = bot.venue.dispatch.trades
    read: list[Sequence[Fill]] = []
    trades.cursors[bot.symbol] = "0"
    trades.fetch(bot.symbol, read.append)
    bot.until(lambda: bool(read))
    return len(read[0])


def test_polls_that_repeat_what_was_forgotten_book_nothing_twice(bot: WireBot) -> None:
    trade(bot)

    assert poll_from_the_beginning(bot) == 2 * ROUNDS

    bot.settle()
    assert bot.venue.dispatch.trades.external() == {bot.symbol: 0}
    assert bot.venue.dispatch.strangers.fills == {}


def test_a_restart_with_more_executions_than_are_kept_books_nothing_twice(bot: WireBot) -> None:
    trade(bot)
    bot.end()
    bot.begin()

    assert len(bot.journal.recall().seen) == 2
    assert poll_from_the_beginning(bot) == 2 * ROUNDS
    trade(bot)

    bot.settle()
    assert bot.standing.state is State.LIVE
    assert bot.venue.dispatch.trades.external() == {bot.symbol: 0}


def test_an_order_older_than_all_that_is_kept_is_executed_and_others_cost_no_question(
    bot: WireBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = bot.order("0.5", type=OrderType.LIMIT, limit_price=Decimal(90))
    old = bot.place(limit)
    bot.until(lambda: bot.status[old] is OrderStatus.ACCEPTED)
    trade(bot)
    asked: list[str] = []
    knows: Callable[[str], bool] = bot.journal.knows

    def ask(name: str) -> bool:
        asked.append(name)
        return knows(name)

    monkeypatch.setattr(bot.journal, "knows", ask)

    bot.exchange.by_hand.order(KEY, bot.symbol, "buy", "0.2")
    bot.until(lambda: poll_from_the_beginning(bot) == 2 * ROUNDS + 1)
    assert set(asked) <= {old}
    bot.exchange.walk(bot.symbol, 89)

    assert bot.until_over(old) is OrderStatus.FILLED
    bot.until(lambda: bot.venue.dispatch.trades.external()[bot.symbol] == Decimal("0.2"))
    assert poll_from_the_beginning(bot) == 2 * ROUNDS + 2
    assert sum(fill.quantity for fill in bot.kept.fills.values()) == Decimal("3.5")
    assert old not in bot.venue.dispatch.strangers.fills
