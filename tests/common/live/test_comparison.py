from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.common.live.adoption import intent_of, let_go, remember, take_over
from realtrade.execution import State
from realtrade.execution.reconcile import OnDifference
from realtrade.model.account import BalancesChanged, VenueOrder
from realtrade.model.events import EventType
from realtrade.model.order import OrderStatus, OrderType, Position, Side
from realtrade.plugins.ports.journal import Recalled
from realtrade.plugins.ports.venue import ReportKind as K
from tests.common.live.conftest import NAMING, START_MS, Bench, started, state
from tests.common.live.exchange import SPOT, SWAP

if TYPE_CHECKING:
    from realtrade.common.live.comparison import Adjustment

D = Decimal
S = OrderStatus


def test_a_difference_without_a_reason_limits_its_symbol_once_it_has_lasted() -> None:
    bench = Bench(SWAP)
    bench.exchange.held = D(5)
    snapshot = bench.venue.recover(Recalled())
    bench.drain()
    bench.venue.conclude(snapshot)
    assert state(bench) is State.RECONCILING

    bench.run(3)
    assert state(bench) is State.LIVE
    assert "5 is unexplained" in bench.standing.limits[SWAP.symbol]
    assert [event.type for event in bench.events] == [EventType.ACCOUNT_DIFFERS]

    bench.exchange.held = D(0)
    bench.run(130)
    assert dict(bench.standing.limits) == {}


def test_a_flipped_side_halts_until_a_person_resumes() -> None:
    bench = Bench(SWAP).live()
    bench.submit(bench.intent("2"))
    bench.run(1)
    bench.exchange.held = D(-2)
    bench.run(130)
    assert state(bench) is State.HALTED
    assert "the side has flipped" in bench.standing.reason

    bench.exchange.held = D(2)
    bench.venue.resume()
    bench.run(5)
    assert state(bench) is State.LIVE


def test_an_order_with_our_prefix_that_nobody_knows_forbids_entries_everywhere() -> None:
    bench = Bench()
    orphan = replace(bench.intent(type=OrderType.LIMIT), client_order_id=foreign_id())
    bench.exchange.accept(orphan)

    bench.live().run(3)

    assert state(bench) is State.REDUCE_ONLY
    assert "has our prefix" in bench.standing.reason
    assert bench.exchange.requests.count("cancel") == 0


def foreign_id() -> str:
    return NAMING.client_order_id("another strategy", "BTC", 1, 1)


def test_an_order_with_our_prefix_that_we_would_have_named_so_is_adopted() -> None:
    bench = Bench()
    lost = replace(bench.intent(type=OrderType.LIMIT), client_order_id=foreign_id())
    bench.exchange.accept(lost)
    bench.venue.comparison.derives = lambda order: order.client_order_id == foreign_id()

    bench.live().run(3)

    assert state(bench) is State.LIVE
    assert any("ours by its name" in message for message in bench.messages())


def test_orders_of_others_are_told_of_and_left_alone() -> None:
    bench = Bench()
    bench.exchange.accept(replace(bench.intent(type=OrderType.LIMIT), client_order_id="web_1"))

    bench.live().run(3)

    assert state(bench) is State.LIVE
    assert ["not ours, and left alone" in message for message in bench.messages()] == [True]
    assert bench.exchange.requests.count("cancel") == 0


def test_trades_of_others_are_remembered_as_theirs() -> None:
    bench = Bench(SWAP).live()
    cursors: list[tuple[str, str]] = []
    bench.journal.cursor = lambda name, value: cursors.append((name, value))
    bench.exchange.accept(replace(bench.intent("3"), client_order_id="web_1"))

    bench.run(130)

    assert ("external:BTC/USDT:USDT", "3") in cursors
    assert state(bench) is State.LIVE
    assert bench.ledger.position(SWAP.symbol) == Position()

    assert any("3 traded by others" in message for message in bench.messages())

    again = Bench(SWAP)
    again.exchange.held = D(3)
    started(again, cursors={"external:BTC/USDT:USDT": "3", "fills:BTC/USDT:USDT": "1"})
    assert state(again) is State.LIVE
    assert not again.standing.limits


def test_dust_is_set_right_where_somebody_can() -> None:
    bench = Bench(SPOT).live()
    set_: list[tuple[str, Decimal, Decimal]] = []
    bench.venue.comparison.adjust = lambda one: set_.append(
        (one.symbol, one.before.quantity, one.after.quantity)
    )
    bench.submit(bench.intent("2"))
    bench.run(1)
    bench.exchange.held = D("1.9995")
    bench.run(130)

    assert set_[0] == ("BTC/USDT", D(2), D("1.9995"))
    assert state(bench) is State.LIVE


def adjusting(bench: Bench) -> list[Adjustment]:
    """Have adjustments done as the engine does them; return them as they come."""
    done: list[Adjustment] = []

    def adjust(one: Adjustment) -> None:
        done.append(one)
        bench.ledger.set(one.symbol, one.after)
        trades = bench.venue.dispatch.trades
        if trades.external().get(one.symbol, 0) != one.external:
            trades.set_external(one.symbol, one.external)

    bench.venue.comparison.adjust = adjust
    return done


@pytest.mark.parametrize(
    ("wish", "closes", "state_then"),
    [
        (OnDifference.ADOPT, False, State.LIVE),
        (OnDifference.FLATTEN, True, State.LIVE),
    ],
)
def test_a_recipe_may_say_that_the_exchange_is_right(
    wish: OnDifference, closes: bool, state_then: State
) -> None:
    bench = Bench(SWAP).live()
    bench.submit(bench.intent("2"))
    bench.run(1)
    done = adjusting(bench)
    bench.venue.comparison.on_difference = wish
    bench.exchange.held, bench.exchange.price = D(5), D(120)
    bench.run(70)

    (one,) = done
    assert (one.before, one.after) == (Position(D(2), D(100)), Position(D(5), D(120)))
    assert (one.close, one.external) == (closes, D(0))
    assert (state(bench), dict(bench.standing.limits)) == (state_then, {})
    assert "3 is unexplained; taken over" in bench.messages()[-1]


def test_a_position_that_has_shrunk_keeps_its_price() -> None:
    bench = Bench(SWAP).live()
    bench.submit(bench.intent("2"))
    bench.run(1)
    (done, bench.venue.comparison.on_difference) = adjusting(bench), OnDifference.ADOPT
    bench.exchange.held, bench.exchange.price = D(1), D(120)
    bench.run(70)

    assert [one.after for one in done] == [Position(D(1), D(100))]


def test_what_no_feed_is_traded_of_is_not_taken_over() -> None:
    bench = Bench(SWAP)
    done = adjusting(bench)
    bench.venue.comparison.on_difference = OnDifference.ADOPT
    view: Any = bench.venue.comparison._view
    view.instrument = {}.__getitem__  # as where none is listed
    bench.exchange.held = D(5)
    bench.live().run(3)

    assert done == []
    assert "5 is unexplained" in bench.standing.limits[SWAP.symbol]


def test_a_recipe_may_say_that_a_difference_halts() -> None:
    bench = Bench(SWAP)
    bench.venue.comparison.on_difference = OnDifference.HALT
    bench.exchange.held = D(5)
    bench.live().run(3)

    assert state(bench) is State.HALTED
    assert "5 is unexplained" in bench.standing.reason


def test_a_person_takes_over_all_that_differs_once() -> None:
    bench = Bench(SWAP).live()
    bench.submit(bench.intent("2"))
    bench.run(1)
    done = adjusting(bench)
    bench.exchange.held = D(-2)
    bench.run(70)
    assert (state(bench), done) == (State.HALTED, [])

    bench.venue.comparison.accept()
    bench.venue.look()
    bench.run(1)
    assert [one.after.quantity for one in done] == [D(-2)]
    assert state(bench) is State.HALTED, "only `resume` ends a halt"

    bench.exchange.held = D(7)
    bench.venue.resume()
    bench.run(3)
    assert len(done) == 1, "what differs later, nobody has decided about"


def test_what_others_closed_of_ours_is_closed_once_a_person_says_so() -> None:
    bench = Bench(SWAP).live()
    cursors: list[tuple[str, str]] = []
    bench.journal.cursor = lambda name, value: cursors.append((name, value))
    bench.submit(bench.intent("2"))
    bench.run(1)
    by_hand = replace(bench.intent("2", Side.SELL), client_order_id="web_1")
    bench.exchange.accept(by_hand)
    bench.run(70)
    assert "others trade against our position" in bench.standing.limits[SWAP.symbol]

    done = adjusting(bench)
    bench.venue.comparison.accept()
    bench.venue.look()
    bench.run(1)

    assert [one.after for one in done] == [Position()]
    assert ("external:BTC/USDT:USDT", "0") in cursors
    assert (state(bench), dict(bench.standing.limits)) == (State.LIVE, {})


def test_what_others_no_longer_hold_does_not_come_back_with_a_restart() -> None:
    bench = Bench(SWAP).live()
    cursors: dict[str, str] = {}
    bench.journal.cursor = cursors.__setitem__
    for side in (Side.BUY, Side.SELL):
        bench.exchange.accept(replace(bench.intent("3", side), client_order_id=f"web_{side}"))
        bench.run(300)

    assert cursors["external:BTC/USDT:USDT"] == "0"
    again = Bench(SWAP)
    started(again, cursors=cursors)
    assert not again.standing.limits


def test_an_order_nobody_knows_is_taken_over_when_a_person_says_so() -> None:
    bench = Bench()
    orphan = replace(bench.intent("2", type=OrderType.LIMIT), client_order_id=foreign_id())
    bench.exchange.accept(orphan)
    bench.live().run(3)
    first = bench.exchange.fill(foreign_id(), D("0.5"))
    bench.run(1)
    assert state(bench) is State.REDUCE_ONLY

    dispatch = bench.venue.dispatch

    def adopt(order: VenueOrder) -> None:
        intent = intent_of(order, "btc", 7)
        known = remember(dispatch, intent, order)
        assert (known.fills, known.status) == ([first], S.PARTIALLY_FILLED)
        bench.status[intent.client_order_id] = known.status
        take_over(dispatch, intent, order)

    bench.venue.comparison.adopt = adopt
    bench.venue.comparison.accept()
    bench.venue.look()
    bench.run(1)
    assert state(bench) is State.LIVE
    assert "not in the journal" not in bench.standing.reason

    bench.venue.cancel(foreign_id())
    bench.run(1)
    assert bench.kinds(foreign_id()) == [K.FILLED, K.CANCELLED]
    assert bench.exchange.orders[foreign_id()].status is S.CANCELLED


def test_what_was_executed_of_it_long_ago_is_read_and_nothing_else_of_that_time() -> None:
    bench = Bench(SWAP)
    orphan = replace(bench.intent("2", type=OrderType.LIMIT), client_order_id=foreign_id())
    bench.exchange.accept(replace(orphan, client_order_id=foreign_id()[:-1] + "1", quantity=D(1)))
    bench.exchange.accept(orphan)
    for name in list(bench.exchange.orders):
        bench.exchange.fill(name, D("0.5"))
    bench.clock.sleep(3_600)
    bench.live().run(3)
    dispatch = bench.venue.dispatch

    def adopt(order: VenueOrder) -> None:
        intent = intent_of(order, "btc", 7)
        bench.status[intent.client_order_id] = remember(dispatch, intent, order).status
        take_over(dispatch, intent, order)

    bench.venue.comparison.adopt = lambda o: adopt(o) if o.client_order_id == foreign_id() else None
    bench.venue.comparison.accept()
    bench.venue.look()
    bench.run(10)

    assert [report.fill.trade_id for report in bench.told if report.fill] == ["2"]
    assert bench.ledger.position(SWAP.symbol).quantity == D("0.5")
    bench.exchange.end(foreign_id(), S.CANCELLED)
    bench.run(1)
    assert bench.status[foreign_id()] is S.CANCELLED


def test_an_order_that_was_over_for_us_and_is_open_there_is_cancelled() -> None:
    bench = Bench(SWAP)
    late = replace(bench.intent("2", type=OrderType.LIMIT), client_order_id=foreign_id())
    bench.exchange.accept(late)
    bench.exchange.fill(foreign_id(), D("0.5"))
    dispatch = bench.venue.dispatch
    bench.venue.comparison.derives = lambda order: True
    bench.venue.comparison.adopt = lambda order: let_go(dispatch, intent_of(order, "btc", 7), order)

    bench.live().run(3)

    assert bench.exchange.orders[foreign_id()].status is S.CANCELLED
    assert bench.kinds(foreign_id()) == [K.FILLED]
    assert bench.ledger.position(SWAP.symbol).quantity == D("0.5")
    assert state(bench) is State.LIVE


def test_the_order_of_an_execution_nobody_knows_is_asked_for_once() -> None:
    bench = Bench()
    lost = replace(bench.intent("2"), client_order_id=foreign_id())
    bench.exchange.accept(lost)

    bench.live().run(130)

    assert bench.exchange.requests.count("find") == 1
    told = bench.venue.stranger(foreign_id(), "btc")
    assert told is not None
    assert (told.quantity, told.side, told.feed) == (D(2), Side.BUY, "btc")
    assert bench.venue.stranger("rt-nobody", "btc") is None
    assert bench.ledger.position("BTC/USDT").quantity == 2


def test_balances_are_what_the_newest_word_says() -> None:
    bench = Bench().live()
    sink = bench.exchange.sink
    assert sink is not None
    old = BalancesChanged(bench.exchange.balances(), {}, START_MS - 1)
    bench.exchange.cash = D(5)
    new = BalancesChanged(bench.exchange.balances(), {}, START_MS + 1)
    sink.publish(new)
    sink.publish(old)
    bench.drain()

    assert bench.venue.cash == 5


def test_margin_is_asked_for_after_positions_have_changed() -> None:
    bench = Bench(SWAP).live()
    asked = bench.exchange.requests.count("state")
    bench.submit(bench.intent("2"))
    bench.run(5)

    assert bench.exchange.requests.count("state") == asked + 1
    bench.exchange.price = D(110)
    assert bench.venue.equity == bench.exchange.cash + 20
