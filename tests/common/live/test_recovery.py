from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.common.live.recovery import RecoveryError
from realtrade.execution import State
from realtrade.model.account import BalancesChanged
from realtrade.model.events import EventType
from realtrade.model.order import OrderStatus, OrderType, Position, Side
from realtrade.plugins.ports.gateway import Outcome
from realtrade.plugins.ports.journal import Attempt, KnownOrder, Recalled
from realtrade.plugins.ports.venue import ReportKind as K
from tests.common.live.conftest import NAMING, START_MS, Bench
from tests.common.live.exchange import SPOT, SWAP, Fault

if TYPE_CHECKING:
    from realtrade.model.order import OrderIntent

D = Decimal
S = OrderStatus
DEAD_MS = START_MS + 20_000


def attempt(intent: OrderIntent, outcome: Outcome | None = None, number: int = 1) -> Attempt:
    return Attempt(
        client_order_id=intent.client_order_id,
        number=number,
        dead_at_ms=DEAD_MS if number else 0,
        outcome=outcome,
        reason="why",
    )


def known(intent: OrderIntent, *attempts: Attempt, **words: Any) -> KnownOrder:
    return KnownOrder(intent=intent, **{"status": S.SUBMITTED, "attempts": attempts, **words})


def started(bench: Bench, *orders: KnownOrder, **words: Any) -> Bench:
    for order in orders:
        bench.journal.intent(order.intent)
        bench.status[order.intent.client_order_id] = order.status
    return bench.live(Recalled(orders=orders, **words))


def state(bench: Bench) -> State:
    return bench.standing.state


def test_events_are_listened_to_before_anything_is_asked() -> None:
    bench = Bench().live()

    assert bench.exchange.requests == ["open_orders", "fills", "state"]
    assert state(bench) is State.LIVE


def test_an_order_whose_sending_has_no_answer_is_looked_for_and_found() -> None:
    bench = Bench()
    intent = bench.intent()
    bench.exchange.accept(intent)

    started(bench, known(intent, attempt(intent))).run(5)

    assert bench.status[intent.client_order_id] is S.FILLED
    assert bench.exchange.accepted == [intent.client_order_id]


def test_an_order_whose_sending_never_arrived_is_given_up_and_not_sent() -> None:
    bench = Bench()
    intent = bench.intent()

    started(bench, known(intent, attempt(intent, Outcome.UNKNOWN))).run(40)

    assert bench.status[intent.client_order_id] is S.REJECTED
    assert bench.exchange.placed == []


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        (Outcome.NOT_SENT, K.EXPIRED),
        (Outcome.THROTTLED, K.EXPIRED),
        (Outcome.CLOCK, K.EXPIRED),
        (Outcome.REJECTED, K.REJECTED),
        (Outcome.MARGIN, K.MARGIN),
        (Outcome.AUTH, K.REJECTED),
        (Outcome.ABSENT, K.REJECTED),
    ],
)
def test_an_order_that_certainly_never_was_there_ends_as_it_would_have(
    outcome: Outcome, kind: K
) -> None:
    bench = Bench()
    intent = bench.intent()

    started(bench, known(intent, attempt(intent, outcome))).run(5)

    assert bench.kinds(intent.client_order_id) == [kind]
    assert bench.exchange.placed == []


def test_an_open_order_that_was_filled_meanwhile_is() -> None:
    bench = Bench()
    intent = bench.intent("2", type=OrderType.LIMIT)
    bench.exchange.accept(intent)
    bench.exchange.fill(intent.client_order_id, D(2))

    started(bench, known(intent, attempt(intent, Outcome.ACK), status=S.ACCEPTED)).run(1)

    assert bench.kinds(intent.client_order_id) == [K.FILLED]
    assert bench.ledger.position("BTC/USDT").quantity == 2


def test_executions_booked_before_are_not_booked_again() -> None:
    bench = Bench()
    intent = bench.intent("2", type=OrderType.LIMIT)
    bench.exchange.accept(intent)
    first = bench.exchange.fill(intent.client_order_id, D(1))
    bench.exchange.fill(intent.client_order_id, D("0.5"))
    before = known(intent, attempt(intent, Outcome.ACK), status=S.PARTIALLY_FILLED, fills=(first,))

    started(bench, before, seen=frozenset({("BTC/USDT", "1")})).run(1)

    assert [report.fill.trade_id for report in bench.told if report.fill] == ["2"]


def test_reading_goes_on_where_it_ended() -> None:
    bench = Bench()
    intent = bench.intent("2", type=OrderType.LIMIT)
    bench.exchange.accept(intent)
    bench.exchange.fill(intent.client_order_id, D(1))
    asked: list[str] = []
    gateway: Any = bench.venue.gateway
    ask = gateway.fills

    def fills(symbol: str, after: str) -> Any:
        asked.append(after)
        return ask(symbol, after)

    gateway.fills = fills

    started(bench, cursors={"fills:BTC/USDT": "7"})

    assert asked == ["7"]


def test_a_cursor_moves_once_what_it_passes_is_booked_and_old() -> None:
    bench = Bench().live()
    cursors: list[tuple[str, str]] = []
    bench.journal.cursor = lambda name, value: cursors.append((name, value))
    bench.submit(bench.intent())
    bench.run(5)
    bench.venue.look()
    bench.run()
    assert cursors == []

    bench.run(10)
    bench.venue.look()
    bench.run()
    bench.drain()
    assert cursors == [("fills:BTC/USDT", "1")]


def test_silence_the_exchange_has_asked_for_is_kept_after_a_restart() -> None:
    bench = Bench()

    started(bench, cursors={"gate": str(START_MS + 30_000)})

    assert bench.clock.now_ms() >= START_MS + 30_000


def test_a_gate_is_remembered() -> None:
    bench = Bench().live()
    cursors: list[tuple[str, str]] = []
    bench.journal.cursor = lambda name, value: cursors.append((name, value))
    bench.exchange.faults.append(Fault(Outcome.THROTTLED, retry_after_s=120))
    bench.submit(bench.intent())
    bench.run()

    assert cursors == [("gate", str(START_MS + 120_000))]


def test_questions_without_an_answer_are_asked_again() -> None:
    bench = Bench()
    bench.exchange.questions_fail = 3

    bench.live()

    assert state(bench) is State.LIVE


def test_an_exchange_that_tells_nothing_keeps_the_bot_from_starting() -> None:
    bench = Bench()
    bench.exchange.questions_fail = 1_000

    with pytest.raises(RecoveryError, match="asked for 120 s: orders and balances were not told"):
        bench.live()
    assert state(bench) is State.RECONCILING
    told = [event.message for event in bench.events]
    assert told == ["the exchange does not tell open orders: no answer"]


def test_a_stream_that_does_not_come_keeps_the_bot_from_starting() -> None:
    bench = Bench()
    bench.exchange.start = lambda sink: None  # type: ignore[method-assign]  # a stream that hangs

    with pytest.raises(RecoveryError, match="no account events came"):
        bench.live()


def test_a_gap_stops_entries_and_is_looked_into_at_once() -> None:
    bench = Bench().live()
    name = bench.submit(bench.intent("2", type=OrderType.LIMIT))
    bench.run()
    sink = bench.exchange.sink
    assert sink is not None
    bench.exchange.silent = True
    sink.lost("cut")
    bench.drain()
    assert state(bench) is State.RECONCILING
    bench.exchange.fill(name, D(2))

    bench.exchange.silent = False
    sink.connected()
    bench.run()

    assert bench.status[name] is S.FILLED
    bench.run(3)
    assert state(bench) is State.LIVE
    kinds = [event.type for event in bench.events]
    assert kinds[0] is EventType.CONNECTION_LOST


def test_a_gap_in_the_middle_of_a_look_makes_that_look_worthless() -> None:
    bench = Bench().live()
    sink = bench.exchange.sink
    assert sink is not None
    bench.venue.look()
    bench.venue.courier.turn()
    sink.lost("cut")
    bench.run(2)
    assert state(bench) is State.RECONCILING

    sink.connected()
    bench.run(2)
    assert state(bench) is State.LIVE


def test_unheard_executions_are_found_by_the_look_on_the_timer() -> None:
    bench = Bench().live()
    name = bench.submit(bench.intent("2", type=OrderType.LIMIT))
    bench.run()
    bench.exchange.fill(name, D(2), told=False)

    bench.run(130)

    assert bench.status[name] is S.FILLED


def test_looks_on_the_timer_become_rarer_while_nothing_is_found() -> None:
    bench = Bench().live()
    before = bench.exchange.requests.count("open_orders")

    bench.run(3_600)

    assert bench.exchange.requests.count("open_orders") - before <= 12


@pytest.mark.parametrize("status", [S.FILLED, S.CANCELLED])
def test_exits_whose_parent_was_over_before_the_restart_are_sent(status: S) -> None:
    bench = Bench(SWAP)
    parent = bench.intent("2", type=OrderType.LIMIT)
    stop = bench.intent(
        "2", Side.SELL, type=OrderType.STOP, stop_price=D(80), parent_id=parent.client_order_id
    )
    bench.exchange.accept(parent)
    fill = bench.exchange.fill(parent.client_order_id, D(1 if status is S.CANCELLED else 2))
    bench.ledger.apply(fill)
    waits = attempt(stop, Outcome.NOT_SENT, 0)
    before = known(parent, attempt(parent, Outcome.ACK), status=status, fills=(fill,))

    started(bench, before, known(stop, waits), seen=frozenset({(SWAP.symbol, "1")})).run(2)

    assert bench.exchange.orders[stop.client_order_id].quantity == fill.quantity


def test_exits_whose_parent_nobody_remembers_ask_the_exchange() -> None:
    bench = Bench(SWAP)
    parent = bench.intent("2", type=OrderType.LIMIT)
    exits: dict[str, Any] = {"type": OrderType.STOP, "stop_price": D(80)}
    stop = bench.intent("2", Side.SELL, parent_id=parent.client_order_id, **exits)
    lost = bench.intent("1", Side.SELL, parent_id="rt-forgotten", **exits)
    bench.exchange.accept(parent)
    fill = bench.exchange.fill(parent.client_order_id, D(2))
    bench.ledger.apply(fill)
    bench.exchange.find_faults.extend([Fault(), Fault()])

    started(
        bench,
        known(stop, attempt(stop, Outcome.NOT_SENT, 0)),
        known(lost, attempt(lost, Outcome.NOT_SENT, 0)),
        seen=frozenset({(SWAP.symbol, "1")}),
    ).run(10)

    assert bench.exchange.orders[stop.client_order_id].quantity == 2
    assert bench.status[lost.client_order_id] is S.CANCELLED
    assert any("which nobody knows" in message for message in bench.messages())


def test_an_exit_that_rests_without_a_position_is_cancelled() -> None:
    bench = Bench(SWAP)
    exits: dict[str, Any] = {"type": OrderType.STOP, "stop_price": D(80)}
    stop = bench.intent("2", Side.SELL, parent_id="rt-forgotten", **exits)
    bench.exchange.accept(stop)

    started(bench, known(stop, attempt(stop, Outcome.ACK), status=S.ACCEPTED)).run(3)

    assert bench.status[stop.client_order_id] is S.CANCELLED


# -- what is found --------------------------------------------------------------------------------


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
    bench.venue.comparison.adjust = lambda symbol, before, after, why: set_.append(
        (symbol, before.quantity, after.quantity)
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


# -- the end --------------------------------------------------------------------------------------


def test_a_stop_gives_up_what_has_not_left() -> None:
    bench = Bench().live()
    name = bench.submit(bench.intent())
    bench.venue.courier._stopping = True
    bench.venue.courier.turn()

    assert bench.venue.stop()
    bench.drain()
    assert bench.status[name] is S.EXPIRED
    assert bench.exchange.placed == []


def test_a_journal_that_cannot_be_written_keeps_orders_from_leaving() -> None:
    bench = Bench().live()
    bench.fail_attempts = True
    name = bench.submit(bench.intent())
    bench.run()

    assert bench.exchange.placed == []
    assert bench.status[name] is S.REJECTED
    assert state(bench) is State.HALTED


def test_a_halt_takes_back_entries_and_leaves_exits() -> None:
    bench = Bench(SWAP).live()
    entry = bench.submit(bench.intent())
    exit_ = bench.submit(bench.intent(side=Side.SELL, reduce_only=True))
    bench.venue.halt("a person said so")
    bench.run()

    assert bench.status[entry] is S.EXPIRED
    assert bench.exchange.accepted == [exit_]


def test_a_request_delivered_twice_halts_and_is_money_all_the_same() -> None:
    bench = Bench(SWAP).live()
    intent = bench.intent()
    name = bench.submit(intent)
    bench.run()
    bench.exchange.orders[name] = replace(bench.exchange.orders[name], status=S.CANCELLED)
    bench.exchange.fill(name, D(1))
    bench.run(1)

    assert state(bench) is State.HALTED
    assert bench.ledger.position(SWAP.symbol).quantity == 2


def test_a_job_that_breaks_halts() -> None:
    bench = Bench().live()
    gateway: Any = bench.venue.gateway
    gateway.now_ms = lambda: 1 / 0
    bench.submit(bench.intent(valid_until_ms=START_MS + 1_000))
    bench.run()

    assert state(bench) is State.HALTED
    assert "ZeroDivisionError" in bench.standing.reason


def test_a_gateway_that_breaks_while_sending_leaves_the_outcome_unknown() -> None:
    bench = Bench().live()
    gateway: Any = bench.venue.gateway
    accept = bench.exchange.accept

    def broken(intent: OrderIntent) -> None:
        accept(intent)
        msg = "the-secret"
        raise RuntimeError(msg)

    gateway.place = broken
    name = bench.submit(bench.intent())
    bench.run(3)

    assert bench.status[name] is S.FILLED
    assert bench.journal.attempts[-1].reason == "the gateway broke while asking: RuntimeError"


# -- time -----------------------------------------------------------------------------------------


def refuses_times(intent: OrderIntent) -> str | None:
    return "no ends here" if intent.valid_until_ms is not None else None


def test_where_an_exchange_knows_no_end_of_an_order_we_end_it() -> None:
    bench = Bench().live()
    bench.exchange.refused = refuses_times
    until_ms = START_MS + 30_000
    name = bench.submit(bench.intent(type=OrderType.LIMIT, valid_until_ms=until_ms))
    bench.run(29)
    assert bench.status[name] is S.ACCEPTED
    assert bench.exchange.placed[0].valid_until_ms is None

    bench.run(3)
    assert bench.status[name] is S.EXPIRED


def test_an_end_that_is_ours_outlives_a_restart() -> None:
    bench = Bench()
    bench.exchange.refused = refuses_times
    intent = bench.intent(type=OrderType.LIMIT, valid_until_ms=START_MS + 5_000)
    bench.exchange.accept(replace(intent, valid_until_ms=None))

    started(bench, known(intent, attempt(intent, Outcome.ACK), status=S.ACCEPTED)).run(8)

    assert bench.status[intent.client_order_id] is S.EXPIRED


def test_an_order_whose_time_was_over_before_it_left_never_leaves() -> None:
    bench = Bench().live()
    bench.exchange.faults.append(Fault(Outcome.THROTTLED, retry_after_s=10))
    name = bench.submit(bench.intent(valid_until_ms=START_MS + 5_000))
    bench.run(15)

    assert bench.status[name] is S.EXPIRED
    assert bench.exchange.accepted == []
