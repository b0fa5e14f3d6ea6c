from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import backtrader as bt

from realtrade.common import BaseBroker
from realtrade.common.simulated import Settings, SimulatedVenue, Slippage

if TYPE_CHECKING:
    from collections.abc import Callable

    Script = dict[int, Callable[[Any], Any]]


D = Decimal
O = bt.Order  # noqa: E741  # short on purpose: it stands in every script


def test_is_idle_exactly_while_a_bar_changes_nothing(play: Any) -> None:
    idle: list[bool] = []

    def note(actor: Any) -> list[bool]:
        idle.append(actor.broker.idle)
        return idle

    script: Script = dict.fromkeys(range(2, 8), note)
    script[3] = lambda s: [note(s), s.buy(size=1), note(s)]

    play(BaseBroker(), script)

    assert idle == [True, True, False, True, True, True, True]


def test_is_never_idle_while_futures_are_held(play: Any) -> None:
    broker = BaseBroker()
    idle: list[bool] = []

    def note(actor: Any) -> list[bool]:
        idle.append(actor.broker.idle)
        return idle

    broker.setcommission(commission=1, margin=50, mult=2)
    script: Script = dict.fromkeys(range(2, 8), note)
    script |= {1: lambda s: s.buy(size=1), 4: lambda s: [note(s), s.close()]}

    play(broker, script)

    assert idle == [False, False, False, True, True, True]


def test_a_turn_without_a_bar_matches_nothing(play: Any, gate_of: Any, guarded: Any) -> None:
    """A limit must not be filled from the bar it was decided on, however often Cerebro turns."""
    script: Script = {2: lambda s: s.buy(size=1, price=119, exectype=O.Limit)}
    gate = gate_of(actions={99: []})

    waiting, live = (play(guarded(gate), script, live=live) for live in (False, True))

    assert waiting.told == live.told
    assert live.orders[0].executed.dt == waiting.orders[0].executed.dt
    assert gate.bars == 24


def test_a_second_run_starts_from_the_beginning(play: Any) -> None:
    broker = BaseBroker(SimulatedVenue(cash=D(5_000)))
    script: Script = {2: lambda s: s.buy(size=1), 5: lambda s: s.close()}

    told = [(play(broker, script).told, broker.getvalue()) for _ in range(2)]

    assert told[0] == told[1]
    assert broker.startingcash == 5_000


def test_the_last_value_stays(play: Any) -> None:
    broker = BaseBroker()

    play(broker, {2: lambda s: s.buy(size=1)})

    assert broker.getvalue() == 10_000 - 120 + 220


def test_old_bars_may_be_refused(play: Any) -> None:
    venue = SimulatedVenue(settings=Settings(old_bars=False), slippage=Slippage(0.01))
    script: Script = {2: lambda s: s.buy(size=1, price=119, exectype=O.Limit)}

    assert play(BaseBroker(venue), script).told[-1] == ("Completed", 1)


def test_a_child_that_comes_after_its_parent_was_filled_wakes_at_once(play: Any) -> None:
    parents: list[Any] = []
    script: Script = {
        1: lambda s: parents.append(s.buy(size=1)),
        4: lambda s: s.sell(size=1, price=160, exectype=O.Limit, parent=parents[0]),
    }

    actor = play(BaseBroker(), script)

    assert actor.told[-1] == ("Completed", -1)


def test_a_child_of_a_parent_that_is_gone_is_rejected(play: Any) -> None:
    parents: list[Any] = []

    def cancel(actor: Any) -> Any:
        return actor.broker.cancel(parents[0])

    script: Script = {
        1: lambda s: parents.append(s.buy(size=1, price=50, exectype=O.Limit)),
        3: cancel,
        4: lambda s: s.sell(size=1, price=160, exectype=O.Limit, parent=parents[0]),
    }

    actor = play(BaseBroker(), script)

    assert actor.told[-1] == ("Rejected", 0)
    assert "is no longer there" in actor.orders[-1].info.reason


def test_children_go_with_a_parent_whose_group_is_cancelled(play: Any) -> None:
    def both(actor: Any) -> Any:
        leader = actor.buy(size=1, price=125, exectype=O.Stop)
        return actor.buy_bracket(
            size=1, price=60, stopprice=50, limitprice=200, oargs={"oco": leader}
        )

    actor = play(BaseBroker(), {1: both})

    assert [order.getstatusname() for order in actor.orders[0]] == ["Canceled"] * 3


def test_cancelling_what_is_over_or_held_back_does_nothing(play: Any) -> None:
    answers: list[bool] = []

    def hold(actor: Any) -> Any:
        order = actor.buy(size=1, transmit=False)
        answers.append(actor.broker.cancel(order))
        return order

    script: Script = {
        1: lambda s: s.buy(size=1),
        3: lambda s: answers.append(s.broker.cancel(s.orders[0])),
        4: hold,
    }

    actor = play(BaseBroker(), script)

    assert answers == [False, False]
    assert actor.orders[-1].getstatusname() == "Created"


def test_orders_are_found_again(play: Any) -> None:
    broker = BaseBroker()

    actor = play(broker, {1: lambda s: s.buy(size=1, price=50, exectype=O.Limit)})

    order = actor.orders[0]
    assert broker.order(order.client_order_id) is order
    assert broker.orderstatus(order.clone()) == O.Accepted
    assert broker.get_orders_open() == [order]
    assert broker.get_orders_open(safe=True)[0] is not order
