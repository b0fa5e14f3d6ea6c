"""What every fill costs, to the last decimal."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from realtrade.testing.exchange.account import Position
from realtrade.testing.exchange.refusal import Reason, Refused
from tests.testing.exchange.conftest import SPOT, SWAP

if TYPE_CHECKING:
    from tests.testing.exchange.conftest import Bench


def test_a_buyer_pays_the_fee_in_what_was_bought(bench: Bench) -> None:
    bench.place("buy", "1.234")

    (fill,) = bench.truth.fills
    assert (fill.fee, fill.fee_asset) == (Decimal("0.00123400"), "BTC")
    assert bench.truth.balances["BTC"].free == Decimal("11.232766")
    assert bench.truth.balances["USDT"].free == Decimal("9876.58766")


def test_a_seller_pays_the_fee_in_what_was_received(bench: Bench) -> None:
    bench.place("sell", "1.234")

    (fill,) = bench.truth.fills
    assert (fill.fee, fill.fee_asset) == (Decimal("0.12340000"), "USDT")
    assert bench.truth.balances["BTC"].free == Decimal("8.766")
    assert bench.truth.balances["USDT"].free == Decimal("10123.2766")


def test_fees_can_be_paid_in_a_third_currency(bench: Bench) -> None:
    bench.account.fee_asset = "BTC"

    bench.place("sell", "2")

    (fill,) = bench.truth.fills
    assert (fill.fee, fill.fee_asset) == (Decimal("0.00200000"), "BTC")
    assert bench.truth.balances["USDT"].free == 10_200


def test_a_buyer_can_pay_the_fee_in_what_is_paid_with(bench: Bench) -> None:
    bench.account.fee_asset = "USDT"

    bench.place("buy", "2")

    (fill,) = bench.truth.fills
    assert (fill.fee, fill.fee_asset) == (fill.price * Decimal("0.002"), "USDT")
    assert bench.truth.balances["BTC"].free == 12
    assert bench.truth.balances["USDT"].free == 10_000 - fill.price * Decimal("2.002")


@pytest.mark.parametrize(
    ("side", "price", "asset", "locked"),
    [("buy", "90", "USDT", "180"), ("sell", "110", "BTC", "2")],
)
def test_a_resting_order_locks_what_it_may_cost(
    bench: Bench, side: str, price: str, asset: str, locked: str
) -> None:
    order = bench.place(side, "2", price)
    balance = bench.truth.balances[asset]
    assert balance.locked == Decimal(locked)

    bench.core.cancel(bench.account, order)

    assert bench.truth.balances[asset].locked == 0
    assert bench.truth.balances[asset].free == balance.total


def test_a_value_order_buys_as_many_lots_as_fit(bench: Bench) -> None:
    order = bench.place("buy", "0", quote_quantity=Decimal(500))

    assert (order.quantity, order.quote_filled) == (Decimal("4.999"), Decimal("499.94999"))


class TestPosition:
    @pytest.mark.parametrize(
        ("fills", "quantity", "entry", "realised"),
        [
            ([("1", "100"), ("1", "110")], "2", "105", "0"),
            ([("2", "100"), ("-1", "110")], "1", "100", "10"),
            ([("2", "100"), ("-2", "90")], "0", "0", "-20"),
            ([("1", "100"), ("-3", "90")], "-2", "90", "-10"),
            ([("-2", "100"), ("-2", "110"), ("1", "95")], "-3", "105", "10"),
            ([("-1", "100"), ("2", "80")], "1", "80", "20"),
        ],
    )
    def test_average_entry_and_realised_profit(
        self, fills: list[tuple[str, str]], quantity: str, entry: str, realised: str
    ) -> None:
        position = Position()

        total = sum(position.book(Decimal(size), Decimal(price)) for size, price in fills)

        assert (position.quantity, position.entry, total) == (
            Decimal(quantity),
            Decimal(entry),
            Decimal(realised),
        )

    def test_profit_and_fees_go_through_one_wallet(self, bench: Bench) -> None:
        bench.place("buy", "10", symbol=SWAP)
        bench.move("110", symbol=SWAP)
        bench.place("sell", "10", symbol=SWAP)

        assert bench.truth.positions == {}
        profit, fees = Decimal("99.9"), Decimal("1.0001") + Decimal("1.1")
        assert bench.truth.futures["USDT"].total == 10_000 + profit - fees
        assert bench.truth.balances["USDT"].total == 10_000

    def test_margin_is_value_by_leverage(self, bench: Bench) -> None:
        bench.account.leverage[SWAP] = 2
        with pytest.raises(Refused) as caught:
            bench.place("buy", "200", symbol=SWAP)
        assert caught.value.reason is Reason.MARGIN

        bench.place("buy", "199", symbol=SWAP)

        assert bench.truth.positions[SWAP].quantity == 199

    def test_closing_needs_no_margin(self, bench: Bench) -> None:
        bench.account.leverage[SWAP] = 1
        bench.place("buy", "99", symbol=SWAP)

        bench.place("sell", "99", symbol=SWAP)

        assert bench.truth.positions == {}

    def test_reduce_only_never_opens(self, bench: Bench) -> None:
        with pytest.raises(Refused) as caught:
            bench.place("sell", "1", symbol=SWAP, reduce_only=True)
        assert caught.value.reason is Reason.REDUCE_ONLY
        bench.place("buy", "1", symbol=SWAP)

        order = bench.place("sell", "5", symbol=SWAP, reduce_only=True)

        assert (order.status, order.filled) == ("expired", Decimal(1))
        assert bench.truth.positions == {}

    def test_a_flat_position_knocks_reduce_only_orders_out(self, bench: Bench) -> None:
        bench.place("buy", "1", symbol=SWAP)
        take = bench.place("sell", "1", "120", symbol=SWAP, reduce_only=True)
        stop = bench.place("sell", "1", symbol=SWAP, stop="90", reduce_only=True)
        plain = bench.place("sell", "1", "130", symbol=SWAP)

        bench.place("sell", "1", symbol=SWAP)

        assert (take.status, take.expiry) == ("expired", "KNOCKED_OUT")
        assert [one.status for one in (stop, plain)] == ["new", "new"]

    def test_funding_moves_money_from_longs(self, bench: Bench) -> None:
        bench.place("buy", "10", symbol=SWAP)
        before = bench.truth.futures["USDT"].total

        bench.core.fund(SWAP, Decimal("0.0001"))

        assert bench.truth.futures["USDT"].total == before - Decimal("0.1")
        assert bench.truth.transfers[-1].cause == "FUNDING_FEE"


class TestConditionalOnPerpetuals:
    def test_it_becomes_a_child_with_the_same_client_id(self, bench: Bench) -> None:
        bench.place("buy", "2", symbol=SWAP)
        parent = bench.place("sell", "2", symbol=SWAP, stop="95", client_order_id="stop-1")

        bench.walk("94", SWAP)

        child = bench.account.orders[-1]
        assert (parent.status, child.parent_id, child.client_order_id) == (
            "triggered",
            parent.id,
            "stop-1",
        )
        assert bench.truth.positions == {}

    def test_close_position_takes_the_size_of_the_moment(self, bench: Bench) -> None:
        bench.place("buy", "2", symbol=SWAP)
        bench.place("sell", "0", symbol=SWAP, stop="95", close_position=True)
        bench.place("buy", "3", symbol=SWAP)

        bench.walk("94", SWAP)

        assert bench.truth.positions == {}
        assert bench.truth.fills[-1].quantity == 5

    def test_with_nothing_to_close_it_is_rejected_when_it_triggers(self, bench: Bench) -> None:
        order = bench.place("sell", "0", symbol=SWAP, stop="95", close_position=True)

        bench.walk("94", SWAP)

        assert (order.status, bench.fills()) == ("rejected", [])

    def test_its_client_id_may_be_that_of_a_plain_order(self, bench: Bench) -> None:
        bench.place("buy", "1", "90", symbol=SWAP, client_order_id="x")

        bench.place("sell", "1", symbol=SWAP, stop="95", client_order_id="x")

        assert len(bench.truth.open_orders) == 2


def test_every_market_has_its_own_rising_trade_ids(bench: Bench) -> None:
    bench.place("buy", "1")
    bench.place("buy", "1", symbol=SWAP)
    bench.move("101")
    bench.place("sell", "1")

    ids = [(one.symbol, one.id) for one in bench.truth.fills]
    assert ids == [(SPOT, 1), (SWAP, 1), (SPOT, 3)]
