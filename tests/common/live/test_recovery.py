from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.common.live.recovery import RecoveryError
from realtrade.execution import State
from realtrade.model.events import EventType
from realtrade.model.order import OrderStatus, OrderType, Side
from realtrade.plugins.ports.gateway import Outcome
from realtrade.plugins.ports.venue import ReportKind as K
from tests.common.live.conftest import START_MS, Bench, attempt, known, started, state
from tests.common.live.exchange import OPEN, SPOT, SWAP, Fault
from tests.storage.samples import opened

if TYPE_CHECKING:
    from pathlib import Path

D = Decimal
S = OrderStatus


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


def test_an_exit_sells_what_its_parent_of_an_old_bar_has_left_after_fees(tmp_path: Path) -> None:
    """The parent is long over, and more is held than it bought: its own fees are what counts."""
    bench = Bench(SPOT, fee_currency="BTC")
    other, parent = bench.intent("5"), bench.intent("2")
    stop = bench.intent(
        "2", Side.SELL, type=OrderType.STOP, stop_price=D(80), parent_id=parent.client_order_id
    )
    journal = opened(tmp_path / "bot.db")
    for intent in (other, parent, stop):
        journal.intent(intent)
    for intent in (other, parent):
        bench.exchange.accept(intent)
        fill = bench.exchange.trades[-1]
        bench.ledger.apply(fill)
        journal.fill(fill)
        journal.attempt(attempt(intent, Outcome.ACK))
        journal.status(intent.client_order_id, S.FILLED)
    journal.attempt(attempt(stop, Outcome.NOT_SENT, 0))
    journal.bar("btc", START_MS + 60_000)
    recalled = journal.recall()
    journal.close()

    started(bench, *recalled.orders, seen=recalled.seen).run(2)

    assert bench.exchange.orders[stop.client_order_id].quantity == D("1.998")
    assert bench.exchange.requests.count("find") == 0


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


@pytest.mark.parametrize("turns_up", ["at once", "late", "never"])
def test_an_exit_whose_rival_was_executed_before_is_cancelled_when_it_turns_up(
    turns_up: str,
) -> None:
    """Also where something else is held, that it could sell."""
    bench = Bench(SWAP, held=D(5))
    parent = bench.intent("2")
    exits: dict[str, Any] = {"parent_id": parent.client_order_id, "reduce_only": True}
    stop = bench.intent("2", Side.SELL, type=OrderType.STOP, stop_price=D(80), **exits)
    target = bench.intent("2", Side.SELL, type=OrderType.LIMIT, limit_price=D(120), **exits)
    if turns_up == "at once":
        bench.exchange.accept(stop)
    elif turns_up == "late":
        bench.exchange.late.append((bench.clock.monotonic_s() + 5, stop))

    started(
        bench,
        known(parent, attempt(parent, Outcome.ACK), status=S.FILLED),
        known(stop, attempt(stop), status=S.SUBMITTED),
        known(target, attempt(target, Outcome.ACK), status=S.FILLED),
    ).run(60)

    ends = S.REJECTED if turns_up == "never" else S.CANCELLED
    assert bench.status[stop.client_order_id] is ends
    assert not [order for order in bench.exchange.orders.values() if order.status in OPEN]


@pytest.mark.parametrize("status", [S.CANCELLED, S.EXPIRED, S.FILLED])
def test_orders_that_were_over_before_are_not_asked_for(status: S) -> None:
    bench = Bench()
    intent = bench.intent(type=OrderType.LIMIT)
    bench.exchange.accept(intent)
    bench.exchange.end(intent.client_order_id, status)

    started(bench, known(intent, attempt(intent, Outcome.ACK), status=status)).run(70)

    assert bench.exchange.requests.count("find") == 0
    assert bench.told == []


def test_a_lost_journal_does_not_send_the_last_bars_order_again() -> None:
    """An exchange takes the id of a filled order again: only asking before shows that."""
    bench = Bench()
    intent = replace(bench.intent(), created_ms=START_MS - 60_000)
    bench.exchange.accept(intent)
    assert bench.exchange.orders[intent.client_order_id].status is S.FILLED

    bench.live()
    name = bench.submit(intent)
    bench.run(5)

    assert bench.exchange.accepted == [name]
    assert bench.ledger.position("BTC/USDT").quantity == 1
    # Its execution was booked before its strategy had placed it: there is no more to come.
    assert bench.kinds(name) == [K.FILLED, K.ACCEPTED, K.EXPIRED]


def test_an_order_of_the_bar_before_the_start_is_sent_once_the_exchange_was_asked() -> None:
    bench = Bench().live()
    intent = replace(bench.intent(), created_ms=START_MS - 60_000)
    bench.exchange.find_faults.extend([Fault(), Fault(Outcome.THROTTLED)])
    name = bench.submit(intent)
    bench.run(5)

    assert bench.exchange.accepted == [name]
    assert bench.exchange.requests.count("find") == 3

    later = replace(bench.intent(), created_ms=START_MS - 30_000)
    bench.submit(later)
    bench.run(5)
    assert bench.exchange.requests.count("find") == 3
