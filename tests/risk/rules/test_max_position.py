from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from realtrade.model.instrument import Instrument
from realtrade.model.order import OrderType
from realtrade.model.verdict import Action, ActionKind, Approved, Denied, Resized
from realtrade.plugins.ports.risk import Reading

# equity 1000, price 100: 20% of equity are 2 units


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [("1.99", "1.99"), ("2", "2"), ("2.01", "2"), ("500", "2")],
)
def test_cuts_an_order_down_to_what_fits(bench: Any, quantity: str, expected: str) -> None:
    rule = bench.build("max_position", notional="20%")

    verdict = rule.assess(bench.buy(quantity), bench.view)

    if quantity == expected:
        assert verdict == Approved()
    else:
        assert isinstance(verdict, Resized)
        assert verdict.quantity == Decimal(expected)


@pytest.mark.parametrize(("held", "allowed"), [("2", 0), ("1.5", "0.5"), ("-2", 4), ("-1", 3)])
def test_counts_what_is_held(bench: Any, held: str, allowed: Any) -> None:
    rule = bench.build("max_position", quantity=Decimal(2))
    bench.hold(held)

    verdict = rule.assess(bench.buy(10), bench.view)

    if allowed:
        assert verdict == Resized("max_position", Decimal(allowed), verdict.reason)
    else:
        assert isinstance(verdict, Denied)


def test_refuses_the_whole_order_with_deny(bench: Any) -> None:
    rule = bench.build("max_position", notional="200 USDT", action="deny")

    assert rule.assess(bench.buy("2"), bench.view) == Approved()
    assert rule.assess(bench.buy("2.1"), bench.view) == Denied(
        "max_position",
        "position of BTC/USDT with 2.1 more would exceed 200; 2 fit",
    )


def test_the_smaller_of_quantity_and_notional_holds(bench: Any) -> None:
    rule = bench.build("max_position", quantity=Decimal(5), notional="30%")

    assert rule.assess(bench.buy(10), bench.view).quantity == Decimal(3)
    bench.account.equity = Decimal(9000)
    assert rule.assess(bench.buy(10), bench.view).quantity == Decimal(5)


def test_orders_at_work_count_as_filled(bench: Any) -> None:
    rule = bench.build("max_position", quantity=Decimal(5))
    bench.account.open_orders = [bench.buy(2), bench.buy(1), bench.sell(4)]

    assert rule.assess(bench.buy(9), bench.view).quantity == Decimal(2)
    assert rule.assess(bench.sell(9), bench.view).quantity == Decimal(1)


def test_of_orders_that_cancel_each_other_the_largest_counts(bench: Any) -> None:
    rule = bench.build("max_position", quantity=Decimal(5))
    first = bench.buy(2, type=OrderType.LIMIT)
    bench.account.open_orders = [first, bench.buy(3, oco_id=first.client_order_id)]

    assert rule.assess(bench.buy(9), bench.view).quantity == Decimal(2)


@pytest.mark.parametrize("held", ["3", "-3"])
def test_a_reduction_passes_far_above_the_limit(bench: Any, held: str) -> None:
    rule = bench.build("max_position", quantity=Decimal(1), action="deny")
    bench.hold(held)
    order = bench.sell(3) if Decimal(held) > 0 else bench.buy(3)

    assert rule.assess(order, bench.view) == Approved()


def test_an_order_that_turns_the_position_round_is_cut_at_the_limit(bench: Any) -> None:
    rule = bench.build("max_position", quantity=Decimal(1))
    bench.hold(3)

    assert rule.assess(bench.sell(9), bench.view).quantity == Decimal(4)


def test_a_reduce_only_order_passes(bench: Any) -> None:
    rule = bench.build("max_position", quantity=Decimal(1), action="deny")
    bench.hold(3)
    bench.account.open_orders = [bench.sell(3, type=OrderType.STOP)]

    assert rule.assess(bench.sell(9, reduce_only=True), bench.view) == Approved()


def test_a_bracket_child_passes_with_its_parent_at_work(bench: Any) -> None:
    rule = bench.build("max_position", quantity=Decimal(2), action="deny")
    parent = bench.buy(2)
    bench.account.open_orders = [parent]
    child = bench.sell(2, parent_id=parent.client_order_id)
    sibling = bench.sell(2, parent_id=parent.client_order_id)

    assert rule.assess(child, bench.view) == Approved()
    bench.account.open_orders.append(child)
    assert rule.assess(sibling, bench.view) == Approved()
    assert isinstance(rule.assess(bench.sell("2.1"), bench.view), Denied)
    assert rule.assess(bench.sell(2), bench.view) == Approved()


def test_exits_that_cancel_each_other_fit_a_full_position(bench: Any) -> None:
    rule = bench.build("max_position", quantity=Decimal(2), action="deny")
    bench.hold(2)
    stop = bench.sell(2, type=OrderType.STOP)
    bench.account.open_orders = [stop]

    target = bench.sell(2, type=OrderType.LIMIT, oco_id=stop.client_order_id)

    assert rule.assess(target, bench.view) == Approved()


@pytest.mark.parametrize(("first", "fits"), [(1, 3), (3, 3), (9, 9)])
def test_joining_a_group_adds_only_what_is_above_its_largest(
    bench: Any, first: int, fits: int
) -> None:
    rule = bench.build("max_position", quantity=Decimal(3))
    leader = bench.sell(first, type=OrderType.LIMIT)
    bench.account.open_orders = [leader]

    for type_ in (OrderType.LIMIT, OrderType.MARKET):
        order = bench.sell(10, oco_id=leader.client_order_id, type=type_)
        assert rule.assess(order, bench.view).quantity == fits


@pytest.mark.parametrize(
    ("held", "type_", "fits"),
    [
        (2, OrderType.LIMIT, 2),
        (2, OrderType.MARKET, 4),
        (5, OrderType.LIMIT, 5),
        (5, OrderType.MARKET, 7),
        (1, OrderType.STOP, 2),
    ],
)
def test_resting_orders_keep_within_the_limit_though_the_position_may_go(
    bench: Any, held: int, type_: OrderType, fits: int
) -> None:
    rule = bench.build("max_position", quantity=Decimal(2))
    bench.hold(held)

    assert rule.assess(bench.sell(10, type=type_), bench.view).quantity == fits


def test_exits_at_work_count_against_an_order_that_turns_round(bench: Any) -> None:
    rule = bench.build("max_position", quantity=Decimal(1))
    bench.hold(5)
    bench.account.open_orders = [bench.sell(3)]

    assert rule.assess(bench.sell(4), bench.view).quantity == 3


def test_a_child_alone_is_no_reduction(bench: Any) -> None:
    rule = bench.build("max_position", quantity=Decimal(1))

    assert rule.assess(bench.sell(4, parent_id="gone"), bench.view).quantity == 1


@pytest.mark.parametrize(
    ("held", "side", "worth"), [(2, "sell", 300), (-2, "buy", 300), (2, "buy", 700)]
)
def test_others_count_at_their_worst(bench: Any, held: int, side: str, worth: int) -> None:
    rule = bench.build("max_position", notional="1000 USDT", scope="total")
    bench.hold(held, symbol="ETH/USDT")
    bench.account.prices["ETH/USDT"] = Decimal(1000)
    bench.account.instruments["ETH/USDT"] = Instrument(
        "ETH/USDT", "ETH", "USDT", "swap", contract_size=Decimal("0.1")
    )
    bench.account.open_orders = [getattr(bench, side)(5, "ETH/USDT")]

    assert rule.reading(bench.view).value == worth
    assert rule.assess(bench.buy(99), bench.view).quantity == Decimal(1000 - worth) / 100


def test_cheap_symbols_can_be_valued(bench: Any) -> None:
    rule = bench.build("max_position", notional="20%")
    bench.account.prices["BTC/USDT"] = Decimal("0.5")

    assert rule.assess(bench.buy(500), bench.view).quantity == 400


def test_market_orders_at_work_are_not_resting(bench: Any) -> None:
    rule = bench.build("max_position", quantity=Decimal(2))
    bench.hold(2)
    bench.account.open_orders = [bench.sell(1), bench.sell(1, type=OrderType.STOP)]

    assert rule.assess(bench.sell(9, type=OrderType.LIMIT), bench.view).quantity == 1
    assert rule.assess(bench.sell(9), bench.view).quantity == 2


def test_is_valued_at_the_higher_of_last_close_and_own_price(bench: Any) -> None:
    rule = bench.build("max_position", notional="20%")

    dear = rule.assess(bench.buy(9, limit_price=Decimal(125)), bench.view)
    cheap = rule.assess(bench.buy(9, limit_price=Decimal(50)), bench.view)

    assert (dear.quantity, cheap.quantity) == (Decimal("1.6"), Decimal(2))


def test_without_a_price_nothing_can_be_valued(bench: Any) -> None:
    rule = bench.build("max_position", notional="20%")
    bench.account.prices["BTC/USDT"] = Decimal(0)

    with pytest.raises(ValueError, match="BTC/USDT has no price yet"):
        rule.assess(bench.buy(1), bench.view)


def test_contracts_are_valued_at_their_size(bench: Any) -> None:
    rule = bench.build("max_position", notional="20%")
    bench.account.instruments["BTC/USDT"] = Instrument(
        "BTC/USDT", "BTC", "USDT", "swap", contract_size=Decimal("0.1")
    )

    assert rule.assess(bench.buy(100), bench.view).quantity == Decimal(20)


def test_is_for_its_symbols_only(bench: Any) -> None:
    rule = bench.build("max_position", quantity=Decimal(1), symbols=["BTC/USDT"])

    assert rule.assess(bench.buy(5, "ETH/USDT"), bench.view) == Approved()
    assert isinstance(rule.assess(bench.buy(5), bench.view), Resized)


def test_total_adds_up_long_and_short_of_all_symbols(bench: Any) -> None:
    rule = bench.build("max_position", notional="100%", scope="total")
    bench.hold(3, symbol="ETH/USDT")
    bench.hold(-4, symbol="SOL/USDT")
    bench.account.open_orders = [bench.buy(1, "ADA/USDT")]

    verdict = rule.assess(bench.buy(5), bench.view)

    assert verdict.quantity == Decimal(2)
    assert verdict.reason.startswith("all positions with 5 more would exceed 100.00% of equity")


def test_total_counts_the_symbol_itself_once(bench: Any) -> None:
    rule = bench.build("max_position", notional="100%", scope="total")
    bench.hold(4)

    assert rule.assess(bench.buy(9), bench.view).quantity == 6


def test_total_lets_a_reduction_pass_when_others_fill_the_limit(bench: Any) -> None:
    rule = bench.build("max_position", notional="10%", scope="total", action="deny")
    bench.hold(30, symbol="ETH/USDT")
    bench.hold(2)

    assert rule.assess(bench.sell(2), bench.view) == Approved()
    assert isinstance(rule.assess(bench.sell("2.1"), bench.view), Denied)


def test_total_of_some_symbols_leaves_out_the_others(bench: Any) -> None:
    symbols = ["BTC/USDT", "ETH/USDT"]
    rule = bench.build("max_position", notional="50%", scope="total", symbols=symbols)
    bench.hold(1, symbol="ETH/USDT")
    bench.hold(9, symbol="SOL/USDT")

    assert rule.assess(bench.buy(9), bench.view).quantity == Decimal(4)


def test_watches_only_to_trim(bench: Any) -> None:
    assert not bench.build("max_position", notional="20%").needs.watch
    assert bench.build("max_position", notional="20%", trim=True).needs.watch


@pytest.mark.parametrize("held", ["4", "-4"])
def test_trims_what_prices_have_lifted_above_the_limit(bench: Any, held: str) -> None:
    rule = bench.build("max_position", notional="20%", trim=True, symbols=["BTC/USDT"])
    bench.hold(held)
    bench.hold(9, symbol="ETH/USDT")

    assert rule.watch(bench.view) == [
        Action(
            ActionKind.CLOSE,
            "max_position",
            "position of BTC/USDT is 4, limit 20.00% of equity",
            "BTC/USDT",
            Decimal("0.5"),
        )
    ]


def test_trims_nothing_at_the_limit(bench: Any) -> None:
    rule = bench.build("max_position", notional="20%", trim=True)
    bench.hold(2)

    assert rule.watch(bench.view) == []


def test_trims_all_when_no_equity_is_left(bench: Any) -> None:
    rule = bench.build("max_position", notional="20%", trim=True)
    bench.hold(2)
    bench.account.equity = Decimal(-5)

    assert rule.watch(bench.view)[0].fraction == 1
    assert rule.reading(bench.view).breached


def test_trims_at_contract_size_and_price(bench: Any) -> None:
    rule = bench.build("max_position", notional="20%", trim=True)
    bench.account.instruments["BTC/USDT"] = Instrument(
        "BTC/USDT", "BTC", "USDT", "swap", contract_size=Decimal("0.1")
    )
    bench.account.prices["BTC/USDT"] = Decimal("0.5")
    bench.hold(8000)

    assert rule.watch(bench.view)[0].fraction == Decimal("0.5")


def test_what_has_no_price_is_not_trimmed(bench: Any) -> None:
    rule = bench.build("max_position", notional="20%", trim=True)
    bench.hold(8000)
    bench.account.prices["BTC/USDT"] = Decimal(0)

    assert rule.watch(bench.view) == []


def test_reads_the_fullest_symbol(bench: Any) -> None:
    rule = bench.build("max_position", "mine", notional="20%")
    assert rule.reading(bench.view) == Reading(
        "mine", Decimal(0), Decimal(0), breached=False, text="nothing is held"
    )
    bench.account.prices["SOL/USDT"] = Decimal(1)
    bench.hold(5, symbol="SOL/USDT")
    assert rule.reading(bench.view).value == 5
    bench.hold(1, symbol="ETH/USDT")
    assert rule.reading(bench.view).value == 1
    bench.hold(-3)
    bench.hold("0.1", symbol="ADA/USDT")

    assert rule.reading(bench.view) == Reading(
        "mine",
        Decimal(3),
        Decimal(2),
        breached=True,
        text="position of BTC/USDT is 3, limit 20.00% of equity",
    )
    bench.hold(2)
    assert not rule.reading(bench.view).breached


def test_reads_all_together(bench: Any) -> None:
    symbols = ["BTC/USDT", "ETH/USDT"]
    rule = bench.build("max_position", "mine", notional="30%", scope="total", symbols=symbols)
    bench.hold(1, symbol="ETH/USDT")
    bench.hold(-2)
    bench.hold(9, symbol="SOL/USDT")

    assert rule.reading(bench.view) == Reading(
        "mine",
        Decimal(300),
        Decimal(300),
        breached=False,
        text="all positions are worth 300, limit 30.00% of equity",
    )
    bench.hold("-2.01")
    assert rule.reading(bench.view).breached


def test_an_exit_at_rest_does_not_keep_a_position_from_being_turned(bench: Any) -> None:
    """The race that is left: both are filled, the exit first, and the limit is passed once."""
    rule = bench.build("max_position", quantity=Decimal(3), trim=True)
    bench.bar(100)
    bench.hold(3)
    exit_ = bench.sell(3, type=OrderType.LIMIT, reduce_only=True)
    bench.account.open_orders = [exit_]

    assert rule.assess(bench.sell(6), bench.view) == Approved()
    assert isinstance(rule.assess(bench.sell(7), bench.view), Resized)

    bench.account.open_orders = []
    bench.hold(-6)
    (action,) = rule.watch(bench.view)
    assert isinstance(rule.assess(bench.sell("0.1"), bench.view), Denied)
    assert (action.kind, action.fraction) == (ActionKind.CLOSE, Decimal("0.5"))
