from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import backtrader as bt
import numpy as np
import pytest

from realtrade.common import BaseBroker, BaseData, FeedHub
from realtrade.common.broker.restart import OpenTrades, RestartError
from realtrade.model.bar import BarColumns
from realtrade.model.instrument import Instrument
from realtrade.model.order import OrderIntent, OrderStatus, Position, Side
from realtrade.model.verdict import Denied
from realtrade.plugins.ports.journal import KnownOrder, Recalled
from realtrade.plugins.ports.risk import Needs
from realtrade.plugins.ports.venue import Report, ReportKind
from realtrade.risk import RiskManager
from realtrade.utils.timeframes import Timeframe
from tests.common.broker.restarting import BUY, SPOT, Bot, D, fill_of, known, sent_by

if TYPE_CHECKING:
    from tests.common.broker.restarting import Script


class Reopening(bt.Analyzer):
    params = (("trades", None),)

    def next(self) -> None:
        self.p.trades.reopen([self.strategy])


class Always:
    """A rule that lets nothing through, as the one that guards history does."""

    name = "always"
    needs = Needs()

    def assess(self, intent: OrderIntent, view: object) -> Denied:
        return Denied("always", "no")


def Deny() -> RiskManager:  # noqa: N802 - reads as a gate
    return RiskManager([Always()])


def test_a_bar_run_again_sends_nothing_twice() -> None:
    (intent,) = sent_by(BUY)
    bot = Bot(BUY, Recalled(orders=[known(intent, OrderStatus.ACCEPTED)], fresh=False))

    actor = bot.run()

    assert bot.exchange.sent == []
    assert actor.told == [("Accepted", 0)]
    assert actor.orders[0].client_order_id == intent.client_order_id
    assert actor.orders[0] in bot.broker.get_orders_open()


def test_an_order_over_before_the_restart_is_told_of_again() -> None:
    (intent,) = sent_by(BUY)
    fill = fill_of(intent, "7", "1")
    recalled = Recalled(
        orders=[known(intent, OrderStatus.FILLED, fill)],
        seen=frozenset({("BTC/USDT", "7")}),
        positions={"BTC/USDT": Position(D(1), D(100))},
        fresh=False,
    )
    bot = Bot(BUY, recalled)

    actor = bot.run()

    assert bot.exchange.sent == []
    assert actor.told == [("Completed", 1)]
    assert (actor.position.size, actor.position.price) == (1, 100)


def test_what_was_decided_and_never_left_goes_out_when_it_is_wanted_again() -> None:
    (intent,) = sent_by(BUY)
    unsent = known(intent, OrderStatus.SUBMITTED, tries=0)
    bot = Bot(BUY, Recalled(orders=[unsent], fresh=False))

    actor = bot.run()

    assert bot.exchange.sent == [intent]
    assert actor.told == [("Submitted", 0)]


def test_what_was_decided_never_left_and_is_not_wanted_again_is_given_up() -> None:
    (intent,) = sent_by(BUY)
    unsent = known(intent, OrderStatus.SUBMITTED, tries=0)
    bot = Bot({4: lambda s: bot.broker.end_reruns()}, Recalled(orders=[unsent], fresh=False))

    actor = bot.run()

    assert bot.exchange.sent == []
    assert actor.told == [("Rejected", 0)]
    assert bot.journal.moves[-1].status is OrderStatus.DENIED
    assert "before it was sent" in bot.journal.moves[-1].reason


def test_what_may_have_left_before_its_status_was_committed_counts_as_sent() -> None:
    """A sending is committed before the status: killed in between, the journal has only that."""
    (intent,) = sent_by(BUY)
    bot = Bot(BUY, Recalled(orders=[known(intent, OrderStatus.CREATED)], fresh=False))
    bot.exchange.said = [Report(ReportKind.ACCEPTED, intent.client_order_id)]

    bot.broker.settle()
    bot.broker.reruns.hold({intent.created_ms})
    bot.broker.end_reruns()
    actor = bot.run()

    assert bot.exchange.sent == []
    assert actor.told == [("Accepted", 0)]
    assert actor.orders[0] in bot.broker.get_orders_open()
    assert [move.status for move in bot.journal.moves] == [OrderStatus.ACCEPTED]


@pytest.mark.parametrize(
    ("script", "again", "told"),
    [
        (BUY, True, [("Partial", 0.4), ("Completed", 1)]),
        (BUY, False, [("Partial", 0.4), ("Completed", 1)]),
        ({4: lambda s: s.broker.reruns.shown()}, False, [("Partial", 0.4), ("Completed", 1)]),
        ({4: lambda s: s.broker.reruns.shown()}, True, []),
        ({4: lambda s: s.broker.reruns.end()}, True, [("Partial", 0.4), ("Completed", 1)]),
    ],
    ids=["run again", "in history", "not placed again", "still to be run again", "over"],
)
def test_what_became_of_an_order_meanwhile_is_told_once_it_may_be_known(
    script: Script, again: bool, told: list[tuple[str, float]]
) -> None:
    (intent,) = sent_by(BUY)
    bot = Bot(script, Recalled(orders=[known(intent, OrderStatus.ACCEPTED)], fresh=False))
    bot.exchange.said = [
        Report(ReportKind.FILLED, intent.client_order_id, fill_of(intent, trade_id, quantity))
        for trade_id, quantity in (("7", "0.4"), ("8", "0.6"))
    ]

    bot.broker.settle()
    bot.broker.reruns.hold({intent.created_ms} if again else set())
    actor = bot.run()

    assert actor.told == told
    assert actor.position.size == 1


def test_what_was_given_up_and_is_placed_once_more_in_history_is_told_of_once() -> None:
    (intent,) = sent_by(BUY)
    unsent = known(intent, OrderStatus.SUBMITTED, tries=0)
    bot = Bot(BUY, Recalled(orders=[unsent], fresh=False), Deny())
    bot.broker.reruns.hold(set())

    bot.broker.end_reruns()
    actor = bot.run()

    assert bot.exchange.sent == []
    assert actor.told == [("Rejected", 0)]


def test_another_wish_under_the_same_id_stops_the_strategy() -> None:
    (intent,) = sent_by(BUY)
    sell: Script = {3: lambda s: s.sell(size=1)}
    bot = Bot(sell, Recalled(orders=[known(intent, OrderStatus.ACCEPTED)], fresh=False))

    with pytest.raises(RestartError, match="wants something else than buy market BTC/USDT"):
        bot.run()


def test_a_fill_known_before_is_booked_once_and_the_rest_completes_the_order() -> None:
    (intent,) = sent_by(BUY)
    first, second = fill_of(intent, "7", "0.4"), fill_of(intent, "8", "0.6")
    recalled = Recalled(
        orders=[known(intent, OrderStatus.PARTIALLY_FILLED, first)],
        seen=frozenset({("BTC/USDT", "7")}),
        positions={"BTC/USDT": Position(D("0.4"), D(100))},
        fresh=False,
    )
    bot = Bot({}, recalled)
    name = intent.client_order_id
    bot.exchange.said = [Report(ReportKind.FILLED, name, fill) for fill in (first, second)]

    actor = bot.run()

    assert actor.told == [("Completed", 1)]
    assert actor.position.size == 1
    assert list(bot.journal.fills) == [second]


def test_prices_of_resting_orders_come_back() -> None:
    asked: Script = {
        3: lambda s: s.sell(
            size=2, price=90, plimit=88.5, exectype=bt.Order.StopLimit, reduce_only=True
        )
    }
    margin = Instrument("BTC/USDT", "BTC", "USDT", market="swap")
    first = Bot(asked)
    first.cerebro.datas[0].instrument = margin
    first.run()
    (intent,) = first.exchange.sent
    bot = Bot({}, Recalled(orders=[known(intent, OrderStatus.ACCEPTED)], fresh=False))

    (order,) = bot.broker.get_orders_open()

    assert (order.isbuy(), order.size, order.exectype) == (False, -2, bt.Order.StopLimit)
    assert (order.created.price, order.created.pricelimit) == (90, 88.5)
    assert bot.broker.open_intents() == [intent]


def test_a_late_fill_of_a_forgotten_order_of_ours_is_still_money() -> None:
    (intent,) = sent_by(BUY)
    bot = Bot({}, Recalled(fresh=False))
    late, foreign = fill_of(intent, "9", "0.5"), fill_of(intent, "10", "3")
    bot.exchange.said = [
        Report(ReportKind.FILLED, intent.client_order_id, late),
        Report(ReportKind.FILLED, "web_123", foreign),
    ]

    actor = bot.run()

    assert actor.position.size == 0.5
    assert list(bot.journal.fills) == [late]
    assert actor.told == []


@pytest.mark.parametrize(
    "recalled",
    [
        Recalled(positions={"ETH/USDT": Position(D(1), D(10))}, fresh=False),
        Recalled(
            orders=[
                KnownOrder(
                    intent=OrderIntent(
                        client_order_id="rt-x",
                        symbol="ETH/USDT",
                        feed="eth",
                        side=Side.BUY,
                        type=sent_by(BUY)[0].type,
                        quantity=D(1),
                    ),
                    status=OrderStatus.ACCEPTED,
                )
            ],
            fresh=False,
        ),
    ],
    ids=["a position", "an open order"],
)
def test_what_no_feed_carries_is_not_passed_over(recalled: Recalled) -> None:
    with pytest.raises(RestartError, match="no feed of the recipe carries ETH/USDT"):
        Bot({}, recalled)


def test_before_the_first_bar_the_price_is_that_of_the_history() -> None:
    times = np.array([0, 3_600_000], dtype=np.int64)
    prices = np.array([7.0, 8.5])
    past = BarColumns(times, times + 3_600_000, prices, prices, prices, prices, prices)
    words: dict[str, Any] = {"timeframe": Timeframe.parse("1h"), "instrument": SPOT}
    broker, empty = BaseBroker(), BaseData.live(FeedHub(), name="b", **words)
    broker.listings.of(BaseData.live(FeedHub(), name="a", columns=past, **words))

    assert broker.account.price("BTC/USDT") == D("8.5")

    broker = BaseBroker()
    broker.listings.of(empty)
    with pytest.raises(KeyError, match="BTC/USDT"):
        broker.account.price("BTC/USDT")


def test_what_became_of_orders_meanwhile_is_taken_before_the_first_bar() -> None:
    (intent,) = sent_by(BUY)
    sale = replace(intent, client_order_id="rt-sale", side=Side.SELL, quantity=D("0.4"))
    recalled = Recalled(
        orders=[known(intent, OrderStatus.ACCEPTED), known(sale, OrderStatus.SUBMITTED, tries=0)],
        fresh=False,
    )
    bot = Bot({}, recalled)
    bot.exchange.said = [
        Report(ReportKind.FILLED, intent.client_order_id, fill_of(intent, "7", "0.4")),
        Report(ReportKind.CANCELLED, intent.client_order_id),
    ]

    bot.broker.settle()
    bot.broker.end_reruns()
    actor = bot.run()

    assert actor.told == [("Partial", 0.4), ("Canceled", 0.4), ("Rejected", 0)]
    assert bot.broker.books.ledger.position("BTC/USDT") == Position(D("0.4"), D(100))
    assert actor.position.size == 0.4


def test_selling_what_was_held_before_closes_a_trade() -> None:
    held = Recalled(positions={"BTC/USDT": Position(D(2), D(90))}, fresh=False)
    bot = Bot({4: lambda s: s.close()}, held)
    trades = OpenTrades(bot.broker, held)
    bot.cerebro.addanalyzer(Reopening, trades=trades)
    name = "rt-x"

    def fill_it(actor: Any) -> None:
        nonlocal name
        name = bot.exchange.sent[-1].client_order_id
        sold = replace(fill_of(bot.exchange.sent[-1], "9", "2"), price=D(100))
        bot.exchange.said.append(Report(ReportKind.FILLED, name, sold))

    bot.script[5] = fill_it

    actor = bot.run()

    (trade,) = actor.trades
    assert (trade.isclosed, trade.price, trade.pnl) == (True, 90, 20)
    assert trades.held == []


def test_a_bar_of_history_changes_nothing_of_the_order_that_was_placed_on_it() -> None:
    (intent,) = sent_by(BUY)
    open_there = known(intent, OrderStatus.ACCEPTED)
    bot = Bot(BUY, Recalled(orders=[open_there], fresh=False), gate=Deny())
    bot.broker.end_reruns()

    actor = bot.run()

    assert [order.client_order_id for order in bot.broker.get_orders_open()] == [
        intent.client_order_id
    ]
    assert actor.told == [("Accepted", 0)]
    assert list(bot.journal.moves) == []


def test_an_order_denied_on_a_bar_of_history_is_not_remembered_under_an_old_ones_name() -> None:
    bot = Bot(BUY, Recalled(fresh=False), gate=Deny())

    actor = bot.run()

    assert actor.told == [("Rejected", 0)]
    assert list(bot.journal.moves) == []


def test_an_unsent_order_waits_for_its_own_bar_only() -> None:
    (intent,) = sent_by(BUY)
    unsent = known(intent, OrderStatus.SUBMITTED, tries=0)
    bot = Bot(BUY, Recalled(orders=[unsent], fresh=False))

    bot.broker.end_reruns({intent.created_ms})
    kept = len(bot.broker.open_intents())
    bot.broker.end_reruns()

    assert (kept, len(bot.broker.open_intents())) == (1, 0)
