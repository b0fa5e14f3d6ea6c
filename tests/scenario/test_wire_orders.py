"""Faults of requests, over real HTTP: whatever becomes of an answer, books and ledger agree."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.execution import State
from realtrade.model.order import OrderStatus, OrderType, Side, TimeInForce

if TYPE_CHECKING:
    from tests.scenario.wire import WireBot

D = Decimal
POST = {"method": "POST", "path": "*/order"}
DELETE = {"method": "DELETE", "path": "*/order"}


BOTH = pytest.mark.parametrize("market", ["spot", "swap"])


def resting(bot: WireBot, quantity: str = "1", **words: Any) -> str:
    """Place an order that rests, and wait until it does."""
    name = bot.place(bot.order(quantity, type=OrderType.LIMIT, **words))
    bot.until(lambda: bot.status[name] is OrderStatus.ACCEPTED)
    return name


@pytest.mark.parametrize(
    "fault",
    [
        "reset_after",
        "lost_answer",
        "unknown_result",
        "empty",
        "null",
        "object",
        "array",
        "html",
        "truncated",
        "foreign",
    ],
)
def test_an_order_whose_answer_is_lost_is_found_and_not_repeated(bot: WireBot, fault: str) -> None:
    armed = bot.exchange.arm(fault, match=POST)

    name = bot.place(bot.order("0.5"))

    assert bot.until_over(name) is OrderStatus.FILLED
    bot.settle()
    assert armed.struck == 1
    assert bot.ledger().accepted == [name]


@pytest.mark.parametrize("fault", ["reset_before", "server_error"])
def test_an_order_that_never_arrived_is_given_up_and_not_repeated(
    bot: WireBot, fault: str, short_lived: None
) -> None:
    bot.exchange.arm(fault, match=POST)

    name = bot.place(bot.order("0.5"))

    assert bot.until_over(name) is OrderStatus.REJECTED
    bot.settle()
    assert bot.ledger().accepted == []


@BOTH
def test_an_order_that_arrives_late_is_found(bot: WireBot) -> None:
    bot.exchange.arm("late", match=POST, seconds=1.5)

    name = bot.place(bot.order("0.5"))

    assert bot.until_over(name) is OrderStatus.FILLED
    bot.settle()
    assert bot.ledger().accepted == [name]


@pytest.mark.parametrize(
    ("fault", "options"),
    [
        ("rate_limited", {"retry_after": 1}),
        ("banned", {"retry_after": 1}),
        ("too_many_requests", {}),
        ("clock", {}),
    ],
)
def test_an_order_refused_for_its_haste_or_time_goes_again_once_it_may(
    bot: WireBot, fault: str, options: dict[str, Any]
) -> None:
    bot.exchange.arm(fault, match=POST, **options)

    name = bot.place(bot.order("0.5"))

    assert bot.until_over(name, 15) is OrderStatus.FILLED
    bot.settle()
    assert bot.ledger().accepted == [name]


def test_an_exchange_that_takes_no_connection_gets_the_order_when_it_does(bot: WireBot) -> None:
    bot.exchange.refuse_connections()
    bot.store.close()

    name = bot.place(bot.order("0.5"))
    bot.wait(0.6)
    assert bot.status[name] is OrderStatus.SUBMITTED
    bot.exchange.refuse_connections(refused=False)

    assert bot.until_over(name) is OrderStatus.FILLED
    bot.settle()


@pytest.mark.parametrize("fault", ["key_revoked", "bad_signature"])
def test_a_refused_key_halts_everything(bot: WireBot, fault: str) -> None:
    bot.exchange.arm(fault, match=POST)

    name = bot.place(bot.order("0.5"))

    assert bot.until_over(name) is OrderStatus.REJECTED
    assert bot.standing.state is State.HALTED
    assert bot.ledger().accepted == []
    told = " ".join(event.message for event in bot.events)
    assert "refuses the key" in told
    assert "the-secret" not in told
    assert "signature=" not in told


@BOTH
def test_an_order_without_money_ends_for_want_of_it(bot: WireBot) -> None:
    name = bot.place(bot.order("90000" if bot.market == "swap" else "5000"))

    assert bot.until_over(name) in {OrderStatus.MARGIN, OrderStatus.REJECTED}
    bot.settle()


def test_a_request_delivered_twice_opens_a_resting_order_once(bot: WireBot) -> None:
    bot.exchange.arm("duplicate_delivery", match=POST)

    resting(bot)

    bot.settle()
    assert len(bot.ledger().open) == 1


@pytest.mark.parametrize(
    "fault", ["lost_answer", "reset_before", "server_error", "html", "rate_limited", "empty"]
)
def test_a_cancel_is_repeated_until_the_exchange_says_that_it_is_done(
    bot: WireBot, fault: str
) -> None:
    name = resting(bot)
    bot.exchange.arm(fault, match=DELETE, **({"retry_after": 1} if "rate" in fault else {}))

    bot.venue.cancel(name)

    assert bot.until_over(name) is OrderStatus.CANCELLED
    bot.settle()


@BOTH
def test_an_order_filled_in_parts_is_booked_part_by_part(bot: WireBot) -> None:
    name = resting(bot, "3")
    bot.exchange.walk(bot.symbol, 89)

    assert bot.until_over(name) is OrderStatus.FILLED
    bot.settle()


@BOTH
def test_fills_while_nobody_listens_are_found_when_events_flow_again(bot: WireBot) -> None:
    name = resting(bot)
    bot.exchange.arm("ws_refuse", -1)
    bot.exchange.drop_connections()
    bot.until(lambda: bot.standing.state is State.RECONCILING)

    bot.exchange.walk(bot.symbol, 89)
    bot.wait(0.3)
    assert bot.status[name] is OrderStatus.ACCEPTED
    bot.exchange.faults.clear()

    assert bot.until_over(name) is OrderStatus.FILLED
    bot.until(lambda: bot.standing.state is State.LIVE)
    bot.settle()


@BOTH
def test_cancels_pass_while_nobody_listens(bot: WireBot) -> None:
    name = resting(bot)
    bot.exchange.arm("ws_refuse", -1)
    bot.exchange.drop_connections()
    bot.until(lambda: bot.standing.state is State.RECONCILING)

    bot.venue.cancel(name)

    assert bot.until_over(name) is OrderStatus.CANCELLED


@BOTH
def test_immediate_or_cancel_ends_at_once(bot: WireBot) -> None:
    words: dict[str, Any] = {"type": OrderType.LIMIT, "limit_price": D(90)}
    name = bot.place(bot.order("1", time_in_force=TimeInForce.IOC, **words))

    assert bot.until_over(name) in {OrderStatus.EXPIRED, OrderStatus.CANCELLED}
    bot.settle()


@BOTH
def test_a_restart_finds_what_it_left(bot: WireBot) -> None:
    filled, open_ = resting(bot), resting(bot, "2", limit_price=D(80))
    bot.next_bar()
    bot.end()
    bot.exchange.walk(bot.symbol, 89)

    bot.begin()

    bot.until(lambda: bot.status[filled] is OrderStatus.FILLED)
    assert bot.status[open_] is OrderStatus.ACCEPTED
    assert bot.held > 0
    bot.moves = {}
    bot.settle()


@BOTH
def test_a_stop_protects_and_is_filled(bot: WireBot) -> None:
    entry = bot.place(bot.order("1"))
    bot.until_over(entry)
    bot.settle()
    words: dict[str, Any] = {"type": OrderType.STOP, "stop_price": D(95)}
    stop = bot.place(bot.order("0.9", Side.SELL, reduce_only=True, **words))
    bot.until(lambda: bot.status[stop] is OrderStatus.ACCEPTED)

    bot.exchange.walk(bot.symbol, 94)

    assert bot.until_over(stop) is OrderStatus.FILLED
    bot.settle()


@BOTH
def test_a_bracket_ends_with_one_exit_and_without_the_other(bot: WireBot) -> None:
    parent = bot.order("1")
    words: dict[str, Any] = {
        "parent_id": parent.client_order_id,
        "reduce_only": bot.market == "swap",
    }
    stop = bot.order("1", Side.SELL, type=OrderType.STOP, stop_price=D(90), **words)
    target = bot.order("1", Side.SELL, type=OrderType.LIMIT, limit_price=D(110), **words)
    bot.place(parent, stop, target)
    wanted = {stop.client_order_id, target.client_order_id}
    bot.until(lambda: all(bot.status[name] is OrderStatus.ACCEPTED for name in wanted))
    bot.settle()

    bot.exchange.walk(bot.symbol, 111)

    bot.until_over(target.client_order_id)
    assert bot.until_over(stop.client_order_id) in {OrderStatus.CANCELLED, OrderStatus.EXPIRED}
    bot.settle()
    assert bot.ledger().open == frozenset()


@pytest.mark.parametrize("market", ["swap"])
@pytest.mark.parametrize("fault", ["lost_answer", "unknown_result", "empty"])
def test_the_same_holds_for_swaps(bot: WireBot, fault: str) -> None:
    bot.exchange.arm(fault, match=POST)
    name = bot.place(bot.order("0.5"))
    assert bot.until_over(name) is OrderStatus.FILLED
    bot.exchange.arm(fault, match={"method": "POST", "path": "*/algoOrder"})
    words: dict[str, Any] = {"type": OrderType.STOP, "stop_price": D(95)}
    stop = bot.place(bot.order("0.5", Side.SELL, reduce_only=True, **words))
    bot.until(lambda: bot.status[stop] is OrderStatus.ACCEPTED)
    bot.exchange.arm(fault, match={"method": "DELETE", "path": "*/algoOrder"})

    bot.venue.cancel(stop)

    assert bot.until_over(stop) is OrderStatus.CANCELLED
    bot.settle()
