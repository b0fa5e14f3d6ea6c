"""Rules that look at the order's price and at the market."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from realtrade.model.order import OrderType
from realtrade.model.verdict import Action, ActionKind, Approved, Denied, Resized

HOUR = 3_600_000
ETH, SOL = "ETH/USDT", "SOL/USDT"


# -- max_order_size


@pytest.mark.parametrize(("quantity", "expected"), [("2.5", None), ("2.51", "2.5"), (99, "2.5")])
def test_cuts_an_order_above_the_limit(bench: Any, quantity: Any, expected: str | None) -> None:
    rule = bench.build("max_order_size", notional="25%")

    verdict = rule.assess(bench.buy(quantity), bench.view)

    if expected is None:
        assert verdict == Approved()
    else:
        reason = f"order of {quantity} BTC/USDT exceeds 25.00% of equity"
        assert verdict == Resized("max_order_size", Decimal(expected), reason)


def test_denies_a_fat_finger_whole(bench: Any) -> None:
    rule = bench.build("max_order_size", quantity=Decimal(2), notional="90%", action="deny")

    assert rule.assess(bench.buy(2), bench.view) == Approved()
    assert rule.assess(bench.buy(3), bench.view) == Denied(
        "max_order_size", "order of 3 BTC/USDT exceeds 2"
    )


def test_any_reduction_may_be_as_large_as_the_position(bench: Any) -> None:
    rule = bench.build("max_order_size", quantity=Decimal(2))
    bench.hold(50)

    assert rule.assess(bench.sell(50), bench.view) == Approved()


def test_a_quantity_alone_is_a_limit(bench: Any) -> None:
    rule = bench.build("max_order_size", quantity=Decimal(2))

    assert rule.assess(bench.buy(3), bench.view).quantity == 2


def test_an_order_size_needs_a_limit(bench: Any) -> None:
    with pytest.raises(ValidationError, match="needs `quantity` or `notional`"):
        bench.config("max_order_size")


# -- price_collar


@pytest.mark.parametrize(
    ("side", "price", "expected"),
    [
        ("buy", "105", Approved),
        ("buy", "105.01", Denied),
        ("buy", "1", Approved),
        ("sell", "95", Approved),
        ("sell", "94.99", Denied),
        ("sell", "999", Approved),
    ],
)
def test_denies_prices_past_the_collar(bench: Any, side: str, price: str, expected: type) -> None:
    rule = bench.build("price_collar", limit="5%")
    order = getattr(bench, side)(1, limit_price=Decimal(price), type=OrderType.LIMIT)

    assert isinstance(rule.assess(order, bench.view), expected)


def test_exits_are_in_the_collar_too(bench: Any) -> None:
    rule = bench.build("price_collar", limit="5%")
    bench.hold(1)

    assert rule.assess(bench.sell(1, limit_price=Decimal(50)), bench.view) == Denied(
        "price_collar", "limit price 50 is 50.00% past 100, limit 5.00%"
    )
    assert rule.assess(bench.sell(1), bench.view) == Approved()


def test_a_stop_limit_is_measured_from_its_stop(bench: Any) -> None:
    rule = bench.build("price_collar", limit="5%")
    prices = {"stop_price": Decimal(120), "limit_price": Decimal(125)}

    assert rule.assess(bench.buy(1, **prices), bench.view) == Approved()
    assert rule.assess(bench.buy(1, limit_price=Decimal(125)), bench.view) != Approved()


def test_cheap_symbols_have_a_collar_too(bench: Any) -> None:
    rule = bench.build("price_collar", limit="5%")
    bench.account.prices["BTC/USDT"] = Decimal("0.5")

    assert isinstance(rule.assess(bench.buy(1, limit_price=Decimal("0.6")), bench.view), Denied)


def test_without_a_last_close_there_is_no_collar(bench: Any) -> None:
    rule = bench.build("price_collar", limit="5%")
    bench.account.prices["BTC/USDT"] = Decimal(0)

    assert rule.assess(bench.buy(1, limit_price=Decimal(9)), bench.view) == Approved()


# -- max_leverage


@pytest.mark.parametrize(("quantity", "expected"), [(13, None), (14, 13)])
def test_cuts_an_order_past_the_leverage(bench: Any, quantity: int, expected: int | None) -> None:
    rule = bench.build("max_leverage", limit=Decimal(2))
    bench.hold(-5, symbol=ETH)
    bench.hold(2)

    verdict = rule.assess(bench.buy(quantity), bench.view)

    if expected is None:
        assert verdict == Approved()
    else:
        assert verdict.quantity == expected
        assert verdict.reason == (
            "14 BTC/USDT would take gross exposure past 2 times equity 1000; 13 fit"
        )


def test_denies_past_the_leverage_but_never_a_reduction(bench: Any) -> None:
    rule = bench.build("max_leverage", limit=Decimal(1), action="deny")
    bench.hold(50)

    assert isinstance(rule.assess(bench.buy(1), bench.view), Denied)
    assert rule.assess(bench.sell(50), bench.view) == Approved()


@pytest.mark.parametrize(("held", "breached"), [(20, False), (-20, False), ("20.01", True)])
def test_reads_gross_exposure(bench: Any, held: Any, breached: bool) -> None:
    rule = bench.build("max_leverage", limit=Decimal(2))
    bench.hold(held)

    reading = rule.reading(bench.view)
    assert reading.breached is breached
    assert (reading.value, reading.limit) == (abs(Decimal(held)) / 10, 2)


def test_an_account_without_money_has_no_leverage_to_tell(bench: Any) -> None:
    rule = bench.build("max_leverage", limit=Decimal(2))
    bench.account.equity = Decimal(0)
    bench.hold(1)

    reading = rule.reading(bench.view)

    assert (reading.value, reading.breached) == (0, True)
    assert reading.text == "gross exposure 100 is 0.00 times equity, limit 2"


# -- correlation_group


def test_caps_the_value_of_a_group(bench: Any) -> None:
    rule = bench.build("correlation_group", symbols=["BTC/USDT", ETH], notional="40%")
    bench.hold(3, symbol=ETH)
    bench.hold(99, symbol=SOL)

    verdict = rule.assess(bench.buy(5), bench.view)

    assert verdict == Resized(
        "correlation_group",
        Decimal(1),
        "the group with 5 BTC/USDT more would exceed 40.00% of equity; 1 fit",
    )
    assert rule.assess(bench.buy(1), bench.view) == Approved()
    assert rule.assess(bench.buy(99, SOL), bench.view) == Approved()
    assert rule.reading(bench.view).text == "the group is worth 300, limit 40.00% of equity"


def test_denies_whole_orders_of_a_full_group(bench: Any) -> None:
    symbols = ["BTC/USDT", ETH]
    rule = bench.build("correlation_group", symbols=symbols, notional="40%", action="deny")
    bench.hold(3)
    assert isinstance(rule.assess(bench.buy(2, ETH), bench.view), Denied)
    assert rule.assess(bench.buy(1, ETH), bench.view) == Approved()
    bench.hold(4)
    assert not rule.reading(bench.view).breached
    bench.hold(5)
    assert isinstance(rule.assess(bench.buy(1, ETH), bench.view), Denied)
    assert rule.assess(bench.sell(5), bench.view) == Approved()
    assert rule.reading(bench.view).breached


def test_caps_the_number_held_of_a_group(bench: Any) -> None:
    rule = bench.build("correlation_group", symbols=["BTC/USDT", ETH, SOL], positions=2)
    bench.hold(1, symbol=ETH)
    assert rule.assess(bench.buy(), bench.view) == Approved()
    bench.account.open_orders = [bench.buy(1, SOL)]

    assert rule.assess(bench.buy(), bench.view) == Denied(
        "correlation_group", "2 others of the group are held, limit 2"
    )
    assert rule.assess(bench.buy(9, ETH), bench.view) == Approved()
    assert rule.reading(bench.view).text == "2 symbols of the group are held or ordered, limit 2"
    assert not rule.reading(bench.view).breached


def test_a_held_symbol_may_grow_and_shrink_in_a_crowded_group(bench: Any) -> None:
    rule = bench.build("correlation_group", symbols=["BTC/USDT", ETH], positions=1)
    bench.hold(1, symbol=ETH)
    bench.hold(1)

    assert rule.assess(bench.buy(), bench.view) == Approved()
    assert rule.assess(bench.sell(), bench.view) == Approved()
    assert rule.reading(bench.view).breached


def test_a_brackets_child_passes_in_a_crowded_group(bench: Any) -> None:
    rule = bench.build("correlation_group", symbols=["BTC/USDT", ETH], positions=1)
    bench.hold(1, symbol=ETH)
    parent = bench.buy(1)
    bench.account.open_orders = [parent]

    child = bench.sell(1, parent_id=parent.client_order_id)

    assert rule.assess(child, bench.view) == Approved()


@pytest.mark.parametrize("settings", [{"symbols": ["A/B"]}, {"symbols": [], "positions": 1}])
def test_a_group_needs_symbols_and_a_limit(bench: Any, settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        bench.config("correlation_group", **settings)


# -- stale_data


@pytest.mark.parametrize(("age_ms", "expected"), [(90_000, Approved), (90_001, Denied)])
def test_denies_on_old_bars(bench: Any, age_ms: int, expected: type) -> None:
    rule = bench.build("stale_data", max_age="90s")
    bench.bar(100)
    bench.account.now_ms = HOUR + age_ms

    verdict = rule.assess(bench.buy(), bench.view)

    assert isinstance(verdict, expected)
    bench.hold(1)
    assert rule.assess(bench.sell(), bench.view) == Approved()


def test_says_how_old_the_bar_is(bench: Any) -> None:
    rule = bench.build("stale_data", max_age="90s")
    bench.bar(100)
    bench.account.now_ms = HOUR + 120_000

    assert rule.assess(bench.buy(), bench.view) == Denied(
        "stale_data", "the last bar of BTC/USDT is 0:02:00 old, limit 0:01:30"
    )


# -- spread_guard


@pytest.mark.parametrize(("spread", "expected"), [("0.002", Approved), ("0.0021", Denied)])
def test_denies_on_a_wide_spread(bench: Any, spread: str, expected: type) -> None:
    rule = bench.build("spread_guard", limit="20 bps")
    bench.account.spreads["BTC/USDT"] = Decimal(spread)

    assert isinstance(rule.assess(bench.buy(), bench.view), expected)


def test_says_the_spread_and_lets_reductions_pass(bench: Any) -> None:
    rule = bench.build("spread_guard", limit="20 bps")
    bench.account.spreads["BTC/USDT"] = Decimal("0.0123")

    assert rule.assess(bench.buy(), bench.view) == Denied(
        "spread_guard", "the spread of BTC/USDT is 1.2300%, limit 0.2000%"
    )
    bench.hold(1)
    assert rule.assess(bench.sell(), bench.view) == Approved()


@pytest.mark.parametrize(("unknown", "expected"), [("pass", Approved), ("deny", Denied)])
def test_does_as_told_where_no_spread_is_known(bench: Any, unknown: str, expected: type) -> None:
    rule = bench.build("spread_guard", limit="20 bps", unknown=unknown)

    verdict = rule.assess(bench.buy(), bench.view)

    assert isinstance(verdict, expected)
    assert "is unknown" in getattr(verdict, "reason", "is unknown")


# -- volatility_guard


@pytest.mark.parametrize(("limit", "expected"), [("4%", Approved), ("3.99%", Denied)])
def test_denies_on_a_wide_range(bench: Any, limit: str, expected: type) -> None:
    rule = bench.build("volatility_guard", limit=limit, period=3)
    for _ in range(4):
        bench.bar(100, high=102, low=98)

    assert isinstance(rule.assess(bench.buy(), bench.view), expected)


def test_says_the_range_and_lets_reductions_pass(bench: Any) -> None:
    rule = bench.build("volatility_guard", limit="1%", period=1)
    bench.bar(100)
    bench.bar(100, high=110, low=90)

    assert rule.assess(bench.buy(), bench.view) == Denied(
        "volatility_guard", "the range of BTC/USDT is 20.00% of its price, limit 1.00%"
    )
    bench.hold(1)
    assert rule.assess(bench.sell(), bench.view) == Approved()


def test_denies_while_the_range_is_not_known(bench: Any) -> None:
    rule = bench.build("volatility_guard", limit="4%", period=3)
    for _ in range(3):
        bench.bar(100)

    assert rule.assess(bench.buy(), bench.view) == Denied(
        "volatility_guard", "BTC/USDT has fewer than 4 bars to know its range"
    )


# -- minimum_equity


@pytest.mark.parametrize(("equity", "expected"), [("500", Approved), ("499.99", Denied)])
def test_denies_below_the_least_equity(bench: Any, equity: str, expected: type) -> None:
    rule = bench.build("minimum_equity", limit="500 USDT")
    bench.account.equity = Decimal(equity)

    assert isinstance(rule.assess(bench.buy(), bench.view), expected)


def test_halts_as_long_as_told(bench: Any) -> None:
    rule = bench.build("minimum_equity", limit="500 USDT", halt_for="1h")
    bench.account.equity = Decimal(400)
    bench.account.now_ms = 7

    assert rule.watch(bench.view)[0].until_ms == 7 + HOUR
    assert rule.assess(bench.buy(), bench.view).action.until_ms == 7 + HOUR


def test_acts_below_the_least_equity(bench: Any) -> None:
    rule = bench.build("minimum_equity", limit="500 USDT", action="flatten_and_halt")
    bench.account.equity = Decimal(500)
    assert rule.watch(bench.view) == ()
    assert not rule.reading(bench.view).breached
    bench.account.equity = Decimal(1000)
    assert rule.reading(bench.view).text == "equity 1000 is above the limit 500"

    bench.account.equity = Decimal(400)

    wanted = Action(
        ActionKind.FLATTEN_AND_HALT, "minimum_equity", "equity 400 is below the limit 500"
    )
    assert rule.watch(bench.view) == (wanted,)
    assert rule.assess(bench.buy(), bench.view).action == wanted
    bench.hold(1)
    assert rule.assess(bench.sell(), bench.view) == Approved()


def test_only_denies_when_told_so(bench: Any) -> None:
    rule = bench.build("minimum_equity", limit="500 USDT", action="deny")
    bench.account.equity = Decimal(400)

    assert rule.watch(bench.view) == ()
    assert rule.assess(bench.buy(), bench.view).action is None
    assert not rule.needs.watch
