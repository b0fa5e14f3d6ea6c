"""Faults of the account's events, over real WebSocket: what was not heard is found by asking."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from realtrade.common.live import hearing, rounds
from realtrade.execution import State
from realtrade.model.order import OrderStatus, OrderType
from tests.scenario.wire import WireBot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from realtrade.model.instrument import MarketType

D = Decimal
TOLD = {"spot": "executionReport", "swap": "ORDER_TRADE_UPDATE"}
BOTH = pytest.mark.parametrize("market", ["spot", "swap"])


@pytest.fixture
def market() -> MarketType:
    return "spot"


@pytest.fixture
def bot(market: MarketType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WireBot]:
    """Return a bot that looks at the exchange twice a second, so that tests need not wait."""
    monkeypatch.setattr(rounds, "EVERY_S", 0.5)
    monkeypatch.setattr(rounds, "AT_MOST_S", 0.5)
    with WireBot(tmp_path, market) as bot:
        yield bot


def resting(bot: WireBot) -> str:
    name = bot.place(bot.order("1", type=OrderType.LIMIT, limit_price=D(90)))
    bot.until(lambda: bot.status[name] is OrderStatus.ACCEPTED)
    return name


@BOTH
@pytest.mark.parametrize(
    "fault",
    ["ws_skip", "ws_duplicate", "ws_garbage", "ws_half", "ws_torn", "ws_drop", "ws_close"],
)
def test_a_spoiled_event_costs_nothing(bot: WireBot, fault: str, market: MarketType) -> None:
    name = resting(bot)
    armed = bot.exchange.arm(fault, match={"event": TOLD[market]})

    bot.exchange.walk(bot.symbol, 89)

    assert bot.until_over(name) is OrderStatus.FILLED
    bot.until(lambda: bot.standing.state is State.LIVE)
    bot.settle()
    assert armed.struck == 1


@pytest.mark.parametrize("fault", ["ws_stall", "ws_freeze", "ws_shutdown", "ws_delay"])
def test_a_stream_that_falls_silent_while_requests_are_answered_costs_nothing(
    bot: WireBot, fault: str, market: MarketType
) -> None:
    name = resting(bot)
    bot.exchange.arm(fault, match={"event": TOLD[market]})

    bot.exchange.walk(bot.symbol, 89)
    assert bot.until_over(name) is OrderStatus.FILLED
    bot.until(lambda: bot.standing.state is State.LIVE)

    market_order = bot.place(bot.order("0.5"))
    assert bot.until_over(market_order) is OrderStatus.FILLED
    bot.settle()


@BOTH
def test_events_that_have_stopped_are_noticed_by_the_next_order(
    bot: WireBot, market: MarketType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection lives on and tells nothing; nobody looks at the exchange meanwhile."""
    monkeypatch.setattr(rounds, "EVERY_S", 600.0)
    monkeypatch.setattr(hearing, "WITHIN_S", 0.5)
    first = resting(bot)
    bot.until(lambda: bot.venue.dispatch.orders[first].heard)
    bot.wait(1.0)  # the looks that were due before come and go, and all was heard of
    assert bot.standing.state is State.LIVE
    armed = bot.exchange.arm("ws_stall", match={"event": TOLD[market]})

    second = bot.place(bot.order("1", type=OrderType.LIMIT, limit_price=D(80)))
    bot.until(lambda: "nothing was told of" in str(bot.events))
    bot.until(lambda: bot.standing.state is State.LIVE)
    bot.exchange.walk(bot.symbol, 79)

    assert bot.until_over(first) is OrderStatus.FILLED
    assert bot.until_over(second) is OrderStatus.FILLED
    assert armed.struck == 1
    bot.settle()


@BOTH
def test_events_out_of_order_are_put_right(bot: WireBot, market: MarketType) -> None:
    bot.exchange.arm("ws_reorder", match={"event": TOLD[market]})

    name = bot.place(bot.order("0.5"))

    assert bot.until_over(name) is OrderStatus.FILLED
    bot.settle()


def test_a_stream_that_refuses_to_begin_keeps_entries_waiting(bot: WireBot) -> None:
    bot.exchange.arm("ws_subscribe_error", 3, code=-1022, msg="not now")
    bot.exchange.drop_connections()
    bot.until(lambda: bot.standing.state is State.RECONCILING)

    bot.until(lambda: bot.standing.state is State.LIVE)
    name = bot.place(bot.order("0.5"))
    assert bot.until_over(name) is OrderStatus.FILLED
    bot.settle()


def test_an_order_lost_twice_over_is_still_found(bot: WireBot, market: MarketType) -> None:
    """Neither the answer nor any event comes."""
    bot.exchange.arm("ws_skip", -1, match={"event": TOLD[market]})
    bot.exchange.arm("lost_answer", match={"method": "POST", "path": "*/order"})

    name = bot.place(bot.order("0.5"))

    assert bot.until_over(name) is OrderStatus.FILLED
    bot.settle()


def test_an_order_placed_by_hand_is_told_of_and_left_alone(bot: WireBot) -> None:
    from realtrade.testing.exchange.order import OrderRequest
    from tests.scenario.wire import KEY

    core = bot.exchange.core
    asked = OrderRequest(
        symbol=bot.symbol,
        side="buy",
        type="LIMIT",
        client_order_id="web_1",
        quantity=D(1),
        price=D(90),
    )
    core.place(bot.exchange.account(KEY), asked)

    bot.until(lambda: any("not ours, and left alone" in event.message for event in bot.events))
    assert bot.standing.state is State.LIVE
    assert "web_1" in bot.ledger().open


@pytest.mark.parametrize("market", ["swap"])
def test_a_trade_by_hand_is_counted_and_left_alone(bot: WireBot) -> None:
    from realtrade.testing.exchange.order import OrderRequest
    from tests.scenario.wire import KEY

    name = bot.place(bot.order("0.5"))
    bot.until_over(name)
    asked = OrderRequest(
        symbol=bot.symbol, side="buy", type="MARKET", client_order_id="web_1", quantity=D(1)
    )
    bot.exchange.core.place(bot.exchange.account(KEY), asked)

    bot.until(lambda: any("1 traded by others" in event.message for event in bot.events))
    assert bot.standing.state is State.LIVE
    assert not bot.standing.limits
    assert bot.held == D("0.5")
