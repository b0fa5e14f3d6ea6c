"""History that a strategy is shown after a restart: what it is told, and when."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.common.broker.risk import perform
from realtrade.model.order import OrderStatus, Position, Side
from realtrade.model.verdict import Action, ActionKind
from realtrade.plugins.ports.journal import Recalled
from realtrade.plugins.ports.venue import Report, ReportKind
from realtrade.risk import RiskManager
from tests.common.broker.restarting import BUY, Bot, D, fill_of, known, sent_by

if TYPE_CHECKING:
    from tests.common.broker.restarting import Script


@pytest.mark.parametrize(
    ("interval", "begun", "told"),
    [
        ("1h", False, [("Completed", 1)]),
        ("1h", True, []),
        ("tick", False, []),
    ],
    ids=["untold", "perhaps told on a bar begun", "told between marks"],
)
def test_an_end_that_no_bar_came_after_is_told_once(
    interval: str, told: list[tuple[str, float]], *, begun: bool
) -> None:
    (intent,) = sent_by(BUY)
    fill = fill_of(intent, "7", "1")
    done = replace(known(intent, OrderStatus.FILLED, fill), untold=True)
    later = replace(intent, client_order_id="rt-2", created_ms=intent.created_ms + 3_600_000)
    orders = [done, known(later, OrderStatus.ACCEPTED)] if begun else [done]
    recalled = Recalled(
        orders=orders,
        seen=frozenset({("BTC/USDT", "7")}),
        positions={"BTC/USDT": Position(D(1), D(100))},
        bars={"btc": intent.created_ms},
        fresh=False,
    )
    bot = Bot({}, recalled, interval=interval)

    actor = bot.run()

    assert actor.told == told


def test_what_a_strategy_does_about_news_does_not_fall_into_history() -> None:
    (intent,) = sent_by(BUY)
    hub, told_in_history = SimpleNamespace(live=False), []

    def go_live(strategy: Any) -> None:
        told_in_history.extend(strategy.told)
        hub.live = True
        bot.broker.reruns.shown()

    bot = Bot(
        {**BUY, 5: go_live},
        Recalled(orders=[known(intent, OrderStatus.ACCEPTED)], fresh=False),
        RiskManager([]),
    )
    bot.cerebro.datas[0].hub = hub
    fill = fill_of(intent, "7", "1")
    bot.exchange.said = [Report(ReportKind.FILLED, intent.client_order_id, fill)]

    bot.broker.settle()
    bot.broker.reruns.hold(set())
    actor = bot.run()

    assert told_in_history == []
    assert actor.told == [("Completed", 1)]
    assert actor.orders[0].client_order_id == intent.client_order_id


def test_a_strategy_shown_history_may_want_something_else_there_than_it_did() -> None:
    """It holds by now what it did not then: where it bought, it sells."""
    (intent,) = sent_by(BUY)
    sell: Script = {3: lambda s: s.sell(size=1)}
    recalled = Recalled(orders=[known(intent, OrderStatus.ACCEPTED)], fresh=False)
    bot = Bot(sell, recalled, RiskManager([]))
    bot.cerebro.datas[0].hub = SimpleNamespace(live=False)

    actor = bot.run()

    (order,) = bot.broker.get_orders_open()
    assert order.client_order_id == intent.client_order_id
    assert actor.told == [("Rejected", 0)]
    assert not bot.broker.cancel(actor.orders[0])
    assert bot.broker.get_orders_open() == [order]
    assert bot.exchange.sent == []


@pytest.mark.parametrize("exits", [True, False], ids=["an exit", "an entry"])
def test_exits_cancelled_on_history_rest_until_the_first_bar_that_is_none(*, exits: bool) -> None:
    """A strategy that replaces its stop at each bar has no new one before: it is not placed."""
    sell: Script = {3: lambda s: s.sell(size=1)}
    (intent,) = sent_by(BUY)
    order = replace(intent, side=Side.SELL) if exits else intent
    recalled = Recalled(
        orders=[known(order, OrderStatus.ACCEPTED)],
        positions={"BTC/USDT": Position(D(1), D(100))},
        fresh=False,
    )
    seen: list[tuple[int, list[str]]] = []

    def look(strategy: Any) -> None:
        seen.append((len(strategy), list(bot.exchange.cancelled)))
        bot.cerebro.datas[0].hub.live = len(strategy) >= 6

    cancel: Script = {4: lambda s: s.cancel(s.orders[0]), 5: look, 6: look, 7: look}
    bot = Bot({**(sell if exits else BUY), **cancel}, recalled, RiskManager([]))
    bot.cerebro.datas[0].hub = SimpleNamespace(live=False)

    bot.run()

    name = intent.client_order_id
    first = [] if exits else [name]
    assert seen == [(5, first), (6, first), (7, [name])]


def test_a_halt_waits_for_no_bar() -> None:
    """What must not rest is cancelled at once, whichever bar a strategy is shown."""
    (intent,) = sent_by(BUY)
    bot = Bot(
        {4: lambda _: perform(bot.broker, Action(ActionKind.FLATTEN, "person", "now"))},
        Recalled(orders=[known(intent, OrderStatus.ACCEPTED)], fresh=False),
        RiskManager([]),
    )
    bot.cerebro.datas[0].hub = SimpleNamespace(live=False)

    bot.run()

    assert bot.exchange.cancelled == [intent.client_order_id]
