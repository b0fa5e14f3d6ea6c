from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from realtrade.execution.reconcile import (
    Consequence,
    Finding,
    Kind,
    Known,
    Names,
    Snapshot,
    adopted,
    first,
    limits,
    reconcile,
)
from realtrade.model.account import AccountState, Balance, VenueOrder
from realtrade.model.instrument import Instrument
from realtrade.model.order import Fill, OrderIntent, OrderStatus, OrderType, Position, Side

D = Decimal
SPOT = Instrument("BTC/USDT", "BTC", "USDT", lot=D("0.001"))
EURO = Instrument("BTC/EUR", "BTC", "EUR", lot=D("0.01"))
SWAP = Instrument("BTC/USDT:USDT", "BTC", "USDT", "swap", lot=D("0.001"))
INTENT = OrderIntent(
    client_order_id="rt-known",
    symbol="BTC/USDT",
    feed="btc",
    side=Side.BUY,
    type=OrderType.LIMIT,
    quantity=D(1),
)
NAMES = Names(
    owns=lambda name: name.startswith("rt-"),
    derives=lambda order: order.client_order_id == "rt-derived",
)


def an_order(name: str) -> VenueOrder:
    return VenueOrder(
        client_order_id=name,
        venue_order_id="1",
        symbol="BTC/USDT",
        side=Side.BUY,
        type=OrderType.LIMIT,
        status=OrderStatus.ACCEPTED,
        quantity=D(1),
        filled=D(0),
    )


def a_fill(name: str, quantity: str, trade_id: str = "1", symbol: str = SWAP.symbol) -> Fill:
    return Fill(
        trade_id=trade_id,
        client_order_id=name,
        symbol=symbol,
        side=Side.BUY if D(quantity) > 0 else Side.SELL,
        quantity=abs(D(quantity)),
        price=D(100),
        fee=D(0),
        fee_currency="USDT",
        maker=False,
        time_ms=1,
    )


def found(
    instrument: Instrument = SWAP,
    *,
    there: str = "0",
    here: str = "0",
    fills: tuple[Fill, ...] = (),
    orders: tuple[VenueOrder, ...] = (),
    gone: frozenset[str] = frozenset(),
    hedged: bool = False,
    **known: Any,
) -> list[Finding]:
    symbol = instrument.symbol
    spot = not instrument.may_short
    state = AccountState(
        balances={"BTC": Balance(D(there))} if spot and D(there) else {},
        positions={} if spot or not D(there) else {symbol: Position(D(there), D(100))},
        hedged=hedged,
    )
    return reconcile(
        Snapshot(orders=orders, fills=fills, state=state, gone=gone),
        Known(
            orders={"rt-known": INTENT},
            positions={symbol: Position(D(here), D(100))} if D(here) else {},
            **known,
        ),
        (instrument,),
        NAMES,
    )


@pytest.mark.parametrize(
    ("name", "kind", "consequence"),
    [
        ("rt-known", Kind.UPDATE, Consequence.NOTHING),
        ("rt-derived", Kind.ADOPT, Consequence.ADOPT),
        ("rt-lost", Kind.ORPHAN, Consequence.REDUCE_ALL),
        ("web_1", Kind.EXTERNAL, Consequence.NOTIFY),
        ("", Kind.EXTERNAL, Consequence.NOTIFY),
    ],
)
def test_an_open_order(name: str, kind: Kind, consequence: Consequence) -> None:
    (finding,) = found(orders=(an_order(name),))

    assert (finding.kind, finding.consequence) == (kind, consequence)
    assert (finding.symbol, finding.client_order_id) == ("BTC/USDT", name)
    assert finding.message.startswith(f"buy 1 BTC/USDT ({name}): ")


def test_our_order_that_is_no_longer_open_is_asked_for() -> None:
    (finding,) = found(gone=frozenset({"rt-known"}))

    assert (finding.kind, finding.consequence) == (Kind.GONE, Consequence.ASK)
    assert finding.message == "buy 1 BTC/USDT (rt-known): no longer open there"
    assert (finding.symbol, finding.client_order_id) == ("BTC/USDT", "rt-known")


def test_an_account_that_hedges_halts_and_is_looked_at_no_further() -> None:
    (finding,) = found(there="5", hedged=True)

    assert (finding.kind, finding.consequence) == (Kind.HEDGED, Consequence.HALT)
    message = "the account holds longs and shorts side by side; only one-way mode is traded"
    assert (finding.symbol, finding.message) == ("", message)


@pytest.mark.parametrize(
    ("there", "here", "kind", "consequence"),
    [
        ("1.001", "1", Kind.DUST, Consequence.ADJUST),
        ("1.002", "1", Kind.UNEXPLAINED, Consequence.REDUCE_SYMBOL),
        ("0", "1", Kind.UNEXPLAINED, Consequence.REDUCE_SYMBOL),
        ("1", "0", Kind.UNEXPLAINED, Consequence.REDUCE_SYMBOL),
        ("-1", "1", Kind.FLIPPED, Consequence.HALT),
        ("1", "-1", Kind.FLIPPED, Consequence.HALT),
    ],
)
def test_a_swap_position(there: str, here: str, kind: Kind, consequence: Consequence) -> None:
    (finding,) = found(there=there, here=here)

    assert (finding.kind, finding.consequence) == (kind, consequence)
    assert (finding.ours, finding.theirs) == (D(here), D(there))


@pytest.mark.parametrize(("there", "here"), [("0", "0"), ("1", "1"), ("-2", "-2")])
def test_positions_that_agree_are_no_finding(there: str, here: str) -> None:
    assert found(there=there, here=here) == []
    assert found(SPOT, there=there.lstrip("-"), here=here.lstrip("-")) == []


@pytest.mark.parametrize("name", ["rt-known", "rt-lost"])
def test_a_difference_by_executions_not_booked_yet_is_explained(name: str) -> None:
    (finding,) = found(there="3", here="1", fills=(a_fill(name, "2"),))

    assert (finding.kind, finding.consequence) == (Kind.EXPLAINED, Consequence.ASK)
    assert "2 of ours was executed and is not booked yet" in finding.message


def test_executions_that_are_booked_explain_nothing() -> None:
    (finding,) = found(
        there="3",
        here="1",
        fills=(a_fill("rt-known", "2"),),
        seen=lambda _: True,
    )

    assert finding.kind is Kind.UNEXPLAINED


def test_executions_of_others_explain_nothing_by_themselves() -> None:
    (finding,) = found(there="3", here="1", fills=(a_fill("web_1", "2"),))

    assert finding.kind is Kind.UNEXPLAINED


@pytest.mark.parametrize(
    ("there", "here", "others", "kind"),
    [
        ("3", "1", "2", Kind.EXTERNAL),
        ("2", "0", "2", Kind.EXTERNAL),
        ("-3", "-1", "-2", Kind.EXTERNAL),
        ("1", "3", "-2", Kind.UNEXPLAINED),  # against ours: they net
        ("-1", "1", "-2", Kind.UNEXPLAINED),
        ("-3", "1", "-2", Kind.UNEXPLAINED),
        ("3.001", "1", "2", Kind.DUST),
    ],
)
def test_what_others_have_traded(there: str, here: str, others: str, kind: Kind) -> None:
    (finding,) = found(there=there, here=here, external={SWAP.symbol: D(others)})

    assert finding.kind is kind
    assert f"{others} traded by others" in finding.message


@pytest.mark.parametrize(
    ("there", "here", "kind"),
    [
        ("0.999", "1", Kind.DUST),
        ("0.998", "1", Kind.UNEXPLAINED),
        ("0", "1", Kind.UNEXPLAINED),
    ],
)
def test_a_spot_holding_that_is_missing(there: str, here: str, kind: Kind) -> None:
    (finding,) = found(SPOT, there=there, here=here)

    assert finding.kind is kind


def test_a_spot_surplus_is_not_ours_and_no_finding() -> None:
    assert found(SPOT, there="7", here="1") == []


def test_a_spot_execution_that_is_not_booked_is_explained() -> None:
    (finding,) = found(SPOT, there="2", fills=(a_fill("rt-known", "2", symbol="BTC/USDT"),))

    assert finding.kind is Kind.EXPLAINED


def test_symbols_of_one_currency_share_its_balance() -> None:
    state = AccountState(balances={"BTC": Balance(D(1), D(2))})
    positions = {"BTC/USDT": Position(D(2)), "BTC/EUR": Position(D(1))}

    def compare(*instruments: Instrument) -> list[Finding]:
        snapshot = Snapshot(orders=(), fills=(), state=state)
        return reconcile(snapshot, Known(orders={}, positions=positions), instruments, NAMES)

    assert compare(SPOT, EURO) == []
    positions["BTC/EUR"] = Position(D("1.01"))
    (finding,) = compare(SPOT, EURO)
    assert (finding.kind, finding.symbol) == (Kind.DUST, "BTC/USDT")


def test_findings_are_asked_for_by_what_follows_from_them() -> None:
    findings = found(there="5", here="1", orders=(an_order("rt-lost"), an_order("web_1")))

    assert limits(findings) == {
        SWAP.symbol: "BTC/USDT:USDT: 5 held there, 1 by our own fills: 4 is unexplained"
    }
    limiting = first(findings, Consequence.REDUCE_ALL)
    assert limiting is not None
    assert limiting.client_order_id == "rt-lost"
    assert first(findings, Consequence.HALT) is None


@pytest.mark.parametrize(
    ("there", "here", "others", "ours_then", "others_then"),
    [
        ("5", "2", "0", "5", "0"),
        ("0", "2", "0", "0", "0"),
        ("-2", "2", "0", "-2", "0"),
        ("3", "0", "0", "3", "0"),
        # What others hold in the same direction stays theirs.
        ("6", "2", "1", "5", "1"),
        ("-6", "-2", "-1", "-5", "-1"),
        # What others have closed of ours is closed, and what is left is theirs.
        ("0", "2", "-2", "0", "0"),
        ("1", "3", "-2", "1", "0"),
        ("-1", "-3", "2", "-1", "0"),
        ("-1", "1", "-2", "0", "-1"),
        ("0", "2", "1", "0", "0"),
        ("1", "0.25", "0.5", "0.5", "0.5"),
        ("0.5", "2", "-0.5", "0.5", "0"),
    ],
)
def test_what_is_held_once_the_exchange_is_right(
    there: str, here: str, others: str, ours_then: str, others_then: str
) -> None:
    (finding,) = found(there=there, here=here, external={SWAP.symbol: D(others)})

    assert adopted(D(here), finding) == (D(ours_then), D(others_then))


@pytest.mark.parametrize(
    ("there", "usdt", "euro", "symbol", "difference"),
    [
        ("1", "2", "0.5", "BTC/USDT", "-1.5"),
        ("0.2", "1", "1.7", "BTC/EUR", "-1.7"),  # more is missing than it holds: the rest next
        ("2.995", "2", "1", "BTC/USDT", "-0.005"),
    ],
)
def test_what_is_missing_on_spot_is_missing_where_most_is_held(
    there: str, usdt: str, euro: str, symbol: str, difference: str
) -> None:
    state = AccountState(balances={"BTC": Balance(D(there))})
    positions = {"BTC/USDT": Position(D(usdt)), "BTC/EUR": Position(D(euro))}
    snapshot = Snapshot(orders=(), fills=(), state=state)

    (finding,) = reconcile(snapshot, Known(orders={}, positions=positions), (SPOT, EURO), NAMES)

    assert (finding.symbol, finding.difference) == (symbol, D(difference))


def is_booked(fill: Fill) -> bool:
    return (fill.symbol, fill.trade_id) == (SWAP.symbol, "1")


@pytest.mark.parametrize(
    ("there", "here", "fills", "kind"),
    [
        ("3", "1", [a_fill("rt-known", "1"), a_fill("rt-known", "2", "2")], Kind.EXPLAINED),
        ("3", "0", [a_fill("rt-1", "1", "2"), a_fill("rt-2", "2", "3")], Kind.EXPLAINED),
        ("1", "2", [a_fill("rt-known", "-1", "2")], Kind.EXPLAINED),
        ("5", "1", [a_fill("rt-known", "1", "2")], Kind.UNEXPLAINED),
    ],
)
def test_executions_that_are_not_booked_explain_what_they_add_up_to(
    there: str, here: str, fills: list[Fill], kind: Kind
) -> None:
    (finding,) = found(there=there, here=here, fills=tuple(fills), seen=is_booked)

    assert finding.kind is kind


def test_a_holding_that_is_missing_is_told_with_both_numbers() -> None:
    (finding,) = found(SPOT, there="0.5", here="1")

    assert (finding.kind, finding.ours, finding.theirs) == (Kind.UNEXPLAINED, D(1), D("0.5"))
