from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtrade.execution import advance, is_over
from realtrade.execution.progress import Progress
from realtrade.model.account import VenueOrder
from realtrade.model.order import Fill, OrderIntent, OrderStatus, OrderType, Side
from realtrade.plugins.ports.venue import Report
from realtrade.plugins.ports.venue import ReportKind as K

D = Decimal
S = OrderStatus
INTENT = OrderIntent(
    client_order_id="rt-1",
    symbol="BTC/USDT",
    feed="btc",
    side=Side.BUY,
    type=OrderType.LIMIT,
    quantity=D(3),
)


def an_order(status: S = S.ACCEPTED, filled: str = "0", **changes: Any) -> VenueOrder:
    order = VenueOrder(
        client_order_id="rt-1",
        venue_order_id="77",
        symbol="BTC/USDT",
        side=Side.BUY,
        type=OrderType.LIMIT,
        status=status,
        quantity=D(3),
        filled=D(filled),
    )
    return replace(order, **changes)


def a_fill(number: int = 1, quantity: str = "1") -> Fill:
    return Fill(
        trade_id=str(number),
        client_order_id="rt-1",
        symbol="BTC/USDT",
        side=Side.BUY,
        quantity=D(quantity),
        price=D(100),
        fee=D("0.1"),
        fee_currency="BNB",
        maker=False,
        time_ms=number,
    )


def kinds(reports: list[Report]) -> list[K]:
    return [report.kind for report in reports]


def test_an_acceptance_is_told_once() -> None:
    progress = Progress(INTENT)

    assert kinds(progress.heard(an_order())) == [K.ACCEPTED]
    assert progress.heard(an_order()) == []
    assert Progress(INTENT, accepted=True).heard(an_order()) == []


def test_an_execution_is_told_once_whatever_its_source() -> None:
    progress = Progress(INTENT)

    assert kinds(progress.executes(a_fill())) == [K.ACCEPTED, K.FILLED]
    assert progress.executes(a_fill()) == []
    assert (progress.booked, progress.fees) == (D(1), {"BNB": D("0.1")})


def test_executions_from_before_a_restart_are_known() -> None:
    progress = Progress(INTENT, [a_fill()])

    assert progress.executes(a_fill()) == []
    assert progress.booked == D(1)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (S.CANCELLED, K.CANCELLED),
        (S.EXPIRED, K.EXPIRED),
        (S.REJECTED, K.REJECTED),
        (S.MARGIN, K.MARGIN),
    ],
)
def test_an_end_is_told_with_its_reason_and_once(status: S, kind: K) -> None:
    progress = Progress(INTENT)

    told = progress.heard(an_order(status, reason="why"))

    refused = status in {S.REJECTED, S.MARGIN}
    assert kinds(told[:-1]) == ([] if refused else [K.ACCEPTED])
    assert told[-1] == Report(kind, "rt-1", reason="why")
    assert progress.heard(an_order(status)) == []
    assert (progress.over, progress.ended, progress.open) == (True, True, False)


def test_an_end_waits_for_the_executions_the_exchange_counts() -> None:
    progress = Progress(INTENT)

    assert kinds(progress.heard(an_order(S.CANCELLED, "2"))) == [K.ACCEPTED]
    assert progress.behind
    assert kinds(progress.executes(a_fill(1))) == [K.FILLED]
    told = progress.executes(a_fill(2))

    assert kinds(told) == [K.FILLED, K.CANCELLED]
    assert told[0].complete is False
    assert not progress.behind


def test_a_fill_after_a_cancel_is_still_told() -> None:
    progress = Progress(INTENT)
    progress.heard(an_order(S.CANCELLED))

    assert progress.heard(an_order(S.CANCELLED, "1")) == []
    assert progress.behind
    assert kinds(progress.executes(a_fill())) == [K.FILLED]


def test_the_last_execution_ends_an_order_without_another_word() -> None:
    progress = Progress(INTENT)
    progress.heard(an_order(S.FILLED, "3"))

    told = progress.executes(a_fill(quantity="3"))

    assert kinds(told) == [K.FILLED]
    assert (told[0].complete, progress.over, progress.ended) == (True, True, True)


def test_an_order_that_says_it_is_filled_is_whatever_it_counts() -> None:
    progress = Progress(INTENT)

    assert kinds(progress.heard(an_order(S.FILLED, "0"))) == [K.ACCEPTED]
    assert progress.executed == D(3)
    assert progress.behind


def test_an_order_the_exchange_has_cut_is_complete_with_less() -> None:
    progress = Progress(INTENT)
    progress.heard(an_order(S.FILLED, "2"))

    told = progress.executes(a_fill(quantity="2"))

    assert kinds(told) == [K.FILLED, K.EXPIRED]
    assert told[0].complete


def test_an_old_acceptance_after_the_end_is_no_news() -> None:
    progress = Progress(INTENT)
    progress.heard(an_order(S.CANCELLED))

    assert progress.heard(an_order()) == []


def test_our_own_conclusion_ends_an_order_once_and_its_executions_still_count() -> None:
    progress = Progress(INTENT)

    assert progress.end(K.REJECTED, "never there") == [
        Report(K.REJECTED, "rt-1", reason="never there")
    ]
    assert progress.end(K.REJECTED, "again") == []
    assert progress.heard(an_order()) == []
    assert kinds(progress.executes(a_fill())) == [K.FILLED]
    assert not progress.ended


def test_an_order_closed_in_the_journal_has_nothing_to_tell_but_money() -> None:
    progress = Progress(INTENT)
    progress.close()

    assert (progress.over, progress.ended, progress.open) == (True, True, False)
    assert progress.heard(an_order(S.CANCELLED)) == []
    assert kinds(progress.executes(a_fill())) == [K.FILLED]


messages = st.permutations(
    [
        an_order(S.ACCEPTED),
        an_order(S.PARTIALLY_FILLED, "1"),
        an_order(S.PARTIALLY_FILLED, "2"),
        an_order(S.CANCELLED, "2"),
        a_fill(1),
        a_fill(2),
        a_fill(2),
        an_order(S.ACCEPTED),
    ]
)


@given(messages)
def test_in_any_order_the_same_comes_out(said: list[VenueOrder | Fill]) -> None:
    progress, told = Progress(INTENT), []
    for one in said:
        told += progress.executes(one) if isinstance(one, Fill) else progress.heard(one)

    fills = [report.fill.trade_id for report in told if report.fill is not None]
    assert sorted(fills) == ["1", "2"]
    assert kinds(told).count(K.CANCELLED) == 1
    assert kinds(told)[0] is K.ACCEPTED
    assert kinds(told).count(K.ACCEPTED) == 1
    status = S.SUBMITTED
    seen = [status]
    for report in told:
        status = advance(status, report.kind, complete=report.complete)
        if status is not seen[-1]:
            seen.append(status)
    assert status is S.CANCELLED
    assert [each for each in seen if is_over(each)] == [S.CANCELLED]
    assert len(seen) == len(set(seen))


def test_every_report_names_its_order_and_has_no_reason_of_its_own() -> None:
    progress = Progress(INTENT)

    accepted, filled = progress.executes(a_fill())

    assert accepted == Report(K.ACCEPTED, "rt-1", reason="")
    assert filled == Report(K.FILLED, "rt-1", fill=a_fill(), complete=False)
    assert filled.complete is False
    assert (progress.over, progress.open) == (False, True)


def test_fees_add_up_by_currency() -> None:
    progress = Progress(INTENT, [a_fill(1)])

    progress.executes(a_fill(2))

    assert progress.fees == {"BNB": D("0.2")}


def test_an_order_that_is_executed_whole_is_neither_open_nor_waited_for() -> None:
    progress = Progress(INTENT)

    progress.executes(a_fill(quantity="3"))

    assert (progress.open, progress.over) == (False, True)
    assert progress.end(K.CANCELLED, "too late") == []
    assert progress.open is False
