from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtrade.execution.desk import Desk, is_free, step_down
from realtrade.model.instrument import Instrument
from realtrade.model.order import OrderIntent, OrderType, Position, Side
from realtrade.model.verdict import Approved, Denied, Resized, Verdict

if TYPE_CHECKING:
    from realtrade.plugins.ports.account import AccountView
    from realtrade.plugins.ports.risk import RiskGate

D = Decimal
ANY = Instrument("BTC/USDT", "BTC", "USDT", "swap")
SPOT = Instrument("BTC/USDT", "BTC", "USDT")
STEPPED = Instrument(
    "BTC/USDT:USDT",
    "BTC",
    "USDT",
    "swap",
    tick=D("0.5"),
    lot=D("0.01"),
    min_quantity=D("0.02"),
    min_notional=D(5),
)


@dataclass
class Account:
    held: D = field(default_factory=D)
    open_orders: list[OrderIntent] = field(default_factory=list)

    def position(self, symbol: str) -> Position:
        return Position(self.held if symbol == "BTC/USDT" else D(0))


@dataclass
class Gate:
    verdict: Verdict
    asked: list[OrderIntent] = field(default_factory=list)
    accounts: list[object] = field(default_factory=list)

    def assess(self, intent: OrderIntent, account: object) -> Verdict:
        self.asked.append(intent)
        self.accounts.append(account)
        return self.verdict


def buy(**changes: Any) -> OrderIntent:
    intent = OrderIntent(
        client_order_id="mine",
        symbol="BTC/USDT",
        feed="btc",
        side=Side.BUY,
        type=OrderType.MARKET,
        quantity=D(1),
        reference_price=D(100),
    )
    return replace(intent, **changes)


def sell(**changes: Any) -> OrderIntent:
    return buy(side=Side.SELL, **changes)


def decide(
    intent: OrderIntent,
    instrument: Instrument = ANY,
    gate: Gate | None = None,
    account: Account | None = None,
) -> OrderIntent | Denied:
    desk = Desk(cast("RiskGate | None", gate))
    return desk.decide(intent, instrument, cast("AccountView", account or Account()))


def quantity(decided: OrderIntent | Denied) -> D:
    assert isinstance(decided, OrderIntent)
    return decided.quantity


def test_lets_an_order_through_as_it_is() -> None:
    intent = buy()

    assert decide(intent) is intent


@pytest.mark.parametrize(
    ("value", "step", "expected"),
    [
        ("1.239", "0.01", "1.23"),
        ("1.23", "0.01", "1.23"),
        ("0.7999999999999999", "0.1", "0.8"),
        ("0.30000000000000004", "0.1", "0.3"),
        ("0.799", "0.1", "0.7"),
        ("7", "2", "6"),
        ("0", "0.1", "0"),
    ],
)
def test_rounds_down_to_the_step(value: str, step: str, expected: str) -> None:
    assert step_down(D(value), D(step)) == D(expected)


@given(st.decimals(0, 10**6, places=8), st.sampled_from(["0.1", "0.01", "0.5", "1", "25"]))
def test_a_step_is_met_and_never_passed(value: D, step: str) -> None:
    found = step_down(value, D(step))

    assert found % D(step) == 0
    assert found <= value * (1 + D("1e-9"))
    assert value - found < D(step)


def test_prices_and_quantity_go_on_their_steps() -> None:
    intent = buy(
        type=OrderType.TRAILING_STOP_LIMIT,
        quantity=D("0.129"),
        limit_price=D("100.7"),
        stop_price=D("101.2"),
        trail_amount=D("2.9"),
    )

    decided = decide(intent, STEPPED)

    assert isinstance(decided, OrderIntent)
    assert decided.quantity == D("0.12")
    assert (decided.limit_price, decided.stop_price) == (D("100.5"), D(101))
    assert decided.trail_amount == D("2.5")


@pytest.mark.parametrize(
    ("intent", "rule", "words"),
    [
        (buy(quantity=D("0.009")), "quantity", "nothing is left to trade on steps of 0.01"),
        (buy(quantity=D("0.01")), "min_quantity", "buy 0.01 BTC/USDT: the least is 0.02"),
        (buy(quantity=D("0.04")), "min_notional", "worth 4.00, the least is 5"),
        (buy(quantity=D("0.1"), limit_price=D(49), type=OrderType.LIMIT), "min_notional", "4.9"),
    ],
)
def test_refuses_what_is_too_small(intent: OrderIntent, rule: str, words: str) -> None:
    denied = decide(intent, STEPPED)

    assert isinstance(denied, Denied)
    assert denied.rule == rule
    assert words in denied.reason


def test_refuses_nothing_at_all_even_without_steps() -> None:
    denied = decide(buy(quantity=D(0)))

    assert isinstance(denied, Denied)
    assert denied.rule == "quantity"


def test_a_reduction_may_be_worth_less_than_the_least() -> None:
    assert quantity(decide(sell(quantity=D("0.03"), reduce_only=True), STEPPED)) == D("0.03")


@pytest.mark.parametrize(("wanted", "held", "sold"), [(1, 2, 1), (2, 2, 2), (3, 2, 2)])
def test_spot_sells_no_more_than_is_held(wanted: int, held: int, sold: int) -> None:
    account = Account(D(held))

    assert quantity(decide(sell(quantity=D(wanted)), SPOT, account=account)) == sold


def test_spot_never_goes_short() -> None:
    denied = decide(sell(), SPOT)

    assert isinstance(denied, Denied)
    assert denied.rule == "spot"
    assert denied.reason == "sell 1 BTC/USDT: none is held, and spot cannot be sold short"


def test_a_swap_may_go_short() -> None:
    assert quantity(decide(sell())) == 1


LIMIT = sell(client_order_id="limit", type=OrderType.LIMIT, limit_price=D(120))
STOP = sell(client_order_id="stop", type=OrderType.STOP, stop_price=D(80))


@pytest.mark.parametrize(
    ("intent", "orders", "sold"),
    [
        (sell(quantity=D(3)), [LIMIT], 3),  # a resting order never blocks a close at market
        (sell(quantity=D(3)), [sell(client_order_id="x")], 2),
        (sell(quantity=D(3)), [sell(client_order_id="x", type=OrderType.CLOSE)], 2),
        (sell(quantity=D(3)), [LIMIT, sell(client_order_id="x")], 2),
        (replace(STOP, quantity=D(3)), [LIMIT], 2),
        (replace(STOP, quantity=D(3)), [buy(client_order_id="b"), LIMIT], 2),
        (
            replace(STOP, quantity=D(3)),
            [
                replace(LIMIT, parent_id="p", quantity=D(2)),
                replace(STOP, client_order_id="s", parent_id="p"),
            ],
            1,
        ),
        (replace(STOP, quantity=D(3)), [replace(LIMIT, symbol="ETH/USDT")], 3),
        (replace(STOP, quantity=D(3)), [buy(client_order_id="b")], 3),
        (replace(STOP, quantity=D(3), oco_id="limit"), [LIMIT], 3),
        (replace(STOP, quantity=D(3)), [LIMIT, replace(STOP, oco_id="limit")], 2),
        (
            replace(STOP, quantity=D(3)),
            [
                replace(LIMIT, parent_id="p"),
                replace(STOP, client_order_id="s", parent_id="p", quantity=D(2)),
            ],
            1,
        ),
        (
            replace(STOP, quantity=D(3)),
            [buy(client_order_id="p"), replace(LIMIT, parent_id="p")],
            3,
        ),
    ],
)
def test_what_other_sales_promise_is_not_sold_again(
    intent: OrderIntent, orders: list[OrderIntent], sold: int
) -> None:
    account = Account(D(3), orders)

    assert quantity(decide(intent, SPOT, account=account)) == sold


def test_says_when_all_is_promised() -> None:
    denied = decide(STOP, SPOT, account=Account(D(1), [LIMIT]))

    assert isinstance(denied, Denied)
    assert "all 1 held is promised to open sell orders" in denied.reason


def test_a_brackets_child_sells_what_its_parent_will_buy() -> None:
    assert quantity(decide(replace(STOP, parent_id="p"), SPOT)) == 1


def test_the_gate_sees_the_order_on_its_steps_and_may_deny() -> None:
    gate = Gate(Denied("drawdown", "drawdown 15.00% has reached the limit 10.00%"))

    denied = decide(buy(quantity=D("0.129")), STEPPED, gate)

    assert denied == gate.verdict
    assert [intent.quantity for intent in gate.asked] == [D("0.12")]


def test_the_gate_may_resize_and_the_result_is_on_its_step() -> None:
    gate = Gate(Resized("max_position", D("0.555"), "too much"))

    assert quantity(decide(buy(), STEPPED, gate)) == D("0.55")


def test_a_resize_never_enlarges() -> None:
    assert quantity(decide(buy(), ANY, Gate(Resized("odd", D(5), "more")))) == 1


def test_a_resize_to_nothing_is_refused() -> None:
    assert isinstance(decide(buy(), ANY, Gate(Resized("odd", D(0), "none"))), Denied)


def test_an_approval_changes_nothing() -> None:
    intent = buy()

    assert decide(intent, ANY, Gate(Approved())) is intent


@pytest.mark.parametrize(
    ("instrument", "free"),
    [
        (ANY, True),
        (SPOT, True),
        (replace(ANY, tick=D("0.5")), False),
        (replace(ANY, lot=D("0.5")), False),
        (replace(ANY, min_quantity=D("0.5")), False),
        (replace(ANY, min_notional=D(5)), False),
    ],
)
def test_only_an_instrument_without_steps_and_leasts_is_free(
    instrument: Instrument, free: bool
) -> None:
    assert is_free(instrument) is free


def test_the_gate_judges_by_the_account_the_order_is_for() -> None:
    gate, account = Gate(Approved()), Account(D(3))

    decide(buy(), ANY, gate, account)

    assert gate.accounts == [account]


@pytest.mark.parametrize(
    ("changes", "wanted", "rule"),
    [
        ({"min_quantity": D("0.02")}, "0.01", "min_quantity"),
        ({"min_notional": D(5)}, "0.04", "min_notional"),
        ({"min_notional": D(5), "contract_size": D("0.01")}, "4", "min_notional"),
    ],
)
def test_either_least_is_enough_to_refuse(changes: dict[str, D], wanted: str, rule: str) -> None:
    denied = decide(buy(quantity=D(wanted)), replace(ANY, **cast("Any", changes)))

    assert isinstance(denied, Denied)
    assert denied.rule == rule


@pytest.mark.parametrize(("wanted", "price"), [("0.02", 300), ("0.05", 100)])
def test_exactly_the_least_passes(wanted: str, price: int) -> None:
    intent = buy(quantity=D(wanted), reference_price=D(price))

    assert quantity(decide(intent, STEPPED)) == D(wanted)
