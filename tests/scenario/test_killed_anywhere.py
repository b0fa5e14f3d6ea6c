"""Kill the bot at every single request and commit of a play, before it and after it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from realtrade.execution import State
from realtrade.model.order import OrderStatus, OrderType, Side
from realtrade.plugins.ports.gateway import Outcome
from tests.common.live.disk import Killed
from tests.common.live.exchange import SWAP, Fault
from tests.scenario.bot import Bot

D = Decimal
Play = Callable[[Bot], None]


def buy_at_market(bot: Bot) -> None:
    bot.place(bot.order("1"))
    bot.run(5)


def lose_the_answer(bot: Bot) -> None:
    bot.exchange.faults.append(Fault(executed=True))
    bot.place(bot.order("1"))
    bot.run(30)


def lose_the_request(bot: Bot) -> None:
    bot.exchange.faults.append(Fault())
    bot.place(bot.order("1"))
    bot.run(30)


def arrive_late(bot: Bot) -> None:
    bot.exchange.faults.append(Fault(delay_s=7))
    bot.place(bot.order("1"))
    bot.run(30)


def no_connection_first(bot: Bot) -> None:
    bot.exchange.faults.extend([Fault(Outcome.NOT_SENT), Fault(Outcome.THROTTLED)])
    bot.place(bot.order("1"))
    bot.run(10)


def fill_in_parts_and_cancel(bot: Bot) -> None:
    intent = bot.order("3", type=OrderType.LIMIT)
    bot.place(intent)
    bot.run(1)
    name = intent.client_order_id
    if name in bot.exchange.orders:
        bot.exchange.fill(name, D(1))
        bot.run(1)
        bot.exchange.fill(name, D(1), told=False)
    bot.venue.cancel(name)
    bot.run(10)


def bracket(bot: Bot) -> None:
    parent = bot.order("2")
    words = {"parent_id": parent.client_order_id, "reduce_only": True}
    stop = bot.order("2", Side.SELL, type=OrderType.STOP, stop_price=D(80), **words)
    target = bot.order("2", Side.SELL, type=OrderType.LIMIT, limit_price=D(120), **words)
    bot.place(parent, stop, target)
    bot.run(2)
    if target.client_order_id in bot.exchange.orders:
        bot.exchange.fill(target.client_order_id, D(2))
    bot.run(5)


def entry_rests_then_fills(bot: Bot) -> None:
    parent = bot.order("2", type=OrderType.LIMIT)
    stop = bot.order(
        "2",
        Side.SELL,
        type=OrderType.STOP,
        stop_price=D(80),
        parent_id=parent.client_order_id,
        reduce_only=True,
    )
    bot.place(parent, stop)
    bot.run(1)
    bot.next_bar()
    if parent.client_order_id in bot.exchange.orders:
        bot.exchange.fill(parent.client_order_id, D(2))
    bot.run(5)


PLAYS: list[Play] = [
    buy_at_market,
    lose_the_answer,
    lose_the_request,
    arrive_late,
    no_connection_first,
    fill_in_parts_and_cancel,
    bracket,
    entry_rests_then_fills,
]


def steps_of(play: Play) -> int:
    bot = Bot(SWAP)
    before = bot.fuse.steps
    play(bot)
    return bot.fuse.steps - before


@pytest.mark.parametrize("play", PLAYS, ids=lambda play: play.__name__)
def test_killed_at_every_step_the_books_agree_after_the_restart(play: Play) -> None:
    for step in range(steps_of(play)):
        bot = Bot(SWAP)
        bot.fuse.left = step
        try:
            play(bot)
        except Killed:
            bot.deaths += 1
            bot.alive(bot.begin)
        bot.settle()

        assert bot.standing.state is State.LIVE, step


@pytest.mark.parametrize("play", PLAYS, ids=lambda play: play.__name__)
def test_killed_at_every_step_and_at_every_step_of_the_restart(play: Play) -> None:
    for first in range(0, steps_of(play), 3):
        for second in range(0, 30, 4):
            bot = Bot(SWAP)
            bot.fuse.left = first
            try:
                play(bot)
            except Killed:
                bot.deaths += 1
                bot.fuse.left = second
                bot.alive(bot.begin)
            bot.settle()


@pytest.mark.parametrize("play", PLAYS, ids=lambda play: play.__name__)
def test_undisturbed_every_play_ends_as_it_should(play: Play) -> None:
    bot = Bot(SWAP)
    play(bot)
    bot.settle()

    assert bot.standing.state is State.LIVE
    assert OrderStatus.SUBMITTED not in bot.journal.rows.status.values()
