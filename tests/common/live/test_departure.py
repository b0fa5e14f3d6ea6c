"""Sendings that are remembered with their intents, because they follow at once."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.common.live import Priority
from realtrade.execution.state import State
from realtrade.model.order import OrderIntent, OrderStatus, OrderType, Side
from realtrade.plugins.ports import SendsAtOnce
from realtrade.plugins.ports.gateway import Outcome
from tests.common.live.conftest import START_MS, state

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.plugins.ports.journal import Attempt
    from tests.common.live.conftest import Bench

D = Decimal
DEAD_AFTER_MS = 5_000 + 15_000


@pytest.fixture(name="bench")
def _bench(bench: Bench) -> Bench:
    """Be past the bar on which a process before this one may have ended."""
    bench.submit(bench.intent())
    bench.run(60)
    bench.exchange.accepted.clear()
    return bench


def later(bench: Bench, quantity: str = "1", **words: Any) -> OrderIntent:
    """Return an order decided on a bar that is new."""
    return replace(bench.intent(quantity, **words), created_ms=bench.clock.now_ms())


def remember(bench: Bench, *intents: OrderIntent) -> list[Attempt]:
    """Journal, and submit, what is said to be sent at once together with the intents."""
    ahead = list(bench.venue.sendings(intents))
    with bench.journal.together():
        for intent in intents:
            bench.journal.intent(intent)
            bench.status[intent.client_order_id] = OrderStatus.SUBMITTED
        for attempt in ahead:
            bench.journal.attempt(attempt)
    bench.venue.submit(intents)
    return ahead


def attempts(bench: Bench, name: str) -> list[tuple[int, Outcome | None]]:
    """Return what the journal was told of an order's sendings."""
    told = bench.journal.attempts
    return [(each.number, each.outcome) for each in told if each.client_order_id == name]


def test_a_live_venue_is_asked_for_its_sendings(bench: Bench) -> None:
    assert isinstance(bench.venue, SendsAtOnce)


def test_a_sending_remembered_with_its_intent_is_not_remembered_again(bench: Bench) -> None:
    intent = later(bench)

    ahead = remember(bench, intent)
    bench.run()

    name = intent.client_order_id
    assert [(each.client_order_id, each.number, each.outcome) for each in ahead] == [
        (name, 1, None)
    ]
    assert attempts(bench, name) == [(1, None), (1, Outcome.ACK)]
    assert bench.exchange.accepted == [name]


def test_its_request_is_dead_no_sooner_than_one_sent_now(bench: Bench) -> None:
    (ahead,) = bench.venue.sendings([later(bench)])

    assert ahead.dead_at_ms >= bench.exchange.now_ms() + DEAD_AFTER_MS


def test_one_that_has_waited_is_remembered_anew(bench: Bench) -> None:
    intent = later(bench)
    remember(bench, intent)

    bench.clock.sleep(3)
    bench.run()

    assert attempts(bench, intent.client_order_id) == [(1, None), (1, None), (1, Outcome.ACK)]
    dead = [each.dead_at_ms for each in bench.journal.attempts][-2]
    assert dead == bench.exchange.now_ms() + DEAD_AFTER_MS


def test_one_cancelled_before_it_leaves_is_remembered_as_not_sent(bench: Bench) -> None:
    intent = later(bench)
    remember(bench, intent)

    bench.venue.cancel(intent.client_order_id)
    bench.run()

    assert attempts(bench, intent.client_order_id) == [(1, None), (1, Outcome.NOT_SENT)]
    assert bench.status[intent.client_order_id] is OrderStatus.CANCELLED
    assert bench.exchange.accepted == []


def test_one_still_waiting_at_the_end_is_remembered_as_not_sent(bench: Bench) -> None:
    intent = later(bench)
    remember(bench, intent)

    bench.venue.stop()
    bench.drain()

    assert attempts(bench, intent.client_order_id) == [(1, None), (1, Outcome.NOT_SENT)]
    assert bench.status[intent.client_order_id] is OrderStatus.EXPIRED


def test_one_the_gateway_refuses_is_remembered_as_refused(bench: Bench) -> None:
    intent = later(bench)
    bench.exchange.refused = lambda _: "not here"

    remember(bench, intent)
    bench.run()

    assert attempts(bench, intent.client_order_id) == [(1, None), (1, Outcome.REJECTED)]
    assert bench.status[intent.client_order_id] is OrderStatus.REJECTED


def test_a_journal_that_cannot_take_back_halts(bench: Bench) -> None:
    intent = later(bench)
    remember(bench, intent)
    bench.fail_attempts = True

    bench.venue.cancel(intent.client_order_id)

    assert "disk full" in bench.standing.reason


def test_only_the_first_of_several_orders_follows_at_once(bench: Bench) -> None:
    first, second = later(bench), later(bench)

    ahead = remember(bench, first, second)
    bench.run()

    assert [each.client_order_id for each in ahead] == [first.client_order_id]
    assert attempts(bench, second.client_order_id) == [(1, None), (1, Outcome.ACK)]
    assert bench.exchange.accepted == [first.client_order_id, second.client_order_id]


def rerun(bench: Bench) -> OrderIntent:
    return replace(later(bench), created_ms=START_MS - 1)


def child(bench: Bench) -> OrderIntent:
    return later(bench, side=Side.SELL, type=OrderType.LIMIT, parent_id="rt-parent")


def rival(bench: Bench) -> OrderIntent:
    return later(bench, type=OrderType.LIMIT, oco_id="rt-rival")


def known(bench: Bench) -> OrderIntent:
    intent = later(bench)
    bench.submit(intent)
    bench.run()
    return intent


@pytest.mark.parametrize("of", [rerun, child, rival, known])
def test_nothing_is_foreseen_of_orders_that_may_not_be_sent_just_so(
    bench: Bench, of: Callable[[Bench], OrderIntent]
) -> None:
    intent = of(bench)

    assert list(bench.venue.sendings([intent])) == []


def busy(bench: Bench) -> None:
    bench.venue.courier.put(Priority.CANCEL, lambda: None)


def gated(bench: Bench) -> None:
    bench.venue.courier.hold(5)


def stopping(bench: Bench) -> None:
    bench.venue.courier.stop()


@pytest.mark.parametrize("make", [busy, gated, stopping])
def test_nothing_is_foreseen_while_the_courier_has_something_else_to_do(
    bench: Bench, make: Callable[[Bench], None]
) -> None:
    make(bench)

    assert list(bench.venue.sendings([later(bench)])) == []


def test_nothing_is_foreseen_while_a_request_is_under_way(bench: Bench) -> None:
    intent, seen = later(bench), []
    bench.venue.courier.put(
        Priority.QUESTION, lambda: seen.append(list(bench.venue.sendings([intent])))
    )

    bench.run()

    assert seen == [[]]
    assert len(bench.venue.sendings([intent])) == 1


def test_an_order_whose_sending_broke_is_looked_for(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug, on the courier's thread: it halts, and leaves no order submitted for ever."""
    gateway = bench.venue.gateway
    monkeypatch.setattr(gateway, "refuses", lambda intent: 1 // 0)

    name = bench.submit(bench.intent())
    bench.run(60)

    assert bench.status[name] is OrderStatus.REJECTED
    assert state(bench) is State.HALTED
    assert "the courier broke: ZeroDivisionError" in bench.standing.reason
    assert name not in bench.exchange.orders
