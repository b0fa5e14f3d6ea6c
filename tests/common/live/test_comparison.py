from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from realtrade.execution import State
from realtrade.model.account import BalancesChanged
from realtrade.model.events import EventType
from realtrade.model.order import OrderStatus, OrderType, Position
from realtrade.plugins.ports.journal import Recalled
from tests.common.live.conftest import NAMING, START_MS, Bench, started, state
from tests.common.live.exchange import SPOT, SWAP

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
