"""Orders decided on before a restart, that never left: what today's rules say of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.execution.state import Standing, Step, TradingRule
from realtrade.model.instrument import Instrument
from realtrade.model.order import OrderIntent, OrderStatus, Position
from realtrade.model.verdict import Approved, Denied, Resized
from realtrade.plugins.ports.journal import Recalled
from realtrade.plugins.ports.risk import Needs
from realtrade.risk import RiskManager
from tests.common.broker.restarting import BUY, Bot, D, known, sent_by

if TYPE_CHECKING:
    from realtrade.model.verdict import Verdict
    from realtrade.plugins.ports.risk import RiskRule, RiskView
    from tests.common.broker.restarting import Script


@dataclass
class Says:
    """A rule of one answer, that notes what it was asked beside which open orders."""

    verdict: Verdict
    name: str = "says"
    needs: Needs = field(default_factory=Needs)
    asked: list[tuple[str, list[str]]] = field(default_factory=list)

    def assess(self, intent: OrderIntent, view: RiskView) -> Verdict:
        beside = [str(one.client_order_id) for one in view.open_orders]
        self.asked.append((intent.client_order_id, beside))
        return self.verdict


def standing(*steps: Step) -> TradingRule:
    found = Standing()
    for step in (Step.CHECKED, Step.RECONCILE, *steps):
        found.move(step, "of before")
    return TradingRule(found)


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (standing(Step.HALT), "trading_state: trading is halted (of before): only cancels pass"),
        (standing(Step.LIMITED), "trading_state: BTC/USDT may only be reduced (of before)"),
        (Says(Denied("hours", "closed")), "hours: closed"),
        (
            Says(Resized("size", D("0.5"), "too large")),
            (
                "restart: decided on as buy 1.0 BTC/USDT before the restart, "
                "and may go out as buy 0.5 BTC/USDT now"
            ),
        ),
    ],
    ids=["halted", "reduce only", "a closed window", "a tightened limit"],
)
def test_what_was_decided_and_never_left_must_pass_the_rules_of_today(
    rule: RiskRule, reason: str
) -> None:
    (intent,) = sent_by(BUY)
    unsent = known(intent, OrderStatus.CREATED, tries=0)
    bot = Bot(BUY, Recalled(orders=[unsent], fresh=False), gate=RiskManager([rule]))

    actor = bot.run()

    assert bot.exchange.sent == []
    assert actor.told == [("Rejected", 0)]
    (move,) = bot.journal.moves
    assert (move.status, move.reason) == (OrderStatus.DENIED, reason)
    assert bot.broker.open_intents() == []


def test_an_exit_that_never_left_goes_out_where_positions_may_only_be_reduced() -> None:
    sale: Script = {3: lambda s: s.sell(size=1)}
    margin = Instrument("BTC/USDT", "BTC", "USDT", market="swap")
    first = Bot(sale)
    first.cerebro.datas[0].instrument = margin
    first.run()
    (intent,) = first.exchange.sent
    before = Recalled(
        orders=[known(intent, OrderStatus.CREATED, tries=0)],
        positions={"BTC/USDT": Position(D(1), D(100))},
        fresh=False,
    )
    bot = Bot(sale, before, gate=RiskManager([standing(Step.LIMITED)]))

    bot.run()

    assert bot.exchange.sent == [intent]


def test_what_never_left_is_judged_beside_what_was_placed_before_it_only() -> None:
    def twice(strategy: Any) -> None:
        strategy.buy(size=1)
        strategy.buy(size=2)

    one, two = sent_by({3: twice})
    orders = [known(one, OrderStatus.CREATED, tries=0), known(two, OrderStatus.CREATED, tries=0)]
    rule = Says(Approved())
    bot = Bot({3: twice}, Recalled(orders=orders, fresh=False), gate=RiskManager([rule]))

    bot.run()

    assert bot.exchange.sent == [one, two]
    assert rule.asked == [
        (one.client_order_id, []),
        (two.client_order_id, [one.client_order_id]),
    ]


def test_a_bracket_that_never_left_goes_out_together_again() -> None:
    def bracket(strategy: Any) -> None:
        strategy.buy_bracket(size=1, price=90, stopprice=80, limitprice=120)

    intents = sent_by({3: bracket})
    orders = [known(intent, OrderStatus.CREATED, tries=0) for intent in intents]
    bot = Bot({3: bracket}, Recalled(orders=orders, fresh=False))

    bot.run()

    assert bot.exchange.sent == list(intents)
    assert bot.exchange.together == [3]
