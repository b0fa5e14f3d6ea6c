"""The account's events end, hang, expire or swell: what was missed is found, and once."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from realtrade.execution import State
from realtrade.model.events import EventType
from realtrade.model.order import OrderStatus, OrderType
from tests.scenario.wire import KEY, WireBot

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from realtrade.model.instrument import MarketType

D = Decimal
TOLD = {"spot": "executionReport", "swap": "ORDER_TRADE_UPDATE"}
BOTH = pytest.mark.parametrize("market", ["spot", "swap"])


def resting(bot: WireBot) -> str:
    name = bot.place(bot.order("1", type=OrderType.LIMIT, limit_price=D(90)))
    bot.until(lambda: bot.status[name] is OrderStatus.ACCEPTED)
    return name


def gaps(bot: WireBot) -> int:
    """Return how often the account's events have stopped."""
    return sum(event.type is EventType.CONNECTION_LOST for event in bot.events)


def trades_on(bot: WireBot, name: str) -> None:
    """Assert that a resting order is executed once, and that trading goes on."""
    bot.exchange.walk(bot.symbol, 89)
    assert bot.until_over(name) is OrderStatus.FILLED
    bot.until(lambda: bot.standing.state is State.LIVE)
    after = bot.place(bot.order("0.5"))
    assert bot.until_over(after) is OrderStatus.FILLED
    bot.settle()
    assert bot.ledger().accepted == [name, after]


@BOTH
def test_connections_that_end_after_their_24_hours_are_made_anew(
    market: MarketType, tmp_path: Path
) -> None:
    bot = WireBot(tmp_path, market)
    bot.exchange.rules.lifetime_s = 1.5
    with bot:
        name = resting(bot)
        bot.until(lambda: gaps(bot) >= 1)
        bot.exchange.rules.lifetime_s = 86_400.0

        trades_on(bot, name)


@BOTH
def test_an_exchange_that_pings_no_more_and_then_hangs_up_is_called_again(
    market: MarketType, tmp_path: Path
) -> None:
    bot = WireBot(tmp_path, market)
    bot.exchange.rules.ping_s, bot.exchange.rules.pong_s = 0.1, 0.4
    bot.exchange.arm("ws_no_ping", -1)
    with bot:
        name = resting(bot)
        bot.until(lambda: gaps(bot) >= 1)
        bot.exchange.faults.clear()

        trades_on(bot, name)


@BOTH
def test_pings_are_answered(market: MarketType, tmp_path: Path) -> None:
    """A second of silence is enough to be hung up on; three of them pass."""
    bot = WireBot(tmp_path, market)
    bot.exchange.rules.ping_s, bot.exchange.rules.pong_s = 0.4, 1.0
    with bot:
        name = resting(bot)
        bot.wait(3)

        assert gaps(bot) == 0
        trades_on(bot, name)


@BOTH
def test_a_huge_frame_costs_no_event(bot: WireBot, market: MarketType) -> None:
    name = resting(bot)
    armed = bot.exchange.arm("ws_huge", match={"event": TOLD[market]})

    trades_on(bot, name)

    assert armed.struck == 1


@BOTH
def test_an_expired_key_of_the_stream_is_replaced(bot: WireBot) -> None:
    """A listen key of USDⓈ-M that has expired; a subscription that spot has terminated."""
    name = resting(bot)

    bot.exchange.end_user_streams(KEY)
    bot.until(lambda: gaps(bot) >= 1)

    trades_on(bot, name)


def begin_refused(bot: WireBot) -> None:
    bot.exchange.arm("ws_subscribe_error", 2, code=-1022, msg="not now")


def shake_no_hand(bot: WireBot) -> None:
    bot.exchange.arm("ws_refuse", 3)


@pytest.mark.parametrize("spoil", [begin_refused, shake_no_hand])
def test_a_stream_that_does_not_begin_at_once_is_asked_for_again(
    bot: WireBot, spoil: Callable[[WireBot], None]
) -> None:
    name = resting(bot)
    spoil(bot)

    bot.exchange.drop_connections()
    bot.until(lambda: bot.standing.state is State.RECONCILING)
    denied = bot.order("0.5")
    bot.place(denied)

    trades_on(bot, name)
    assert denied.client_order_id not in bot.ledger().asked


@BOTH
def test_an_entry_that_waits_to_leave_waits_longer_when_events_stop(bot: WireBot) -> None:
    """What was decided on while live, and held up by a limit, leaves when trading is live again."""
    bot.exchange.arm("rate_limited", match={"method": "POST", "path": "*/order"}, retry_after=1)
    name = bot.place(bot.order("0.5"))
    bot.until(lambda: bool(bot.ledger().asked))
    bot.exchange.arm("ws_refuse", -1)
    bot.exchange.drop_connections()
    bot.wait(2)
    assert (bot.standing.state, bot.ledger().accepted) == (State.RECONCILING, [])

    bot.exchange.faults.clear()

    assert bot.until_over(name) is OrderStatus.FILLED
    bot.settle()
    assert bot.ledger().accepted == [name]
