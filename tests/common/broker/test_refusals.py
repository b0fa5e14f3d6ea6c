from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import backtrader as bt
import pytest

from realtrade.common import BaseBroker
from realtrade.common.simulated import MakerTaker, SimulatedVenue
from realtrade.model.instrument import Instrument
from realtrade.model.verdict import Denied, Resized

if TYPE_CHECKING:
    from collections.abc import Callable

    Script = dict[int, Callable[[Any], Any]]


D = Decimal
O = bt.Order  # noqa: E741  # short on purpose: it stands in every script
SPOT = Instrument("BTC/USDT", "BTC", "USDT")
STEPPED = Instrument(
    "BTC/USDT", "BTC", "USDT", "swap", tick=D("0.5"), lot=D("0.1"), min_notional=D(20)
)


def test_a_denied_order_is_told_as_rejected_and_never_sent(
    play: Any, gate_of: Any, guarded: Any
) -> None:
    gate = gate_of(Denied("drawdown", "drawdown 15.00% has reached the limit 10.00%"))
    venue = SimulatedVenue()

    actor = play(guarded(gate, venue=venue), {2: lambda s: s.buy(size=1)})

    assert actor.told == [("Rejected", 0)]
    assert actor.orders[0].info.rule == "drawdown"
    assert "limit 10.00%" in actor.orders[0].info.reason
    assert venue.cash == 10_000


def test_a_resized_order_is_smaller_from_its_first_notification_on(
    play: Any, gate_of: Any, guarded: Any
) -> None:
    gate = gate_of(Resized("max_position", D("0.4"), "too much"))

    actor = play(guarded(gate), {2: lambda s: s.buy(size=1)})

    assert actor.told == [("Submitted", 0), ("Accepted", 0), ("Completed", 0.4)]
    assert (actor.orders[0].size, actor.orders[0].created.size) == (0.4, 0.4)
    assert [fill.quantity for fill in gate.fills] == [D("0.4")]


def test_a_brackets_children_have_the_size_the_parent_was_cut_to(
    play: Any, gate_of: Any, guarded: Any
) -> None:
    gate = gate_of(Resized("max_position", D("0.5"), "too much"))

    actor = play(
        guarded(gate), {2: lambda s: s.buy_bracket(size=2, price=115, stopprice=90, limitprice=150)}
    )

    assert [order.size for order in actor.orders[0]] == [0.5, -0.5, -0.5]


def test_children_of_a_denied_parent_are_rejected(play: Any, gate_of: Any, guarded: Any) -> None:
    gate = gate_of(Denied("halt", "halted"))

    actor = play(
        guarded(gate), {2: lambda s: s.buy_bracket(size=2, price=115, stopprice=90, limitprice=150)}
    )

    assert [status for status, _ in actor.told] == ["Rejected"] * 3


@pytest.mark.parametrize(
    ("wish", "size", "price"),
    [
        ({"size": 1.29, "price": 105.7, "exectype": O.Limit}, 1.2, 105.5),
        ({"size": 0.7999999999999999, "price": 105.5, "exectype": O.Stop}, 0.8, 105.5),
        ({"size": 1, "price": 105.7, "plimit": 104.4, "exectype": O.StopLimit}, 1.0, 105.5),
    ],
)
def test_orders_go_out_on_tick_and_lot(
    play: Any, wish: dict[str, Any], size: float, price: float
) -> None:
    actor = play(BaseBroker(), {2: lambda s: s.buy(**wish)}, instrument=STEPPED)

    assert (actor.orders[0].size, actor.orders[0].created.price) == (size, price)
    assert "Rejected" not in dict(actor.told)


@pytest.mark.parametrize("size", [0.04, 0.1])
def test_an_order_below_the_exchanges_least_is_refused(play: Any, size: float) -> None:
    actor = play(BaseBroker(), {2: lambda s: s.buy(size=size)}, instrument=STEPPED)

    assert actor.told == [("Rejected", 0)]


def test_spot_never_holds_less_than_nothing(play: Any) -> None:
    script: Script = {2: lambda s: s.sell(size=1), 3: lambda s: s.buy(size=1)}
    script |= {5: lambda s: s.sell(size=3), 7: lambda s: s.close()}

    actor = play(BaseBroker(), script, instrument=SPOT)

    assert actor.told[0] == ("Rejected", 0)
    assert actor.told[-1] == ("Completed", -1)
    assert actor.orders[-1] is None
    assert actor.position.size == 0


def test_a_resting_spot_sale_finds_nothing_left_and_is_refused_by_the_venue(play: Any) -> None:
    def protect(actor: Any) -> Any:
        return actor.sell(size=1, price=165, exectype=O.Limit)

    script: Script = {1: lambda s: s.buy(size=1), 3: protect, 4: lambda s: s.close()}

    actor = play(BaseBroker(), script, instrument=SPOT)

    assert actor.told[-1] == ("Margin", 0)
    assert actor.orders[1].info.reason == "not enough is held to sell"
    assert actor.position.size == 0


@pytest.mark.parametrize(
    ("wish", "rate"),
    [
        ({}, 0.002),
        ({"price": 119, "exectype": O.Limit}, 0.001),  # rests, then the bar comes down to it
        ({"price": 135, "exectype": O.Limit}, 0.002),  # crosses at once
        ({"price": 125, "exectype": O.Stop}, 0.002),
    ],
)
def test_makers_and_takers_pay_their_own_rate(play: Any, wish: dict[str, Any], rate: float) -> None:
    venue = SimulatedVenue(fees=MakerTaker(maker=0.001, taker=0.002))

    actor = play(BaseBroker(venue), {2: lambda s: s.buy(size=2, **wish)})

    executed = actor.orders[0].executed
    assert executed.comm == pytest.approx(2 * executed.price * rate)
    assert venue.cash == pytest.approx(10_000 - 2 * executed.price * (1 + rate))


def test_fees_in_the_base_asset_leave_less_to_sell(play: Any) -> None:
    venue = SimulatedVenue(fees=MakerTaker(0.001, 0.001, in_base=True))
    script: Script = {1: lambda s: s.buy(size=1), 3: lambda s: s.close()}

    actor = play(BaseBroker(venue), script, instrument=SPOT)

    bought, sold = (order.executed for order in actor.orders)
    assert (bought.size, sold.size) == (1, -0.999)
    assert bought.comm == pytest.approx(110 * 0.001)
    assert venue.cash == pytest.approx(10_000 - 110 + 0.999 * 130 * 0.999)
    assert len(actor.trades) == 1
    assert actor.trades[0].pnlcomm == pytest.approx(venue.cash - 10_000)


def test_a_silent_gate_is_neither_asked_nor_told(play: Any, gate_of: Any, guarded: Any) -> None:
    gate = gate_of(Denied("halt", "halted: loss"), silent=True)

    actor = play(guarded(gate), {2: lambda s: s.buy(size=1)})

    assert (actor.told[-1], gate.fills) == (("Completed", 1), [])


def test_a_gate_is_asked_from_the_order_on_that_finds_it_awake(
    play: Any, gate_of: Any, guarded: Any
) -> None:
    gate = gate_of(Denied("halt", "halted: loss"), silent=True)

    def wake(strategy: Any) -> Any:
        gate.silent = False
        return strategy.buy(size=1)

    actor = play(guarded(gate), {2: lambda s: s.buy(size=1), 5: wake})

    assert [told for told, _ in actor.told] == ["Submitted", "Accepted", "Completed", "Rejected"]


def test_spot_sells_what_is_held_at_once_and_asks_where_something_else_is_open(play: Any) -> None:
    script: Script = {
        2: lambda s: s.buy(size=2),
        4: lambda s: s.sell(size=2),
        6: lambda s: s.buy(size=2),
        8: lambda s: [s.sell(size=2), s.sell(size=2)],
    }

    actor = play(BaseBroker(), script, instrument=SPOT)

    assert actor.told.count(("Completed", -2)) == 2
    assert [told for told, _ in actor.told].count("Rejected") == 1
    assert actor.position.size == 0
