"""Exits while the account's events are lost and requests are answered, over real HTTP."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from realtrade.common.live import unheard
from realtrade.execution import State
from realtrade.model.order import OrderStatus, OrderType, Side
from tests.scenario.wire import WireBot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

D = Decimal


@pytest.fixture(params=["spot", "swap"])
def bot(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[WireBot]:
    monkeypatch.setattr(unheard, "FIRST_S", 0.3)  # nobody is to wait for seconds here
    monkeypatch.setattr(unheard, "POLL_S", 2.0)
    with WireBot(tmp_path, request.param) as bot:
        yield bot


def deafen(bot: WireBot) -> None:
    """Let no stream be opened any more, and wait until requests have told what is held."""
    bot.exchange.arm("ws_refuse", -1)
    bot.exchange.drop_connections()
    bot.until(lambda: bot.standing.state is State.REDUCE_ONLY)


def test_a_stop_that_is_watched_here_still_closes(bot: WireBot) -> None:
    bought = bot.place(bot.order("0.5"))
    bot.until_over(bought)
    deafen(bot)

    refused = bot.place(bot.order("0.5"))
    quantity = str(bot.held.quantize(D("0.001"), "ROUND_DOWN"))
    sold = bot.place(bot.order(quantity, Side.SELL, reduce_only=True))
    bot.until(lambda: bot.status[sold] is OrderStatus.FILLED)

    assert refused not in bot.status
    bot.exchange.faults.clear()
    bot.until(lambda: bot.standing.state is State.LIVE)
    bot.settle()


def test_a_stop_does_not_sell_what_an_exit_has_sold_unheard(bot: WireBot) -> None:
    bought = bot.place(bot.order("0.5"))
    bot.until_over(bought)
    deafen(bot)
    quantity = str(bot.held.quantize(D("0.001"), "ROUND_DOWN"))
    words = {"type": OrderType.LIMIT, "limit_price": D(110), "reduce_only": True}
    resting = bot.place(bot.order(quantity, Side.SELL, **words))
    bot.until(lambda: bot.status[resting] is OrderStatus.ACCEPTED)
    bot.exchange.walk(bot.symbol, 111)

    late = bot.place(bot.order(quantity, Side.SELL, reduce_only=True))

    assert bot.until_over(late) is not OrderStatus.FILLED
    assert bot.until_over(resting, 20) is OrderStatus.FILLED
    bot.exchange.faults.clear()
    bot.settle()
