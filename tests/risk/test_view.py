from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from realtrade.model.instrument import Instrument
from realtrade.model.order import OrderType, Side

BTC, ETH = "BTC/USDT", "ETH/USDT"
HOUR = 3_600_000


def test_shows_the_account(bench: Any) -> None:
    bench.account.spreads[BTC] = Decimal("0.1")
    bench.bar(99.5)
    bench.bar(98.5)
    view, account = bench.view, bench.account

    assert (view.now_ms, view.cash, view.equity) == (HOUR, 1000, 1000)
    assert view.positions is account.positions
    assert view.open_orders is account.open_orders
    assert view.price(BTC) == Decimal("98.5")
    assert view.instrument(BTC) == account.instrument(BTC)
    assert view.bar(BTC) is account.history[BTC][-1]
    assert view.bars(BTC, 2) == account.history[BTC]
    assert view.spread(BTC) == Decimal("0.1")
    assert view.halts is bench.memory.halts


def test_equity_is_one_number_within_one_question(bench: Any) -> None:
    view = bench.view
    before = view.equity
    bench.account.equity = Decimal(5)

    assert view.equity == before
    assert bench.view.equity == 5


@pytest.mark.parametrize(
    ("peak", "equity", "drawdown"),
    [("1000", "850", "0.15"), ("1000", "1100", "0"), (None, "5", "0"), ("0", "0", "0")],
)
def test_drawdown_is_a_positive_fraction(
    bench: Any, peak: str | None, equity: str, drawdown: str
) -> None:
    bench.memory.peak = None if peak is None else Decimal(peak)
    bench.account.equity = Decimal(equity)

    assert bench.view.drawdown == Decimal(drawdown)


# -- reductions


@pytest.mark.parametrize(
    ("held", "side", "quantity", "expected"),
    [
        (2, "sell", "2", True),
        (2, "sell", "2.01", False),
        (2, "buy", "1", False),
        (-2, "buy", "2", True),
        (-2, "buy", "2.01", False),
        (-2, "sell", "1", False),
        (0, "sell", "1", False),
        (0, "buy", "1", False),
    ],
)
def test_a_reduction_never_crosses_zero(
    bench: Any, held: int, side: str, quantity: str, expected: bool
) -> None:
    bench.hold(held)

    assert bench.view.reduces(getattr(bench, side)(quantity)) is expected


@pytest.mark.parametrize(
    ("held", "side", "expected"),
    [(2, "sell", True), (2, "buy", False), (-2, "buy", True), (0, "sell", False)],
)
def test_reduce_only_is_cut_by_the_venue(bench: Any, held: int, side: str, expected: bool) -> None:
    bench.hold(held)

    assert bench.view.reduces(getattr(bench, side)(99, reduce_only=True)) is expected


@pytest.mark.parametrize(
    ("quantity", "type_", "expected"),
    [
        (1, OrderType.MARKET, True),
        (2, OrderType.MARKET, False),
        (99, OrderType.STOP, True),
    ],
)
def test_reduce_only_market_orders_share_the_position(
    bench: Any, quantity: int, type_: OrderType, expected: bool
) -> None:
    bench.hold(3)
    bench.account.open_orders = [bench.sell(2), bench.sell(3, type=OrderType.STOP)]

    assert bench.view.reduces(bench.sell(quantity, type=type_, reduce_only=True)) is expected


@pytest.mark.parametrize(
    ("at_work", "new", "expected"),
    [
        (OrderType.MARKET, OrderType.MARKET, False),
        (OrderType.CLOSE, OrderType.MARKET, False),
        (OrderType.MARKET, OrderType.LIMIT, False),
        (OrderType.LIMIT, OrderType.LIMIT, False),
        (OrderType.STOP, OrderType.LIMIT, False),
        (OrderType.STOP, OrderType.MARKET, True),
        (OrderType.LIMIT, OrderType.CLOSE, True),
    ],
)
def test_exits_at_work_count(
    bench: Any, at_work: OrderType, new: OrderType, expected: bool
) -> None:
    bench.hold(3)
    bench.account.open_orders = [
        bench.sell(2, type=at_work),
        bench.buy(9, type=at_work),
        bench.sell(9, ETH, type=at_work),
    ]

    assert bench.view.reduces(bench.sell(1, type=new)) is True
    assert bench.view.reduces(bench.sell(2, type=new)) is expected


def test_orders_that_cancel_each_other_count_once(bench: Any) -> None:
    bench.hold(2)
    stop = bench.sell(2, type=OrderType.STOP)
    bench.account.open_orders = [stop]
    target = bench.sell(2, type=OrderType.LIMIT, oco_id=stop.client_order_id)

    assert bench.view.reduces(target)
    assert not bench.view.reduces(bench.sell(2, type=OrderType.LIMIT))
    bench.account.open_orders = [stop, target]
    assert bench.view.reduces(stop)
    assert bench.view.pending(BTC, Side.SELL) == 2


def test_children_of_a_filled_parent_are_one_group(bench: Any) -> None:
    bench.hold(2)
    bench.account.open_orders = [bench.sell(2, type=OrderType.STOP, parent_id="gone")]

    assert bench.view.reduces(bench.sell(2, type=OrderType.LIMIT, parent_id="gone"))
    assert bench.view.pending(BTC, Side.SELL) == 2


@pytest.mark.parametrize(
    ("parent", "side", "quantity", "expected"),
    [
        (("buy", 2, BTC), "sell", 2, True),
        (("buy", 2, BTC), "sell", 3, False),
        (("buy", 2, BTC), "buy", 1, False),
        (("buy", 2, ETH), "sell", 2, False),
        (("sell", 2, BTC), "buy", 2, True),
    ],
)
def test_a_child_that_undoes_its_parent_reduces(
    bench: Any, parent: tuple[str, int, str], side: str, quantity: int, expected: bool
) -> None:
    order = getattr(bench, parent[0])(*parent[1:])
    bench.account.open_orders = [bench.buy(9), order]
    child = getattr(bench, side)(quantity, parent_id=order.client_order_id)

    assert bench.view.reduces(child) is expected


def test_children_wait_for_their_parent(bench: Any) -> None:
    parent = bench.buy(2)
    child = bench.sell(2, parent_id=parent.client_order_id)
    larger = bench.sell(3, parent_id=parent.client_order_id)
    bench.account.open_orders = [parent, child]
    assert bench.view.pending(BTC, Side.SELL) == 0

    bench.account.open_orders = [parent, larger]
    assert bench.view.pending(BTC, Side.SELL) == 3
    bench.account.open_orders = [child]
    assert bench.view.pending(BTC, Side.SELL) == 2


def test_pending_orders_add_up_but_reduce_only_ones_add_nothing(bench: Any) -> None:
    bench.account.open_orders = [
        bench.buy(1),
        bench.buy(2),
        bench.sell(4),
        bench.buy(8, ETH),
        bench.buy(16, reduce_only=True),
    ]

    assert bench.view.pending(BTC, Side.BUY) == 3


# -- entries


def test_an_entry_is_what_was_remembered(bench: Any) -> None:
    assert bench.view.entry(BTC) is None
    bench.fill(1)
    bench.hold(0, symbol=ETH)

    assert bench.view.entry(BTC) is bench.memory.entries[BTC]
    assert bench.view.entries == [bench.memory.entries[BTC]]


def test_a_position_nobody_saw_opened_starts_now(bench: Any) -> None:
    bench.hold(-2, 50)
    bench.account.now_ms = 77
    bench.account.instruments[BTC] = Instrument(
        BTC, "BTC", "USDT", "swap", contract_size=Decimal("0.1")
    )

    entry = bench.view.entry(BTC)

    assert (entry.quantity, entry.largest, entry.opened_ms, entry.notional) == (-2, 2, 77, 10)
    assert (entry.symbol, entry.price, entry.highest, entry.lowest) == (BTC, 50, 50, 50)
    bench.account.now_ms = 88
    assert bench.view.entry(BTC) is entry


@pytest.mark.parametrize(
    ("held", "opened", "largest"), [(1, 5, 3), (4, 5, 4), ("0.1", 5, 3), (-1, 9, 1)]
)
def test_an_entry_catches_up_with_the_account(
    bench: Any, held: Any, opened: int, largest: int
) -> None:
    bench.account.now_ms = 5
    bench.fill(3)
    bench.account.now_ms = 9
    bench.hold(held)

    entry = bench.view.entry(BTC)

    assert (entry.quantity, entry.opened_ms, entry.largest) == (Decimal(held), opened, largest)


def test_extended_takes_this_bar_in(bench: Any) -> None:
    bench.fill(1)
    bench.bar(101, high=105, low=97)

    extended = bench.view.extended(bench.view.entry(BTC))

    assert (extended.highest, extended.lowest) == (105, 97)
    assert bench.view.entry(BTC).highest == 100


# -- memory


def test_counts_orders_after_a_moment(bench: Any) -> None:
    bench.memory.orders.extend([1, 5, 5, 9])

    assert [bench.view.orders_since(ms) for ms in (0, 1, 4, 5, 9)] == [4, 3, 3, 1, 0]


def test_a_peak_of_a_window_includes_now(bench: Any) -> None:
    hour = timedelta(hours=1)
    assert bench.view.peak_within(hour) == 1000
    bench.memory.peaks.extend([(0, Decimal(3000)), (HOUR, Decimal(2000))])
    bench.account.now_ms = 2 * HOUR

    assert bench.view.peak_within(2 * hour) == 3000
    assert bench.view.peak_within(hour) == 2000
    assert bench.view.peak_within(hour / 2) == 1000
    bench.account.equity = Decimal(2500)
    assert bench.view.peak_within(hour) == 2500


def test_a_level_is_of_one_rule_and_symbol(bench: Any) -> None:
    bench.memory.note_level("stop", BTC, Decimal(9))

    assert bench.view.level("stop", BTC) == 9
    assert bench.view.level("stop", ETH) is None
    assert bench.view.level("other", BTC) is None


def test_an_undeclared_period_starts_when_first_asked(bench: Any) -> None:
    assert bench.view.period("day", "UTC").equity == 1000
    assert bench.view.resumed("x") is None
