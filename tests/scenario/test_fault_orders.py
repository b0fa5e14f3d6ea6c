"""What can become of an order at an exchange, in whatever order it is told: booked once, whole."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

import pytest

from realtrade.execution import State
from realtrade.model.order import OrderStatus, OrderType, Side
from tests.scenario.invariants import check
from tests.scenario.wire import KEY

if TYPE_CHECKING:
    from tests.scenario.wire import WireBot

D = Decimal
BOTH = pytest.mark.parametrize("market", ["spot", "swap"])
SPLITS = [["0.5", "0.5"], ["0.999", "0.001"], ["0.001", "0.999"], ["0.1"] * 10]


def resting(bot: WireBot, **words: Any) -> str:
    name = bot.place(bot.order("1", type=OrderType.LIMIT, limit_price=D(90), **words))
    bot.until(lambda: bot.status[name] is OrderStatus.ACCEPTED)
    return name


def there(bot: WireBot, name: str) -> int:
    """Return the exchange's number of an order."""
    return bot.exchange.truth(KEY).order(name).id


def stopped(bot: WireBot) -> str:
    """Buy, and rest a stop below."""
    bot.until_over(bot.place(bot.order("1")))
    words: dict[str, Any] = {"type": OrderType.STOP, "stop_price": D(95)}
    stop = bot.place(bot.order("0.9", Side.SELL, reduce_only=bot.market == "swap", **words))
    bot.until(lambda: bot.status[stop] is OrderStatus.ACCEPTED)
    return stop


@BOTH
@pytest.mark.parametrize("split", SPLITS, ids=["halves", "most first", "least first", "tenths"])
def test_an_order_may_be_executed_in_any_parts(bot: WireBot, split: list[str]) -> None:
    name = resting(bot)

    for part in split:
        bot.exchange.by_hand.fill(KEY, there(bot, name), part)

    assert bot.until_over(name) is OrderStatus.FILLED
    bot.settle()
    assert [trade.quantity for trade in bot.books().trades] == [D(part) for part in split]


@BOTH
def test_an_execution_may_be_told_before_the_order_is_acknowledged(bot: WireBot) -> None:
    bot.exchange.arm("slow", match={"method": "POST", "path": "*/order"}, seconds=0.6)

    name = bot.place(bot.order("0.5"))

    assert bot.until_over(name, 0.5) is OrderStatus.FILLED
    bot.wait(0.8)
    bot.settle()
    assert bot.moves[name][-1] is OrderStatus.FILLED


@BOTH
def test_an_execution_after_the_cancel_is_money_and_the_order_stays_cancelled(
    bot: WireBot,
) -> None:
    name = resting(bot)
    bot.venue.cancel(name)
    assert bot.until_over(name) is OrderStatus.CANCELLED

    bot.exchange.by_hand.fill(KEY, there(bot, name), "0.4")

    bot.settle()
    assert bot.status[name] is OrderStatus.CANCELLED
    assert [trade.quantity for trade in bot.books().trades] == [D("0.4")]


@BOTH
def test_an_execution_may_win_against_a_cancel(bot: WireBot) -> None:
    name = resting(bot)
    bot.exchange.arm("late", match={"method": "DELETE", "path": "*/order"}, seconds=0.5)
    bot.venue.cancel(name)
    bot.until(lambda: any(one.method == "DELETE" for one in bot.exchange.requests))

    bot.exchange.walk(bot.symbol, 89)

    assert bot.until_over(name) is OrderStatus.FILLED
    bot.wait(0.8)
    bot.settle()


@BOTH
def test_a_cancel_may_win_against_the_rest_of_an_order(bot: WireBot) -> None:
    name = resting(bot)
    bot.exchange.by_hand.fill(KEY, there(bot, name), "0.3")
    bot.venue.cancel(name)

    assert bot.until_over(name) is OrderStatus.CANCELLED
    bot.settle()
    assert [trade.quantity for trade in bot.books().trades] == [D("0.3")]


@BOTH
def test_a_stop_may_be_refused_when_it_triggers(bot: WireBot) -> None:
    stop = stopped(bot)
    held = bot.held
    bot.exchange.by_hand.reject_at_trigger()

    bot.exchange.walk(bot.symbol, 94)

    assert bot.until_over(stop) in {OrderStatus.REJECTED, OrderStatus.EXPIRED}
    bot.settle()
    assert bot.held == held


@BOTH
def test_an_exchange_may_end_an_order_itself(bot: WireBot) -> None:
    name = resting(bot)

    bot.exchange.by_hand.expire(KEY, there(bot, name))

    assert bot.until_over(name) is OrderStatus.EXPIRED
    bot.settle()


@pytest.mark.parametrize("fee", ["0.001", "0.0007"])
def test_fees_in_what_is_bought_leave_dust_and_no_difference(bot: WireBot, fee: str) -> None:
    bot.exchange.by_hand.market(bot.symbol, taker=D(fee), maker=D(fee))
    bot.until_over(bot.place(bot.order("0.5")))
    assert bot.held == D("0.5") * (1 - D(fee))
    bot.until_over(bot.place(bot.order("0.499", Side.SELL)))
    bot.settle()
    bot.next_bar()
    bot.end()

    bot.begin()

    assert (bot.standing.state, dict(bot.standing.limits)) == (State.LIVE, {})
    assert bot.held == D("0.5") * (1 - D(fee)) - D("0.499")
    bot.moves = {}
    bot.settle()


@BOTH
def test_an_order_named_like_ours_that_nobody_knows_bars_entries_and_is_left_alone(
    bot: WireBot,
) -> None:
    ours = bot.place(bot.order("0.5"))
    bot.until_over(ours)
    stranger = f"{ours.split('-')[0]}-{'a' * 22}-0"
    bot.next_bar()
    bot.end()
    bot.exchange.by_hand.order(KEY, bot.symbol, "buy", 1, 90, client_order_id=stranger)

    bot.begin(State.REDUCE_ONLY)

    denied = bot.order("0.5")
    bot.place(denied)
    bot.wait(0.3)
    assert denied.client_order_id not in bot.ledger().asked
    assert bot.exchange.truth(KEY).order(stranger).open
    bot.moves = {}
    check(bot.books(), bot.ledger(), settled=False)


@pytest.mark.parametrize("market", ["swap"])
@pytest.mark.parametrize(("side", "limited"), [("buy", False), ("sell", True)])
def test_a_position_of_somebody_else_is_told_of_and_left_alone(
    watchful: None, bot: WireBot, side: Literal["buy", "sell"], limited: bool
) -> None:
    """What trades against ours may not be entered on; what adds to it is only told of."""
    bot.until_over(bot.place(bot.order("0.5")))

    bot.exchange.by_hand.order(KEY, bot.symbol, side, "0.2")

    bot.until(lambda: any("0.2 traded by others" in event.message for event in bot.events))
    assert (bot.held, bot.standing.state) == (D("0.5"), State.LIVE)
    assert (bot.symbol in bot.standing.limits) is limited
    denied = bot.order("0.5")
    bot.place(denied)
    bot.wait(0.5)
    assert (denied.client_order_id in bot.status) is not limited
    check(bot.books(), bot.ledger(), settled=False)
