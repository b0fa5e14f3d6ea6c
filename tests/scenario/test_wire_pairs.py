"""One-cancels-other sales on Binance spot, over real HTTP: one holding, one order list."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from realtrade.model.order import OrderStatus, OrderType, Side
from tests.scenario.wire import WireBot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

D = Decimal
LIST = {"method": "POST", "path": "*/orderList/oco"}


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[WireBot]:
    with WireBot(tmp_path, "spot") as bot:
        bot.until_over(bot.place(bot.order("1")))
        bot.until(lambda: bot.held > 0)
        yield bot


def pair(bot: WireBot) -> tuple[str, str]:
    """Place a target and a stop on all that is held, one after the other, as strategies do."""
    held = str(bot.held // D("0.0001") * D("0.0001"))
    target = bot.order(held, Side.SELL, type=OrderType.LIMIT, limit_price=D(120))
    words = {"type": OrderType.STOP, "stop_price": D(80), "oco_id": target.client_order_id}
    stop = bot.order(held, Side.SELL, **words)
    return bot.place(target), bot.place(stop)


def rest(bot: WireBot) -> tuple[str, str]:
    names = pair(bot)
    bot.until(lambda: {bot.status[name] for name in names} == {OrderStatus.ACCEPTED})
    return names


@pytest.mark.parametrize(("price", "done", "gone"), [(125, 0, 1), (75, 1, 0)])
def test_one_is_executed_and_the_other_is_gone(
    bot: WireBot, price: int, done: int, gone: int
) -> None:
    names = rest(bot)
    sent = [one.path for one in bot.exchange.requests if one.method == "POST"]
    assert sent[1:] == ["/api/v3/orderList/oco"]

    bot.exchange.walk(bot.symbol, price)

    assert bot.until_over(names[done]) is OrderStatus.FILLED
    assert bot.until_over(names[gone]) in {OrderStatus.CANCELLED, OrderStatus.EXPIRED}
    bot.settle()
    assert 0 <= bot.held < D("0.0001")


def test_both_of_which_the_answer_is_lost_are_found_and_not_repeated(bot: WireBot) -> None:
    armed = bot.exchange.arm("lost_answer", match=LIST)

    names = rest(bot)

    assert armed.struck == 1
    assert sorted(bot.ledger().open) == sorted(names)
    bot.settle()


def test_a_cancel_of_one_takes_the_other_along(bot: WireBot) -> None:
    target, stop = rest(bot)

    bot.venue.cancel(target)

    assert bot.until_over(target) is OrderStatus.CANCELLED
    assert bot.until_over(stop) in {OrderStatus.CANCELLED, OrderStatus.EXPIRED}
    bot.settle()
    assert bot.ledger().open == frozenset()


def test_a_restart_finds_both(bot: WireBot) -> None:
    names = rest(bot)
    bot.end()
    bot.exchange.walk(bot.symbol, 125)
    bot.begin()

    assert bot.until_over(names[0]) is OrderStatus.FILLED
    assert bot.until_over(names[1]) in {OrderStatus.CANCELLED, OrderStatus.EXPIRED}
    bot.settle()
