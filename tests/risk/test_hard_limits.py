"""No path, restarts included, loses more than one bar's gap beyond a limit on equity."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realtrade.model.order import OrderIntent, Side
from realtrade.model.verdict import ActionKind, Denied, Resized
from realtrade.risk import RiskManager, RiskMemory

BTC = "BTC/USDT"
HOUR = 3_600_000
START = Decimal(10_000)
LIMITS: dict[str, dict[str, Any]] = {
    "max_drawdown": {"limit": "10%", "action": "flatten_and_halt"},
    "daily_loss": {
        "limit": "1000 USDT",
        "action": "flatten_and_halt",
        "until": "resumed",
        "timezone": "America/New_York",
    },
    "minimum_equity": {"limit": "9000 USDT", "action": "flatten_and_halt"},
}
_FLATTENS = (ActionKind.FLATTEN, ActionKind.FLATTEN_AND_HALT)

bars = st.tuples(
    st.integers(-8, 8),  # percent from the last close to the open
    st.integers(-8, 8),  # percent from the open to the close
    st.sampled_from([None, (Side.BUY, 60), (Side.SELL, 60), (Side.BUY, 5), (Side.SELL, 20)]),
    st.booleans(),  # killed and started again after the bar
)


class Account:
    """A margin account: orders of one bar are filled at the open of the next."""

    def __init__(self, bench: Any, rule: Any) -> None:
        self.bench, self.rule = bench, rule
        self.gate = RiskManager([rule], memory=bench.memory)
        self.cash, self.price = START, Decimal(100)
        bench.account.cash = bench.account.equity = START
        bench.bar(100)

    @property
    def held(self) -> Decimal:
        return Decimal(self.bench.account.position(BTC).quantity)

    @property
    def equity(self) -> Decimal:
        return self.cash + self.held * self.price

    def bar(self, gap: int, move: int, signal: Any) -> None:
        account = self.bench.account
        self.price = self.price * (100 + gap) / 100
        orders, account.open_orders = account.open_orders, []
        for order in orders:
            self._fill(order)
        self.price = max(self.price * (100 + move) / 100, Decimal(1))
        self.bench.bar(float(self.price), at_ms=account.now_ms + HOUR)
        account.equity = self.equity
        for action in self.gate.watch(account):
            if action.kind in _FLATTENS and self.held:
                side = Side.SELL if self.held > 0 else Side.BUY
                self.order(side, abs(self.held), reduce_only=True)
        if signal is not None:
            self.order(*signal)

    def order(self, side: Side, quantity: Any, **words: Any) -> None:
        order = self.bench.order(side, quantity, **words)
        verdict = self.gate.assess(order, self.bench.account)
        assert not isinstance(verdict, Resized) or verdict.quantity < order.quantity
        if isinstance(verdict, Denied):
            assert not order.reduce_only
            return
        self.bench.account.open_orders.append(order)

    def _fill(self, order: OrderIntent) -> None:
        signed = order.signed_quantity
        if order.reduce_only:
            signed = min(max(signed, -max(self.held, Decimal(0))), max(-self.held, Decimal(0)))
        if signed:
            self.cash -= signed * self.price
            self.bench.fill(signed, self.price)

    def restart(self) -> None:
        """Start again from what the journal has: the memory; orders wait at the venue."""
        written = json.dumps(self.gate.remembered)
        self.bench.memory = RiskMemory.from_dict(json.loads(written))
        self.gate = RiskManager([self.rule], memory=self.bench.memory)


@pytest.mark.parametrize("name", LIMITS)
@settings(max_examples=60, deadline=None)
@given(path=st.lists(bars, min_size=3, max_size=25))
def test_one_bar_after_a_limit_nothing_is_at_risk_any_more(
    make_bench: Any, name: str, path: list[Any]
) -> None:
    bench = make_bench()
    account = Account(bench, bench.build(name, **LIMITS[name]))
    breached_at = None
    for number, (gap, move, signal, killed) in enumerate(path):
        account.bar(gap, move, signal)
        if breached_at is None and bench.memory.halts:
            breached_at = number
        if breached_at is not None and number > breached_at + 1:
            assert not account.held
            assert name in bench.memory.halts
        if killed:
            account.restart()
    if breached_at is None:
        peak = bench.memory.peak or START
        floor = {"max_drawdown": peak * 9 / 10, "minimum_equity": Decimal(9000)}
        assert account.equity > floor.get(name, Decimal("-Infinity"))


def test_the_paths_do_reach_the_limit(make_bench: Any) -> None:
    bench = make_bench()
    account = Account(bench, bench.build("max_drawdown", **LIMITS["max_drawdown"]))

    for move in (0, -8, -8, -8, -8):
        account.bar(0, move, (Side.BUY, 60) if not move else None)
        account.restart()

    assert list(bench.memory.halts) == ["max_drawdown"]
    assert not account.held
    assert account.equity == Decimal("8672.128000")
