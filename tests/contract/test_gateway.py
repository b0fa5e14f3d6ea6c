"""What every gateway must answer, whatever exchange is behind it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from realtrade.model.order import OrderStatus, OrderType, Side
from realtrade.plugins.ports.gateway import GatewayError, Outcome

if TYPE_CHECKING:
    from tests.contract.conftest import Subject

D = Decimal


def test_an_account_has_a_stable_name_without_secrets(subject: Subject) -> None:
    gateway = subject.gateway

    assert gateway.account
    assert gateway.account == gateway.account.strip()
    assert "the-key" not in gateway.account
    assert "the-secret" not in gateway.account
    assert gateway.currency == "USDT"
    assert gateway.receive_window_ms > 0
    assert gateway.now_ms() > 1_500_000_000_000


def test_it_knows_what_it_trades_and_says_so_when_it_does_not(subject: Subject) -> None:
    instrument = subject.gateway.instrument(subject.symbol)

    assert instrument is not None
    assert instrument.symbol == subject.symbol
    assert subject.gateway.instrument("NO/SUCH") is None
    assert subject.gateway.refuses(subject.intent()) is None


def test_an_order_is_acknowledged_by_both_ids(subject: Subject) -> None:
    intent = subject.intent(type=OrderType.LIMIT)

    answer = subject.gateway.place(intent)

    assert answer.outcome is Outcome.ACK
    order = answer.order
    assert order is not None
    assert order.client_order_id == intent.client_order_id
    assert order.venue_order_id
    assert (order.symbol, order.side) == (subject.symbol, Side.BUY)
    assert (order.quantity, order.filled, order.limit_price) == (D("0.5"), D(0), D(90))
    assert order.status is OrderStatus.ACCEPTED


def test_an_open_order_is_listed_found_and_cancelled_once(subject: Subject) -> None:
    gateway, intent = subject.gateway, subject.intent(type=OrderType.LIMIT)
    gateway.place(intent)

    assert [o.client_order_id for o in gateway.open_orders((subject.symbol,))] == [
        intent.client_order_id
    ]
    found = gateway.find(intent)
    assert found.outcome is Outcome.ACK
    assert found.order is not None
    assert found.order.status is OrderStatus.ACCEPTED

    cancelled = gateway.cancel(intent)
    assert cancelled.outcome is Outcome.ACK
    assert cancelled.order is not None
    assert cancelled.order.client_order_id == intent.client_order_id
    assert cancelled.order.status is OrderStatus.CANCELLED
    assert gateway.cancel(intent).outcome is Outcome.ABSENT
    assert gateway.open_orders((subject.symbol,)) in ([], ())
    again = gateway.find(intent)
    assert again.order is not None
    assert again.order.status is OrderStatus.CANCELLED


def test_an_order_nobody_placed_is_absent(subject: Subject) -> None:
    assert subject.gateway.find(subject.intent()).outcome is Outcome.ABSENT
    assert subject.gateway.cancel(subject.intent()).outcome is Outcome.ABSENT


def test_an_id_that_is_open_is_not_taken_twice(subject: Subject) -> None:
    intent = subject.intent(type=OrderType.LIMIT)
    subject.gateway.place(intent)

    assert subject.gateway.place(intent).outcome is Outcome.EXISTS
    assert len(subject.gateway.open_orders((subject.symbol,))) == 1


def test_executions_are_read_once_from_a_cursor_on(subject: Subject) -> None:
    gateway = subject.gateway
    since = f"ms:{gateway.now_ms() - 60_000}"
    intents = [subject.intent("0.5"), subject.intent("0.25"), subject.intent("0.25", Side.SELL)]
    for intent in intents:
        assert gateway.place(intent).outcome is Outcome.ACK

    fills = gateway.fills(subject.symbol, since)

    assert [fill.client_order_id for fill in fills] == [i.client_order_id for i in intents]
    assert [fill.quantity for fill in fills] == [D("0.5"), D("0.25"), D("0.25")]
    assert [fill.side for fill in fills] == [Side.BUY, Side.BUY, Side.SELL]
    assert all(fill.price > 0 and fill.fee > 0 and fill.fee_currency for fill in fills)
    ids = [int(fill.trade_id) for fill in fills]
    assert ids == sorted(set(ids))
    rest = gateway.fills(subject.symbol, subject.cursor(fills[0]))
    assert [fill.trade_id for fill in rest] == [fill.trade_id for fill in fills[1:]]
    assert list(gateway.fills(subject.symbol, subject.cursor(fills[-1]))) == []


def test_executions_in_an_answer_are_those_read_later(subject: Subject) -> None:
    gateway = subject.gateway
    answer = gateway.place(subject.intent())

    read = gateway.fills(subject.symbol, f"ms:{gateway.now_ms() - 60_000}")

    told = {(fill.trade_id, fill.quantity, fill.price, fill.fee) for fill in answer.fills}
    assert told <= {(fill.trade_id, fill.quantity, fill.price, fill.fee) for fill in read}


def test_what_was_bought_is_held(subject: Subject) -> None:
    gateway = subject.gateway
    gateway.place(subject.intent())

    state = gateway.state()

    assert state.balances["USDT"].total > 0
    assert not state.hedged
    instrument = gateway.instrument(subject.symbol)
    assert instrument is not None
    if instrument.may_short:
        assert state.positions[subject.symbol].quantity == D("0.5")
    else:
        assert D("0.49") < state.balances["BTC"].total <= D("0.5")
        assert dict(state.positions) == {}


def test_a_lost_answer_is_unknown_and_nothing_is_raised(subject: Subject) -> None:
    intent = subject.intent(type=OrderType.LIMIT)
    subject.lose_answer()

    answer = subject.gateway.place(intent)

    assert answer.outcome is Outcome.UNKNOWN
    assert "the-secret" not in answer.reason
    assert "signature=" not in answer.reason
    assert subject.gateway.find(intent).outcome is Outcome.ACK


def test_a_question_without_an_answer_says_so(subject: Subject) -> None:
    subject.fail_questions()

    for ask in (
        lambda: subject.gateway.open_orders((subject.symbol,)),
        lambda: subject.gateway.fills(subject.symbol, "1"),
        subject.gateway.state,
    ):
        with pytest.raises(GatewayError) as caught:
            ask()
        assert "the-secret" not in str(caught.value)


def test_what_cannot_be_done_as_asked_is_refused_and_not_sent(subject: Subject) -> None:
    odd = replace(subject.intent(), type=OrderType.CLOSE)
    if subject.gateway.refuses(odd) is None:
        return  # the small exchange takes anything
    assert subject.gateway.place(odd).outcome is Outcome.REJECTED
    assert subject.gateway.find(odd).outcome is Outcome.ABSENT
