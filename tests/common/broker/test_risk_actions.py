from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

import backtrader as bt
import pytest

from realtrade.common import BaseBroker
from realtrade.model.events import Event, EventType
from realtrade.model.instrument import Instrument
from realtrade.model.verdict import Action, ActionKind, Approved, Resized

if TYPE_CHECKING:
    from collections.abc import Callable

    Script = dict[int, Callable[[Any], Any]]


D = Decimal
O = bt.Order  # noqa: E741  # short on purpose: it stands in every script


def action(kind: ActionKind, **words: Any) -> Action:
    return Action(kind, "stop", "touched", **words)


def test_closing_cancels_what_rests_and_sells_reduce_only(
    play: Any, gate_of: Any, guarded: Any
) -> None:
    gate = gate_of(actions={5: [action(ActionKind.CLOSE, symbol="btc")]})
    script: Script = {
        1: lambda s: s.buy(size=2),
        3: lambda s: s.sell(size=2, price=50, exectype=O.Stop),
    }

    actor = play(guarded(gate), script)

    assert ("Canceled", 0) in actor.told
    assert actor.told[-1] == ("Completed", -2)
    assert actor.position.size == 0


def test_closing_a_share_leaves_the_rest_and_its_orders(
    play: Any, gate_of: Any, guarded: Any
) -> None:
    gate = gate_of(actions={5: [action(ActionKind.CLOSE, symbol="btc", fraction=D("0.25"))]})
    script: Script = {
        1: lambda s: s.buy(size=2),
        3: lambda s: s.sell(size=2, price=50, exectype=O.Stop),
    }

    actor = play(guarded(gate), script)

    assert actor.position.size == 1.5
    assert actor.orders[1].alive()


def test_a_wish_repeated_while_its_order_is_on_its_way_is_done_once(
    play: Any, gate_of: Any, guarded: Any
) -> None:
    close = [action(ActionKind.CLOSE, symbol="btc")]
    gate = gate_of(actions={4: close * 2, 5: close})

    actor = play(guarded(gate), {1: lambda s: s.sell(size=1)})

    assert [size for status, size in actor.told if status == "Completed"] == [-1, 1]


@pytest.mark.parametrize(
    "resting",
    [
        {"price": 50, "exectype": O.Stop},
        {"price": 500, "exectype": O.Limit},
        {"exectype": O.Close},
    ],
    ids=["stop", "limit", "close"],
)
def test_a_resting_exit_of_the_strategy_is_no_reason_to_stay(
    play: Any, gate_of: Any, guarded: Any, resting: dict[str, Any]
) -> None:
    gate = gate_of(actions={5: [action(ActionKind.FLATTEN)]})
    script: Script = {
        1: lambda s: s.buy(size=2),
        4: lambda s: s.sell(size=2, reduce_only=True, **resting),
    }

    actor = play(guarded(gate), script)

    assert actor.position.size == 0
    assert [told for told in actor.told if told[0] == "Completed"] == [
        ("Completed", 2),
        ("Completed", -2),
    ]


def test_what_is_leaving_already_is_not_sold_again(play: Any, gate_of: Any, guarded: Any) -> None:
    """The rules look between the order and its fill: only the rest of the position is sold."""
    gate = gate_of(actions={5: [action(ActionKind.FLATTEN)] * 2})
    script: Script = {1: lambda s: s.buy(size=2)}

    actor = play(guarded(gate), script)

    assert [size for status, size in actor.told if status == "Completed"] == [2, -2]


def test_flattening_closes_all_and_cancels_what_would_open(
    play: Any, gate_of: Any, guarded: Any
) -> None:
    gate = gate_of(actions={5: [action(ActionKind.FLATTEN_AND_HALT)]})
    heard: list[Event] = []
    script: Script = {
        1: lambda s: s.buy(size=2),
        3: lambda s: s.buy(size=1, price=60, exectype=O.Limit),
    }

    actor = play(guarded(gate, events=heard.append), script)

    assert actor.position.size == 0
    assert not actor.orders[1].alive()
    halts = [event for event in heard if event.type is EventType.RISK_HALT]
    assert [event.message for event in halts] == ["stop: touched"]


@pytest.mark.parametrize("reducing", [True, False])
def test_a_halt_cancels_only_what_adds_exposure(
    play: Any, gate_of: Any, guarded: Any, reducing: bool
) -> None:
    gate = gate_of(actions={5: [action(ActionKind.HALT)]}, reducing=reducing)

    actor = play(guarded(gate), {3: lambda s: s.buy(size=1, price=60, exectype=O.Limit)})

    assert actor.orders[0].alive() is reducing


@pytest.mark.parametrize("market", ["spot", "swap"])
def test_a_halt_leaves_exits_resting_where_nobody_can_be_short(
    play: Any, gate_of: Any, guarded: Any, market: Literal["spot", "swap"]
) -> None:
    """A fee has made what is held less than they were asked to sell: they add nothing there."""
    gate = gate_of(actions={5: [action(ActionKind.HALT)]}, reducing=False)
    script: Script = {
        1: lambda s: s.buy(size=2),
        3: lambda s: s.sell(size=2, price=500, exectype=O.Limit),
    }

    instrument = Instrument("btc", "BTC", "USDT", market=market)

    actor = play(guarded(gate), script, instrument=instrument)

    assert actor.orders[1].alive() is (market == "spot")


def test_a_wish_without_a_position_does_nothing(play: Any, gate_of: Any, guarded: Any) -> None:
    wishes = [action(ActionKind.CLOSE, symbol="btc"), action(ActionKind.CLOSE)]
    wishes.append(action(ActionKind.CLOSE, symbol="unknown"))

    actor = play(guarded(gate_of(actions={2: wishes})), {})

    assert actor.told == []


def test_a_reduce_only_order_never_turns_the_position(play: Any) -> None:
    script: Script = {
        1: lambda s: s.buy(size=2),
        3: lambda s: s.sell(size=5, reduce_only=True),
        5: lambda s: s.sell(size=5, reduce_only=True),
    }

    actor = play(BaseBroker(), script)

    assert actor.position.size == 0
    assert actor.told[-1] == ("Canceled", 0)


def test_the_children_of_a_cut_bracket_are_as_large_as_their_parent(
    play: Any, gate_of: Any, guarded: Any
) -> None:
    """A third has no end in decimals: as a float it may be larger than what the gate allowed."""
    sizes: dict[str | None, set[Decimal]] = {}

    class Cutting(gate_of):
        def assess(self, intent: Any, account: Any) -> Any:
            if intent.parent_id is None:
                return Resized("cut", D(2) / 3, "two thirds")
            parent = next(o for o in account.open_orders if o.client_order_id == intent.parent_id)
            sizes.setdefault(intent.parent_id, {parent.quantity}).add(intent.quantity)
            return Approved()

    exits = {"exectype": O.Market, "stopprice": 50, "limitprice": 500}

    play(guarded(Cutting()), {1: lambda s: s.buy_bracket(size=2, **exits)})

    assert list(sizes.values()) == [{D("0.666666666666666")}]
