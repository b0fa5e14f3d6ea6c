from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from realtrade.model.order import Fill, Side
from realtrade.monitor import PerformanceTracker
from realtrade.monitor.tracker import FillRecord


def a_fill(
    side: Side,
    quantity: str,
    price: str,
    fee: str,
    *,
    currency: str = "USDT",
    symbol: str = "BTC/USDT",
) -> Fill:
    return Fill(
        trade_id="1",
        client_order_id="a",
        symbol=symbol,
        side=side,
        quantity=Decimal(quantity),
        price=Decimal(price),
        fee=Decimal(fee),
        fee_currency=currency,
        maker=False,
        time_ms=5,
    )


def test_an_untouched_tracker_still_answers() -> None:
    tracker = PerformanceTracker(Decimal(1000))

    assert (tracker.bars, tracker.final_equity, list(tracker.fills)) == (0, 1000.0, [])
    assert len(tracker.columns().equity) == 0
    assert tracker.statistics().total_return == 0


def test_bars_and_columns_make_one_curve_in_order() -> None:
    tracker = PerformanceTracker(100)
    tracker.record_bar(1, 100, 101)
    tracker.record_columns([2, 3], [100, 90], [102, 103])
    tracker.record_bar(4, 80, 104)

    columns = tracker.columns()

    assert columns.time_ms.tolist() == [1, 2, 3, 4]
    assert columns.cash.tolist() == [100, 100, 90, 80]
    assert columns.equity.tolist() == [101, 102, 103, 104]
    assert (tracker.bars, tracker.final_equity) == (4, 104)


def test_recording_goes_on_after_reading() -> None:
    tracker = PerformanceTracker(100)
    tracker.record_bar(1, 100, 101)
    before = tracker.columns()
    tracker.record_bar(2, 100, 102)

    assert before.equity.tolist() == [101]
    assert tracker.final_equity == 102
    assert tracker.columns().equity.tolist() == [101, 102]


def test_the_last_bar_counts_wherever_it_came_from() -> None:
    tracker = PerformanceTracker(100)
    tracker.record_columns([1], [5], [6])
    tracker.record_columns([], [], [])

    assert tracker.final_equity == 6


def test_arrays_are_taken_without_copying() -> None:
    equity = np.array([1.0, 2.0])
    tracker = PerformanceTracker(1)
    tracker.record_columns(np.array([1, 2]), equity, equity)

    assert np.shares_memory(tracker.columns().equity, equity)


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="2 times, 1 cash and 2 equity"):
        PerformanceTracker(1).record_columns([1, 2], [1], [1, 2])


def test_plain_numbers_become_fills_trips_and_fees() -> None:
    tracker = PerformanceTracker(100)
    tracker.record_fill("A/B", Side.BUY, quantity=2, price=10, fee=0.5, time_ms=7)
    tracker.record_fill("A/B", Side.SELL, quantity=2, price=11, fee=0.25, time_ms=9)
    tracker.record_fill("C/B", Side.SELL, quantity=1, price=3, fee=0, time_ms=9)

    assert list(tracker.fills) == [
        FillRecord(7, "A/B", Side.BUY, 2, 10, 0.5),
        FillRecord(9, "A/B", Side.SELL, 2, 11, 0.25),
        FillRecord(9, "C/B", Side.SELL, 1, 3, 0),
    ]
    assert tracker.fees_paid == 0.75
    assert [trip.pnl for trip in tracker.round_trips] == [1.25]
    assert [trip.symbol for trip in tracker.open_trips] == ["C/B"]


def test_a_fee_without_quantity_opens_nothing() -> None:
    tracker = PerformanceTracker(100)
    tracker.record_fill("A/B", Side.BUY, quantity=0, price=10, fee=0.5, time_ms=7)

    assert tracker.fees_paid == 0.5
    assert tracker.open_trips == []


def test_contract_sizes_come_from_the_symbol_or_the_fill() -> None:
    tracker = PerformanceTracker(100, contract_sizes={"A/B": Decimal("0.1")})
    for size in (None, 10.0):
        tracker.record_fill(
            "A/B", Side.BUY, quantity=1, price=10, fee=0, time_ms=1, contract_size=size
        )
        tracker.record_fill(
            "A/B", Side.SELL, quantity=1, price=20, fee=0, time_ms=2, contract_size=size
        )

    assert [trip.pnl for trip in tracker.round_trips] == [1, 100]


def test_a_venue_fill_in_the_quote_currency() -> None:
    tracker = PerformanceTracker(100)
    tracker.record(a_fill(Side.BUY, "0.1", "20000.5", "1.5"))

    assert list(tracker.fills) == [FillRecord(5, "BTC/USDT", Side.BUY, 0.1, 20000.5, 1.5)]
    assert tracker.fees_paid == 1.5


def test_a_fee_in_the_base_currency_is_taken_out_of_what_was_bought() -> None:
    tracker = PerformanceTracker(10_000)
    tracker.record(a_fill(Side.BUY, "1", "100", "0.001", currency="BTC"))
    tracker.record(a_fill(Side.SELL, "0.998", "110", "0.001", currency="BTC"))

    trip = tracker.round_trips[0]

    # Paid 100 for 0.999 BTC; 0.998 brought 109.78 and the last 0.001 went as fee.
    assert trip.quantity == pytest.approx(0.999)
    assert trip.pnl == pytest.approx(109.78 - 100)
    assert tracker.fees_paid == pytest.approx(0.1 + 0.11)


@pytest.mark.parametrize(
    ("symbol", "currency", "fees", "others"),
    [
        ("BTC/USDT", "BNB", 0, {"BNB": 0.02}),
        ("BTC/USDT:USDT", "USDT", 0.02, {}),
        ("BTC/USD:BTC", "BTC", 0.02, {}),
        ("BTC/USDT:USDT", "BNB", 0, {"BNB": 0.02}),
    ],
)
def test_a_fee_in_a_third_currency_is_kept_apart(
    symbol: str, currency: str, fees: float, others: dict[str, float]
) -> None:
    tracker = PerformanceTracker(100)
    for _ in range(2):
        tracker.record(a_fill(Side.BUY, "1", "100", "0.01", currency=currency, symbol=symbol))

    assert (tracker.fees_paid, tracker.other_fees) == (fees, others)
    assert tracker.open_trips[0].held == 2


def test_many_fills_at_once_are_recorded_as_one_by_one() -> None:
    at_once, in_turn = PerformanceTracker(1000), PerformanceTracker(1000)
    fills = [(1, 2.0, 10.0, 0.1), (2, -2.0, 11.0, 0.2), (3, -1.0, 9.0, 0.7), (4, 0.5, 8.0, 0.3)]

    at_once.record_fills("BTC/USDT", fills)
    at_once.record_fills("BTC/USDT", [])
    for time_ms, signed, price, fee in fills:
        side = Side.BUY if signed > 0 else Side.SELL
        in_turn.record_fill(
            "BTC/USDT", side, quantity=abs(signed), price=price, fee=fee, time_ms=time_ms
        )

    assert list(at_once.fills) == list(in_turn.fills)
    assert at_once.round_trips == in_turn.round_trips
    assert at_once.fees_paid == in_turn.fees_paid == 0.1 + 0.2 + 0.7 + 0.3


def test_what_was_held_before_ends_as_a_trade_of_this_run() -> None:
    tracker = PerformanceTracker(1000)

    tracker.hold("BTC/USDT", 2.0, 90.0, 1_000)
    tracker.record_fill("BTC/USDT", Side.SELL, quantity=2.0, price=100.0, fee=1.0, time_ms=2_000)

    (trade,) = tracker.round_trips
    assert (trade.entry_price, trade.exit_price, trade.pnl, trade.fees) == (90, 100, 19, 1)
    assert tracker.fees_paid == 1
