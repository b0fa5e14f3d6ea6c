from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import backtrader as bt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtrade.execution.ledger import Holding, Ledger
from realtrade.model.instrument import Instrument
from realtrade.model.order import Fill, Position, Side

D = Decimal
SPOT = Instrument("BTC/USDT", "BTC", "USDT")
SWAP = Instrument("BTC/USDT:USDT", "BTC", "USDT", "swap", contract_size=D("0.01"))
KNOWN = {instrument.symbol: instrument for instrument in (SPOT, SWAP)}

quantities = st.integers(-40, 40).map(lambda n: n * 0.25)
prices = st.floats(1, 1000, allow_nan=False)


def a_fill(trade_id: str = "1", **changes: Any) -> Fill:
    fill = Fill(
        trade_id=trade_id,
        client_order_id="a",
        symbol="BTC/USDT",
        side=Side.BUY,
        quantity=D(2),
        price=D(100),
        fee=D("0.2"),
        fee_currency="USDT",
        maker=False,
        time_ms=1,
    )
    return replace(fill, **changes)


def a_ledger(held: Position | None = None) -> Ledger:
    return Ledger(KNOWN.__getitem__, {"BTC/USDT": held} if held else None)


def facts(thing: Any, *names: str) -> list[Any]:
    assert thing is not None
    return [getattr(thing, name) for name in names]


@given(st.lists(st.tuples(quantities, prices), max_size=30))
def test_floats_are_kept_as_backtraders_position_keeps_them(
    moves: list[tuple[float, float]],
) -> None:
    ours, theirs = Holding(0.0, 0.0), bt.Position()
    for quantity, price in moves:
        closed_opened = ours.split(quantity)
        size, average, opened, closed = theirs.update(quantity, price)
        ours.apply(quantity, price)

        assert closed_opened == (closed, opened)
        assert (ours.quantity, ours.price) == (size, average)


@given(st.lists(st.tuples(quantities, prices), max_size=30))
def test_decimals_follow_the_same_rules(moves: list[tuple[float, float]]) -> None:
    floats, decimals = Holding(0.0, 0.0), Holding(D(0), D(0))
    for quantity, price in moves:
        pair = floats.split(quantity), decimals.split(D(quantity))
        floats.apply(quantity, price)
        decimals.apply(D(quantity), D(price))

        assert pair[0] == tuple(map(float, pair[1]))
        assert floats.quantity == float(decimals.quantity)
        assert float(decimals.price) == pytest.approx(floats.price)


@pytest.mark.parametrize(
    ("held", "quantity", "closed", "opened", "price"),
    [
        (0, 3, 0, 3, 50),
        (2, 3, 0, 3, 70),
        (5, -2, -2, 0, 100),
        (5, -5, -5, 0, 0),
        (5, -7, -5, -2, 50),
        (-5, 7, 5, 2, 50),
        (-5, 2, 2, 0, 100),
        (-2, -3, 0, -3, 70),
        (4, 0, 0, 0, 100),
        (-4, 0, 0, 0, 100),
    ],
)
def test_splits_into_closed_and_opened(
    held: int, quantity: int, closed: int, opened: int, price: int
) -> None:
    holding = Holding(D(held), D(100) if held else D(0))

    assert list(holding.split(D(quantity))) == [closed, opened]
    holding.apply(D(quantity), D(50))
    assert holding.price == price


def test_books_a_purchase() -> None:
    ledger = a_ledger()

    booking = ledger.apply(a_fill())

    assert facts(booking, "quantity", "opened", "closed") == [2, 2, 0]
    assert facts(booking, "opened_value", "opened_fee", "closed_fee") == [200, D("0.2"), 0]
    assert facts(booking, "held", "entry", "pnl") == [2, 100, 0]
    assert ledger.position("BTC/USDT") == Position(D(2), D(100))


def test_a_sale_realises_profit() -> None:
    ledger = a_ledger(held=Position(D(2), D(100)))

    booking = ledger.apply(a_fill(side=Side.SELL, price=D(130)))

    assert facts(booking, "pnl", "closed_value", "closed_fee") == [60, 200, D("0.2")]
    assert ledger.positions() == {}


def test_a_reversal_splits_the_fee_by_quantity() -> None:
    ledger = a_ledger(held=Position(D(-2), D(100)))

    booking = ledger.apply(a_fill(quantity=D(8), price=D(90), fee=D("0.8")))

    assert facts(booking, "closed", "opened", "pnl") == [2, 6, 20]
    assert facts(booking, "closed_fee", "opened_fee") == [D("0.2"), D("0.6")]


def test_contract_size_scales_money_and_not_quantity() -> None:
    ledger = a_ledger()
    ledger.apply(a_fill(symbol=SWAP.symbol, quantity=D(5)))

    booking = ledger.apply(
        a_fill("2", symbol=SWAP.symbol, side=Side.SELL, quantity=D(5), price=D(120))
    )

    assert facts(booking, "closed", "pnl", "closed_value") == [-5, 1, 5]


def test_the_same_trade_counts_once() -> None:
    ledger = a_ledger()
    ledger.apply(a_fill())

    assert ledger.apply(a_fill()) is None
    assert ledger.position("BTC/USDT").quantity == 2


def test_a_trade_id_belongs_to_its_symbol() -> None:
    ledger = a_ledger()
    ledger.apply(a_fill())

    assert ledger.apply(a_fill(symbol=SWAP.symbol)) is not None


def test_a_fee_in_the_base_asset_reduces_what_can_be_sold() -> None:
    ledger = a_ledger()

    booking = ledger.apply(a_fill(fee=D("0.002"), fee_currency="BTC"))

    assert facts(booking, "quantity", "opened", "opened_fee") == [2, D("1.998"), D("0.2")]
    assert ledger.position("BTC/USDT").quantity == D("1.998")


def test_a_fee_that_eats_the_whole_purchase_opens_nothing() -> None:
    booking = a_ledger().apply(a_fill(fee=D(2), fee_currency="BTC"))

    assert facts(booking, "opened", "closed", "closed_fee", "held") == [0, 0, 200, 0]


def test_holds_nothing_of_what_was_never_traded() -> None:
    assert a_ledger().position("BTC/USDT") == Position()


@given(
    st.lists(st.tuples(st.integers(0, 8), st.booleans(), st.integers(1, 9)), max_size=25),
    st.randoms(use_true_random=False),
)
def test_repeats_change_nothing(trades: list[tuple[int, bool, int]], chance: Any) -> None:
    fills = [
        a_fill(str(index), side=Side.BUY if buys else Side.SELL, quantity=D(n), price=D(90 + p))
        for index, (p, buys, n) in enumerate(trades)
    ]
    once, often = a_ledger(), a_ledger()
    for fill in fills:
        once.apply(fill)
        often.apply(fill)
        often.apply(chance.choice(fills[: fills.index(fill) + 1]))

    assert once.position("BTC/USDT") == often.position("BTC/USDT")
    signed = sum((f.quantity if f.side is Side.BUY else -f.quantity) for f in fills)
    assert once.position("BTC/USDT").quantity == signed


def test_a_fee_in_another_currency_is_no_money_of_this_account() -> None:
    ledger = a_ledger()

    booking = ledger.apply(a_fill(fee=D("0.003"), fee_currency="BNB"))

    assert facts(booking, "opened", "opened_fee", "closed_fee", "held") == [D(2), 0, 0, D(2)]


def test_a_position_that_is_set_is_what_fills_go_on_from() -> None:
    ledger = Ledger(KNOWN.__getitem__, {"BTC/USDT": Position(D(1), D(90))})
    ledger.set("BTC/USDT", Position(D(3), D(80)))

    booking = ledger.apply(a_fill(side=Side.SELL, fee=D(0)))

    assert booking is not None
    assert booking.pnl == 40
    assert ledger.position("BTC/USDT") == Position(D(1), D(80))


def test_a_booking_keeps_what_the_exchange_said_of_the_execution() -> None:
    booking = a_ledger().apply(
        a_fill(symbol=SWAP.symbol, quantity=D(5), maker=True, time_ms=77, price=D(120))
    )

    assert facts(booking, "price", "maker", "time_ms", "opened_value") == [120, True, 77, 6]


def test_fills_of_long_ago_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("realtrade.execution.ledger._REMEMBERED", 4)
    ledger = a_ledger()
    for number in range(8):
        ledger.apply(a_fill(str(number)))

    assert [ledger.knows(a_fill(str(number))) for number in (0, 6, 7)] == [False, True, True]
    assert ledger.apply(a_fill("7")) is None
    assert ledger.position("BTC/USDT").quantity == D(16)


def test_fills_booked_before_the_start_are_known() -> None:
    ledger = Ledger(KNOWN.__getitem__, seen=[("BTC/USDT", "7")])

    assert ledger.apply(a_fill("7")) is None
    assert ledger.apply(a_fill("8")) is not None
