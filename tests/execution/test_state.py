from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtrade.execution.state import Standing, State, Step, TradingRule, advance
from realtrade.model.order import OrderIntent, OrderType, Side
from realtrade.model.verdict import Approved, Denied

if TYPE_CHECKING:
    from realtrade.plugins.ports.risk import RiskView

INTENT = OrderIntent(
    client_order_id="rt-1",
    symbol="BTC/USDT",
    feed="btc",
    side=Side.BUY,
    type=OrderType.MARKET,
    quantity=Decimal(1),
)


class View:
    def __init__(self, *, reducing: bool = False) -> None:
        self._reducing = reducing

    def reduces(self, intent: OrderIntent) -> bool:
        assert intent is INTENT
        return self._reducing


def standing_at(state: State, reason: str = "") -> Standing:
    standing = Standing()
    standing.state, standing.reason = state, reason
    return standing


@pytest.mark.parametrize(
    ("state", "step", "after"),
    [
        (State.LOCKED, Step.CHECKED, State.CHECKED),
        (State.LOCKED, Step.RECONCILE, State.LOCKED),
        (State.LOCKED, Step.AGREED, State.LOCKED),
        (State.CHECKED, Step.RECONCILE, State.RECONCILING),
        (State.CHECKED, Step.AGREED, State.CHECKED),
        (State.RECONCILING, Step.AGREED, State.LIVE),
        (State.RECONCILING, Step.LIMITED, State.REDUCE_ONLY),
        (State.LIVE, Step.RECONCILE, State.RECONCILING),
        (State.LIVE, Step.LIMITED, State.REDUCE_ONLY),
        (State.REDUCE_ONLY, Step.RECONCILE, State.RECONCILING),
        (State.REDUCE_ONLY, Step.AGREED, State.LIVE),
        (State.HALTED, Step.RESUME, State.RECONCILING),
        (State.LIVE, Step.RESUME, State.LIVE),
    ],
)
def test_the_states_of_a_bot(state: State, step: Step, after: State) -> None:
    assert advance(state, step) is after


@pytest.mark.parametrize("state", list(State))
def test_a_halt_stops_in_any_state(state: State) -> None:
    assert advance(state, Step.HALT) is State.HALTED


@given(st.lists(st.sampled_from(Step)))
def test_only_a_person_ends_a_halt_and_only_a_comparison_lets_trade(steps: list[Step]) -> None:
    state = State.LOCKED
    for step in steps:
        after = advance(state, step)
        if state is State.HALTED and after is not state:
            assert (step, after) == (Step.RESUME, State.RECONCILING)
        if after is State.LIVE and state is not State.LIVE:
            assert step is Step.AGREED
            assert state in {State.RECONCILING, State.REDUCE_ONLY}
        state = after


def test_every_move_is_heard_of_with_its_reason() -> None:
    heard: list[tuple[State, State, str]] = []
    standing = Standing(lambda *words: heard.append(words))

    assert standing.move(Step.CHECKED, "key and clock")
    assert not standing.move(Step.AGREED, "too early")
    assert heard == [(State.LOCKED, State.CHECKED, "key and clock")]
    assert standing.reason == "key and clock"
    assert not Standing().move(Step.RESUME)
    assert Standing().move(Step.HALT)


@pytest.mark.parametrize(
    ("state", "entry", "exit_"),
    [
        (State.LOCKED, False, False),
        (State.CHECKED, False, False),
        (State.RECONCILING, False, False),
        (State.LIVE, True, True),
        (State.REDUCE_ONLY, False, True),
        (State.HALTED, False, False),
    ],
)
def test_what_each_state_lets_through(state: State, entry: bool, exit_: bool) -> None:
    rule = TradingRule(standing_at(state))

    def passes(*, reducing: bool) -> bool:
        view = cast("RiskView", View(reducing=reducing))
        return rule.assess(INTENT, view) == Approved()

    assert (passes(reducing=False), passes(reducing=True)) == (entry, exit_)
    assert rule.dormant == (state is State.LIVE)


def test_a_limited_symbol_may_only_be_reduced_the_others_trade() -> None:
    standing = standing_at(State.LIVE)
    standing.limit({"BTC/USDT": "0.5 is unexplained"})
    rule, view = TradingRule(standing), cast("RiskView", View())

    assert rule.assess(INTENT, view) == Denied(
        "trading_state", "BTC/USDT may only be reduced: 0.5 is unexplained"
    )
    assert rule.assess(INTENT, cast("RiskView", View(reducing=True))) == Approved()
    assert not rule.dormant

    standing.limit({"ETH/USDT": "other"})
    assert rule.assess(INTENT, view) == Approved()


@pytest.mark.parametrize(
    ("state", "reason", "told"),
    [
        (State.HALTED, "key refused", "trading is halted (key refused): only cancels pass"),
        (State.RECONCILING, "", "trading is reconciling: only cancels pass"),
        (State.REDUCE_ONLY, "orphan", "BTC/USDT may only be reduced (orphan)"),
    ],
)
def test_a_denial_names_state_and_reason(state: State, reason: str, told: str) -> None:
    rule = TradingRule(standing_at(state, reason))

    assert rule.assess(INTENT, cast("RiskView", View())) == Denied("trading_state", told)


def test_a_bot_stands_where_it_does_for_no_reason_until_there_is_one() -> None:
    standing = Standing()
    before = standing.reason

    standing.move(Step.CHECKED)

    assert (before, standing.reason) == ("", "")
