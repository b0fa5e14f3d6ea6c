from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtrade.common.broker.books import Books
from realtrade.common.broker.shown import Shown, tradable
from realtrade.model.instrument import Instrument
from realtrade.model.order import Fill, Position, Side

D = Decimal
SPOT = Instrument("BTC/USDT", "BTC", "USDT", lot=D("0.001"))
SWAP = Instrument("BTC/USDT:USDT", "BTC", "USDT", market="swap", lot=D("0.001"))


def fill(number: int, signed: str, price: str, fee: str = "0", currency: str = "BTC") -> Fill:
    quantity = D(signed)
    return Fill(
        trade_id=str(number),
        client_order_id="rt-1",
        symbol="BTC/USDT",
        side=Side.BUY if quantity > 0 else Side.SELL,
        quantity=abs(quantity),
        price=D(price),
        fee=D(fee),
        fee_currency=currency,
        maker=False,
        time_ms=number,
    )


def test_what_is_left_below_a_lot_is_shown_as_flat_and_as_a_closed_trade() -> None:
    books = Books(lambda _: SPOT)

    bought = books.apply(fill(1, "0.5", "100", fee="0.0005"))
    sold = books.apply(fill(2, "-0.499", "110", fee="0.05", currency="USDT"))

    assert bought is not None
    assert sold is not None
    assert (bought.opened, bought.held, bought.entry) == (0.4995, 0.4995, 100)
    assert (sold.quantity, sold.closed, sold.held, sold.entry) == (-0.499, -0.4995, 0, 0)
    assert (sold.pnl, sold.closed_fee, sold.opened_fee) == (4.995, 0.05, 0)
    assert books.ledger.position("BTC/USDT").quantity == D("0.0005")


def test_the_rest_is_shown_again_with_what_it_can_be_traded_with() -> None:
    books = Books(lambda _: SPOT)
    for each in (fill(1, "0.5", "100", fee="0.0005"), fill(2, "-0.499", "110")):
        books.apply(each)

    again = books.apply(fill(3, "0.2", "90"))

    assert again is not None
    assert (again.opened, again.closed, again.held) == (0.2005, 0, 0.2005)


def test_a_restart_shows_what_was_shown_before() -> None:
    held = Books(lambda _: SPOT, {"BTC/USDT": Position(D("0.0009"), D(100))})
    more = Books(lambda _: SPOT, {"BTC/USDT": Position(D("0.2"), D(100))})

    assert held.shown("BTC/USDT").quantity == 0
    assert more.shown("BTC/USDT").quantity == D("0.2")


def test_a_fee_in_a_third_currency_is_no_money_of_this_account() -> None:
    booking = Books(lambda _: SPOT).apply(fill(1, "1", "100", fee="0.02", currency="BNB"))

    assert booking is not None
    assert (booking.opened, booking.opened_fee, booking.closed_fee) == (1, 0, 0)


@pytest.mark.parametrize(
    ("quantity", "shown"),
    [("0.0009", "0"), ("-0.0009", "0"), ("0.001", "0.001"), ("-0.5", "-0.5"), ("0", "0")],
)
def test_less_than_a_lot_cannot_be_traded(quantity: str, shown: str) -> None:
    assert tradable(D(quantity), SWAP) == D(shown)


@given(st.lists(st.integers(-3000, 3000).filter(bool), min_size=1, max_size=40))
def test_trades_added_up_in_floats_end_exactly_when_the_position_does(steps: list[int]) -> None:
    books, total = Books(lambda _: SWAP), 0.0
    for number, step in enumerate(steps):
        booking = books.apply(fill(number, str(D(step) / 10_000), "100", currency="USDT"))
        assert booking is not None
        held = tradable(books.ledger.position("BTC/USDT").quantity, SWAP)
        total += booking.closed
        if booking.opened:
            assert not total or not booking.closed
            total += booking.opened
        assert booking.held == float(held)
        assert (total == 0) is (held == 0)


def test_a_booking_that_shows_nothing_moves_nothing() -> None:
    books = Books(lambda _: SPOT)

    booking = books.apply(fill(1, "0.0004", "100"))

    assert booking is not None
    assert (booking.quantity, booking.opened, booking.closed, booking.held) == (0.0004, 0, 0, 0)
    assert Shown(SPOT).quantity == 0
