from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from realtrade.model.instrument import Instrument
from realtrade.model.remembered import Resumed
from realtrade.model.verdict import Action, ActionKind, Approved, Denied, Resized
from realtrade.plugins.ports.risk import Needs
from realtrade.risk import PositionSizer, RiskManager, StopLoss

BTC, ETH = "BTC/USDT", "ETH/USDT"


class Breaks:
    name = "breaks"
    needs = Needs(entries=True)

    def assess(self, intent: Any, view: Any) -> Any:
        raise KeyError("gone")

    def watch(self, view: Any) -> Any:
        raise KeyError("gone")

    def level(self, entry: Any, view: Any) -> Any:
        raise KeyError("gone")


def halt(rule: str = "wants", **kwargs: Any) -> Action:
    return Action(ActionKind.HALT, rule, "too much", **kwargs)


FLATTEN = Action(ActionKind.FLATTEN_AND_HALT, "wants", "far too much")


# -- judging


def test_approves_without_rules(bench: Any) -> None:
    assert bench.gate().assess(bench.buy(), bench.account) == Approved()


def test_the_first_denial_wins(bench: Any) -> None:
    rules = Resized("a", Decimal(1), ""), Denied("b", "no"), Denied("c", "never")

    verdict = bench.gate(*map(bench.says, rules)).assess(bench.buy(9), bench.account)

    assert verdict == Denied("b", "no")


@pytest.mark.parametrize("order", [(2, 1, 3), (1, 2, 3), (3, 2, 1)])
def test_else_the_smallest_resize(bench: Any, order: tuple[int, ...]) -> None:
    rules = [bench.says(Resized(f"r{size}", Decimal(size), "")) for size in order]

    verdict = bench.gate(bench.says(Approved()), *rules).assess(bench.buy(9), bench.account)

    assert verdict == Resized("r1", Decimal(1), "")


@pytest.mark.parametrize("size", [9, 10])
def test_nobody_resizes_upwards(bench: Any, size: int) -> None:
    gate = bench.gate(bench.says(Resized("r", Decimal(size), "")))

    assert gate.assess(bench.buy(9), bench.account) == Approved()


def test_a_resize_is_in_whole_lots(bench: Any) -> None:
    bench.account.instruments[BTC] = Instrument(BTC, "BTC", "USDT", lot=Decimal("0.1"))
    gate = bench.gate(bench.says(Resized("r", Decimal("0.29"), "why")))

    assert gate.assess(bench.buy(9), bench.account) == Resized("r", Decimal("0.2"), "why")


@pytest.mark.parametrize("left", ["0.09", "0", "-1"])
def test_a_resize_to_nothing_is_a_denial(bench: Any, left: str) -> None:
    bench.account.instruments[BTC] = Instrument(BTC, "BTC", "USDT", lot=Decimal("0.1"))
    gate = bench.gate(bench.says(Resized("r", Decimal(left), "too much")))

    assert gate.assess(bench.buy(9), bench.account) == Denied(
        "r", "too much; what is left cannot be traded"
    )


def test_a_rule_that_breaks_lets_only_reductions_through(bench: Any) -> None:
    gate = bench.gate(Breaks())
    bench.hold(1)
    bench.bar(100)

    assert gate.assess(bench.buy(), bench.account) == Denied(
        "breaks", "the rule broke: KeyError: 'gone'"
    )
    assert gate.assess(bench.sell(), bench.account) == Approved()


def test_a_stop_that_breaks_halts(bench: Any) -> None:
    gate = bench.gate(Breaks())
    bench.hold(1)
    bench.bar(100)

    assert gate.watch(bench.account) == [
        Action(ActionKind.HALT, "breaks", "the rule broke: KeyError: 'gone'")
    ]
    assert not gate.watch(bench.account)


def test_refuses_a_rule_that_does_nothing(bench: Any) -> None:
    with pytest.raises(TypeError, match="risk rule 'int' has neither assess nor watch"):
        bench.gate(5)


def test_notes_only_orders_let_through(bench: Any) -> None:
    rule = bench.says(Approved())
    gate = bench.gate(rule)
    bench.memory.needs = Needs(orders=10)
    for verdict in (Approved(), Denied("x", ""), Resized("x", Decimal(1), "")):
        rule.verdict = verdict
        gate.assess(bench.buy(2), bench.account)

    assert len(bench.memory.orders) == 2


# -- watching


def close(fraction: str = "1", symbol: str | None = BTC, rule: str = "wants") -> Action:
    return Action(ActionKind.CLOSE, rule, "why", symbol, Decimal(fraction))


def test_the_largest_close_of_a_symbol_is_done(bench: Any) -> None:
    bench.hold(1)
    bench.hold(1, symbol=ETH)
    wants = close("0.3"), close("0.5", rule="b"), close("0.5"), close("0.1", ETH)

    assert bench.gate(bench.wants(*wants)).watch(bench.account) == [
        close("0.5", rule="b"),
        close("0.1", ETH),
    ]


def test_nobody_closes_more_than_there_is(bench: Any) -> None:
    bench.hold(1)

    assert bench.gate(bench.wants(close("1.5"))).watch(bench.account) == [close("1")]


def test_a_close_without_position_or_symbol_is_nothing(bench: Any) -> None:
    bench.hold(1)

    assert bench.gate(bench.wants(close(symbol=None), close(symbol=ETH))).watch(bench.account) == []


@pytest.mark.parametrize("held", [1, -1])
def test_nothing_is_sold_twice(bench: Any, held: int) -> None:
    bench.hold(held)
    leaving, adding = bench.sell(), bench.buy()
    if held < 0:
        leaving, adding = adding, leaving
    gate = bench.gate(bench.wants(close()))

    bench.account.open_orders = [leaving]
    assert gate.watch(bench.account) == []
    bench.account.open_orders = [adding]
    assert gate.watch(bench.account) == [close()]


def test_a_flatten_takes_the_place_of_closes(bench: Any) -> None:
    bench.hold(1)
    plain = Action(ActionKind.FLATTEN, "x", "why")

    assert bench.gate(bench.wants(close(), FLATTEN)).watch(bench.account) == [FLATTEN]
    assert bench.gate(bench.wants(close(), plain, plain)).watch(bench.account)[-1].kind == "flatten"


def test_halts_come_first(bench: Any) -> None:
    bench.hold(1)

    assert bench.gate(bench.wants(close(), halt())).watch(bench.account) == [halt(), close()]


def test_watches_only_what_must_be_watched(bench: Any) -> None:
    def watches(rule: Any) -> bool:
        return RiskManager([rule]).watches

    assert not RiskManager().watches
    assert not watches(bench.build("max_position", notional="20%"))
    assert not watches(bench.build("order_rate", max=1, per="1m"))
    assert watches(bench.build("order_rate", max=1, per="1m", action="halt"))
    assert watches(bench.build("max_drawdown", limit="5%"))
    assert watches(bench.build("stop_loss", distance="5%"))
    assert watches(bench.wants())
    assert not watches(bench.says(Approved()))


def test_a_rule_that_does_not_say_what_it_needs_gets_plenty(bench: Any) -> None:
    class Drawdown:
        def assess(self, intent: Any, view: Any) -> Any:
            return Denied("mine", "") if view.drawdown >= Decimal("0.1") else Approved()

    gate = bench.gate(Drawdown())
    gate.watch(bench.account)
    bench.account.equity = Decimal(900)

    assert gate.watches
    assert gate.assess(bench.buy(), bench.account) == Denied("mine", "")


def test_without_a_watcher_a_bar_costs_no_look_at_the_account(bench: Any) -> None:
    class Untouched:
        @property
        def equity(self) -> Decimal:
            raise AssertionError

    assert bench.gate().watch(Untouched()) == ()


# -- the rest of the door


def test_asks_the_sizer_it_was_given(bench: Any) -> None:
    gate = bench.gate()
    assert gate.quantity(bench.request(), bench.account) == 0

    gate.add_position_sizer(bench.build("fixed_quantity", quantity=Decimal(3)))
    assert gate.quantity(bench.request(), bench.account) == 3

    sized = bench.gate(sizer=bench.build("fixed_quantity", quantity=Decimal(2)))
    assert sized.quantity(bench.request(), bench.account) == 2


def test_tells_where_every_rule_stands(bench: Any) -> None:
    gate = bench.gate(
        bench.build("max_drawdown", limit="10%"),
        bench.build("price_collar", limit="5%"),
        bench.build("minimum_equity", limit="500 USDT"),
    )
    with pytest.raises(LookupError, match="no account has been seen yet"):
        gate.check_risk_limits()

    assert [reading.breached for reading in gate.check_risk_limits(bench.account)] == [False] * 2
    gate.watch(bench.account)
    bench.account.equity = Decimal(400)
    readings = gate.check_risk_limits()

    assert [(reading.rule, reading.breached) for reading in readings] == [
        ("max_drawdown", True),
        ("minimum_equity", True),
    ]
    assert not bench.memory.halts


def test_a_sizer_may_look_at_what_is_remembered(bench: Any) -> None:
    class Peaked:
        def quantity(self, request: Any, account: Any) -> Any:
            return account.peak_equity

    bench.memory.note_equity(Decimal(4000), 0)

    assert bench.gate(sizer=Peaked()).quantity(bench.request(), bench.account) == 4000


def test_resuming_measures_from_the_equity_of_now(bench: Any) -> None:
    gate = bench.gate()
    bench.account.now_ms = 5
    gate.halt("person", "lunch", bench.account)

    gate.resume(bench.account)

    assert bench.view.resumed("person") == Resumed(5, Decimal(1000), Decimal(1000))


def test_tells_whether_an_order_at_work_reduces(bench: Any) -> None:
    gate = bench.gate()
    bench.hold(1)
    order = bench.sell(1)
    bench.account.open_orders = [order]

    assert gate.reduces(order, bench.account)
    assert not gate.reduces(bench.buy(1), bench.account)


def test_learns_of_fills(bench: Any) -> None:
    gate = bench.gate()
    bench.fill(1)
    entry = bench.memory.entries.pop(BTC)
    noted: list[Any] = []
    bench.memory.note_fill = lambda fill, account: noted.append((fill, account))

    gate.on_fill("fill", bench.account)

    assert noted == [("fill", bench.account)]
    assert entry.quantity == 1


def test_public_names() -> None:
    assert PositionSizer.__name__ == "Sizer"
    assert StopLoss.__name__ == "StopLoss"
