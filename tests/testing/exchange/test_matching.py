"""When orders fill, at which prices, and how they end. The ask is a tick above the price."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from realtrade.testing.exchange.refusal import Reason, Refused

if TYPE_CHECKING:
    from tests.testing.exchange.conftest import Bench


@pytest.mark.parametrize(("side", "expected"), [("buy", "100.01"), ("sell", "100")])
def test_a_market_order_takes_the_other_side(bench: Bench, side: str, expected: str) -> None:
    order = bench.place(side, "2")

    assert (order.status, bench.fills()) == ("filled", [(expected, "2")])
    assert bench.truth.fills[0].maker is False


@pytest.mark.parametrize(
    ("side", "limit", "price", "filled"),
    [
        ("buy", "99", "99.01", False),
        ("buy", "99", "99", True),
        ("buy", "99", "90", True),
        ("sell", "101", "100.99", False),
        ("sell", "101", "101", True),
        ("sell", "101", "110", True),
    ],
)
def test_a_resting_limit_fills_at_its_own_price_once_reached(
    bench: Bench, side: str, limit: str, price: str, filled: bool
) -> None:
    order = bench.place(side, "1", limit)
    assert order.status == "new"

    bench.move(price)

    assert bench.fills() == ([(limit, "1")] if filled else [])
    assert all(fill.maker for fill in bench.truth.fills)


def test_a_limit_that_crosses_takes_at_the_better_price(bench: Bench) -> None:
    bench.place("buy", "1", "105")

    assert bench.fills() == [("100.01", "1")]


@pytest.mark.parametrize(("side", "price"), [("buy", "100.01"), ("sell", "100")])
def test_post_only_that_would_take_is_refused(bench: Bench, side: str, price: str) -> None:
    with pytest.raises(Refused) as caught:
        bench.place(side, "1", price, post_only=True)

    assert caught.value.reason is Reason.WOULD_TAKE
    assert bench.truth.orders == ()


@pytest.mark.parametrize(
    ("tif", "depth", "status", "filled"),
    [
        ("IOC", "0.4", "expired", "0.4"),
        ("FOK", "0.4", "expired", "0"),
        ("FOK", "1", "filled", "1"),
        ("GTC", "0.4", "partially_filled", "0.4"),
    ],
)
def test_time_in_force_decides_what_becomes_of_the_rest(
    bench: Bench, tif: str, depth: str, status: str, filled: str
) -> None:
    bench.core.desks["BTC/USDT"].depth = Decimal(depth)

    order = bench.place("buy", "1", "101", time_in_force=tif)

    assert (order.status, order.filled) == (status, Decimal(filled))
    assert bench.truth.balances["USDT"].locked == (Decimal("60.6") if tif == "GTC" else 0)


def test_an_immediate_order_away_from_the_market_expires_untouched(bench: Bench) -> None:
    order = bench.place("buy", "1", "99", time_in_force="IOC")

    assert (order.status, order.expiry) == ("expired", "UNFILLED_IOC_QUANTITY_EXPIRED")
    assert bench.truth.balances["USDT"].free == 10_000


def test_a_thin_market_order_expires_with_what_it_got(bench: Bench) -> None:
    bench.core.desks["BTC/USDT"].depth = Decimal("0.3")

    order = bench.place("sell", "1")

    assert (order.status, order.filled, order.expiry) == (
        "expired",
        Decimal("0.3"),
        "INSUFFICIENT_LIQUIDITY",
    )


def test_a_resting_order_fills_step_by_step_in_a_thin_market(bench: Bench) -> None:
    bench.core.desks["BTC/USDT"].depth = Decimal("0.4")
    order = bench.place("buy", "1", "99")

    bench.move("99", "98", "97")

    assert bench.fills() == [("99", "0.4"), ("99", "0.4"), ("99", "0.2")]
    assert order.status == "filled"


def test_one_execution_can_be_cut_into_parts(bench: Bench) -> None:
    bench.core.desks["BTC/USDT"].parts = 3

    bench.place("buy", "1")

    assert [quantity for _, quantity in bench.fills()] == ["0.333", "0.333", "0.334"]
    assert len({fill.id for fill in bench.truth.fills}) == 3


class TestStop:
    @pytest.mark.parametrize(
        ("side", "stop", "jump", "expected"),
        [("sell", "95", "90", "90"), ("buy", "105", "110", "110.01")],
    )
    def test_jumped_over_it_fills_where_the_price_lands(
        self, bench: Bench, side: str, stop: str, jump: str, expected: str
    ) -> None:
        bench.place(side, "1", stop=stop)

        bench.move(jump)

        assert bench.fills() == [(expected, "1")]

    @pytest.mark.parametrize(
        ("side", "stop", "end", "expected"),
        [("sell", "95", "90", "95"), ("buy", "105", "110", "105.01")],
    )
    def test_walked_over_it_fills_at_the_stop(
        self, bench: Bench, side: str, stop: str, end: str, expected: str
    ) -> None:
        bench.place(side, "1", stop=stop)

        bench.walk(end)

        assert bench.fills() == [(expected, "1")]

    def test_a_stop_limit_becomes_a_limit_order(self, bench: Bench) -> None:
        order = bench.place("sell", "1", "96", stop="95")

        bench.move("94")
        assert (order.status, order.working, bench.fills()) == ("new", True, [])
        bench.move("96")

        assert bench.fills() == [("96", "1")]

    @pytest.mark.parametrize(("side", "stop"), [("sell", "100"), ("buy", "100"), ("buy", "99")])
    def test_one_that_would_trigger_at_once_is_refused(
        self, bench: Bench, side: str, stop: str
    ) -> None:
        with pytest.raises(Refused) as caught:
            bench.place(side, "1", stop=stop)

        assert caught.value.reason is Reason.WOULD_TRIGGER

    @pytest.mark.parametrize(("side", "stop", "end"), [("sell", "105", "106"), ("buy", "95", "94")])
    def test_take_profit_waits_on_the_other_side(
        self, bench: Bench, side: str, stop: str, end: str
    ) -> None:
        order = bench.place(side, "1", stop=stop, trigger="take_profit")

        bench.walk(end)

        assert order.status == "filled"

    def test_one_rejected_at_its_trigger_leaves_the_money_free(self, bench: Bench) -> None:
        order = bench.place("sell", "1", stop="95")
        bench.core.engine.reject_at_trigger = 1

        bench.move("94")

        assert (order.status, bench.fills()) == ("rejected", [])
        assert bench.truth.balances["BTC"].locked == 0

    def test_a_triggered_buy_without_the_money_expires(self, bench: Bench) -> None:
        order = bench.place("buy", "95", stop="105")

        bench.move("120")

        assert (order.status, order.expiry, bench.fills()) == ("expired", "REJECTED", [])
        assert bench.truth.balances["USDT"].free == 10_000


class TestTrailing:
    def test_it_follows_the_best_price_and_fires_on_the_turn(self, bench: Bench) -> None:
        order = bench.place("sell", "1", trail_bps="500")

        bench.move("110", "120", "115")
        assert order.status == "new"
        bench.walk("100")

        assert bench.fills() == [("114", "1")]

    def test_it_sleeps_until_its_activation_price(self, bench: Bench) -> None:
        order = bench.place("sell", "1", trail_bps="500", stop="110")

        bench.move("95", "109", "90")
        assert (order.best, order.status) == (None, "new")
        bench.move("110", "104")

        assert bench.fills() == [("104", "1")]

    def test_a_buy_follows_the_price_down(self, bench: Bench) -> None:
        bench.place("buy", "1", trail_bps="1000")

        bench.move("80")
        bench.walk("90")

        assert bench.fills() == [("88.01", "1")]


class TestPair:
    def placed(self, bench: Bench) -> None:
        bench.core.place_pair(
            bench.account,
            bench.asked("sell", "1", "110", client_order_id="above", post_only=True),
            bench.asked("sell", "1", client_order_id="below", stop="90"),
            "list",
        )

    def test_it_locks_the_money_once(self, bench: Bench) -> None:
        self.placed(bench)

        assert bench.truth.balances["BTC"].locked == 1

    @pytest.mark.parametrize(
        ("end", "filled", "expired", "price"),
        [("111", "above", "below", "110"), ("89", "below", "above", "90")],
    )
    def test_the_leg_that_acts_ends_the_other(
        self, bench: Bench, end: str, filled: str, expired: str, price: str
    ) -> None:
        self.placed(bench)

        bench.walk(end)

        assert bench.fills() == [(price, "1")]
        assert bench.truth.order(filled).status == "filled"
        assert bench.truth.order(expired).status == "expired"
        assert bench.truth.balances["BTC"].locked == 0

    def test_canceling_one_cancels_both(self, bench: Bench) -> None:
        self.placed(bench)

        bench.core.cancel(bench.account, bench.account.orders[0])

        assert {one.status for one in bench.truth.orders} == {"canceled"}
        assert bench.truth.balances["BTC"].locked == 0

    @pytest.mark.parametrize(("limit", "stop"), [("99", "90"), ("110", "101")])
    def test_both_on_one_side_are_refused(self, bench: Bench, limit: str, stop: str) -> None:
        with pytest.raises(Refused) as caught:
            bench.core.place_pair(
                bench.account,
                bench.asked("sell", "1", limit),
                bench.asked("sell", "1", stop=stop),
                "list",
            )

        assert caught.value.reason is Reason.PAIR_PRICES
        assert bench.truth.balances["BTC"].locked == 0


def test_a_good_till_date_order_expires_with_market_time(bench: Bench) -> None:
    order = bench.place(
        "buy", "1", "90", time_in_force="GTD", good_till_ms=bench.clock.now_ms() + 60_000
    )

    bench.player.advance(59_000)
    assert order.open
    bench.player.advance(1_000)

    assert (order.status, bench.truth.balances["USDT"].locked) == ("expired", Decimal(0))


def test_a_client_id_is_free_again_once_its_order_has_ended(bench: Bench) -> None:
    first = bench.place("buy", "1", "90", client_order_id="same")
    with pytest.raises(Refused) as caught:
        bench.place("buy", "1", "90", client_order_id="same")
    assert caught.value.reason is Reason.DUPLICATE
    bench.core.cancel(bench.account, first)

    second = bench.place("buy", "1", client_order_id="same")

    found = bench.core.find(bench.account, "BTC/USDT", client_id="same")
    assert (found, second.status) == (second, "filled")


def test_what_is_no_longer_open_cannot_be_canceled(bench: Bench) -> None:
    order = bench.place("buy", "1")

    with pytest.raises(Refused) as caught:
        bench.core.cancel(bench.account, order)

    assert caught.value.reason is Reason.NOTHING_TO_CANCEL


@pytest.mark.parametrize(
    ("quantity", "price", "reason"),
    [
        ("1", "99.005", Reason.PRICE_STEP),
        ("1", "0", Reason.PRICE_STEP),
        ("0.0005", "99", Reason.QUANTITY_STEP),
        ("0", "99", Reason.QUANTITY_RANGE),
        ("10000", "99", Reason.QUANTITY_RANGE),
        ("0.05", "99", Reason.NOTIONAL),
        ("200", "99", Reason.FUNDS),
    ],
)
def test_filters_and_funds_refuse_and_leave_no_trace(
    bench: Bench, quantity: str, price: str, reason: Reason
) -> None:
    with pytest.raises(Refused) as caught:
        bench.place("buy", quantity, price)

    assert caught.value.reason is reason
    assert bench.truth.orders == ()
    assert bench.truth.balances["USDT"].free == 10_000


@pytest.mark.parametrize(
    ("change", "stop", "reason"),
    [
        ("max_orders", None, Reason.TOO_MANY_ORDERS),
        ("max_conditional", "120", Reason.TOO_MANY_CONDITIONAL),
    ],
)
def test_only_so_many_orders_may_be_open(
    bench: Bench, change: str, stop: str | None, reason: Reason
) -> None:
    desk = bench.core.desks["BTC/USDT"]
    desk.market = replace(desk.market, **{change: 2})  # type: ignore[arg-type]  # two counts
    price = None if stop else "90"
    orders = [bench.place("buy", "1", price, stop=stop) for _ in range(2)]

    with pytest.raises(Refused) as caught:
        bench.place("buy", "1", price, stop=stop)
    assert caught.value.reason is reason

    bench.core.cancel(bench.account, orders[0])
    assert bench.place("buy", "1", price, stop=stop).open
