"""What must hold for every sequence of signals, fills, prices and restarts."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from realtrade.model.order import OrderType, Side
from realtrade.model.verdict import ActionKind, Approved, Denied, Resized
from realtrade.risk import RiskManager, RiskMemory
from realtrade.risk.view import View

BTC, ETH = "BTC/USDT", "ETH/USDT"
MINUTE = 60_000

# Every rule that exists to limit exposure, at limits low enough to be met all the time.
RULES: dict[str, dict[str, Any]] = {
    "max_position": {"quantity": Decimal(1)},
    "max_open_orders": {"max": 1},
    "max_open_positions": {"max": 1},
    "max_order_size": {"quantity": Decimal("0.5")},
    "order_rate": {"max": 1, "per": "1h", "action": "halt"},
    "cooldown": {"after_exit": "1d", "scope": "account"},
    "max_trades_per_day": {"max": 1},
    "daily_loss": {"limit": "1%", "action": "flatten_and_halt"},
    "weekly_loss": {"limit": "1%"},
    "consecutive_losses": {"max": 1, "action": "halt"},
    "max_drawdown": {"limit": "1%", "action": "halt"},
    "symbol_loss": {"losses": 1, "within": "1d", "pause": "1d"},
    "max_leverage": {"limit": Decimal("0.1")},
    "correlation_group": {"symbols": [BTC, ETH], "notional": "10%", "positions": 1},
    "trading_hours": {"days": "sun", "from": "00:00", "to": "00:01"},
    "blackout": {"from": "1970-01-01", "to": "2070-01-01"},
    "stale_data": {"max_age": "1s"},
    "spread_guard": {"limit": "1 bps", "unknown": "deny"},
    "volatility_guard": {"limit": "1 bps", "period": 2},
    "minimum_equity": {"limit": "5000 USDT", "action": "flatten_and_halt"},
}

sides = st.sampled_from(list(Side))
symbols = st.sampled_from([BTC, ETH])
types = st.sampled_from([OrderType.MARKET, OrderType.LIMIT, OrderType.STOP])
amounts = st.integers(1, 40).map(lambda tenths: Decimal(tenths) / 10)
steps = st.one_of(
    st.tuples(st.just("order"), sides, amounts, types, st.booleans(), symbols),
    st.tuples(st.just("fill"), st.integers(0, 9), st.integers(1, 4)),
    st.tuples(st.just("cancel"), st.integers(0, 9)),
    st.tuples(st.just("price"), st.integers(20, 300), symbols),
    st.just(("restart",)),
)


class Market:
    """An account that trades through a gate; fills come whenever the test says so."""

    def __init__(self, bench: Any, rules: dict[str, dict[str, Any]]) -> None:
        self.bench = bench
        self.rules = [bench.build(name, **given) for name, given in rules.items()]
        self.gate = RiskManager(self.rules, memory=bench.memory)
        for symbol in (BTC, ETH):
            bench.bar(100, symbol=symbol)

    def do(self, step: tuple[Any, ...]) -> None:
        getattr(self, step[0])(*step[1:])

    def order(self, side: Side, quantity: Any, type_: Any, only: bool, symbol: str) -> None:
        order = self.bench.order(side, quantity, symbol, type=type_, reduce_only=only)
        verdict = self.gate.assess(order, self.bench.account)
        if isinstance(verdict, Resized):
            assert 0 < verdict.quantity < order.quantity
            order = replace(order, quantity=verdict.quantity)
        if not isinstance(verdict, Denied):
            self.bench.account.open_orders.append(order)

    def fill(self, index: int, quarters: int) -> None:
        """Fill a part of an order, market orders first; a venue cuts reduce-only orders."""
        orders = self.bench.account.open_orders
        if not orders:
            return
        at_once = [order for order in orders if order.type is OrderType.MARKET]
        order = (at_once or orders)[index % len(at_once or orders)]
        orders.remove(order)
        quantity = order.quantity * quarters / 4
        if quarters < 4:
            orders.append(replace(order, quantity=order.quantity - quantity))
        signed = quantity if order.side is Side.BUY else -quantity
        if order.reduce_only:
            held = self.bench.account.position(order.symbol).quantity
            signed = min(max(signed, -max(held, Decimal(0))), max(-held, Decimal(0)))
        if signed:
            price = self.bench.account.price(order.symbol)
            self.bench.fill(signed, price, order.symbol)

    def cancel(self, index: int) -> None:
        orders = self.bench.account.open_orders
        if orders:
            orders.pop(index % len(orders))

    def price(self, price: int, symbol: str) -> None:
        account = self.bench.account
        self.bench.bar(float(price), symbol=symbol, at_ms=account.now_ms + MINUTE)
        held = sum(
            position.quantity * account.price(name) for name, position in account.positions.items()
        )
        account.equity = account.cash + held
        self.gate.watch(account)

    def restart(self) -> None:
        data = json.loads(json.dumps(self.bench.memory.to_dict()))
        self.bench.memory = RiskMemory.from_dict(data)
        self.gate = RiskManager(self.rules, memory=self.bench.memory)


@settings(max_examples=150, deadline=None)
@given(path=st.lists(steps, max_size=40))
def test_no_path_leads_past_a_hard_position_limit(make_bench: Any, path: list[Any]) -> None:
    market = Market(make_bench(), {"max_position": {"quantity": Decimal(3)}})

    for step in path:
        market.do(step)
        for symbol in (BTC, ETH):
            assert abs(market.bench.account.position(symbol).quantity) <= 3


@settings(max_examples=150, deadline=None)
@given(path=st.lists(steps, max_size=40))
def test_no_order_leads_past_a_total_limit_at_the_price_it_was_judged_at(
    make_bench: Any, path: list[Any]
) -> None:
    """Prices stand still: what is held and ordered is then within the limit at every moment."""
    limits = {"max_position": {"notional": "500 USDT", "scope": "total"}}
    market = Market(make_bench(), limits)

    for step in path:
        if step[0] != "price":
            market.do(step)
        held = market.bench.account.positions.values()
        assert sum(abs(position.quantity) * 100 for position in held) <= 500


@settings(max_examples=150, deadline=None)
@given(path=st.lists(steps, max_size=30), share=st.integers(1, 10))
def test_no_rule_that_limits_exposure_denies_a_reduction(
    make_bench: Any, path: list[Any], share: int
) -> None:
    market = Market(make_bench(), RULES)
    bench = market.bench
    bench.fill(2)
    for step in path:
        market.do(step)
    bench.account.open_orders = []
    gate = market.gate
    gate.halt("person", "all of it", bench.account, flatten=True)

    for symbol, position in bench.account.positions.items():
        side = Side.SELL if position.quantity > 0 else Side.BUY
        order = bench.order(side, abs(position.quantity) * share / 10, symbol)
        assert gate.assess(order, bench.account) == Approved()
        for rule in market.rules:
            assert rule.assess(order, bench.view) == Approved()


@settings(max_examples=100, deadline=None)
@given(path=st.lists(steps, max_size=40), side=sides, quantity=amounts, symbol=symbols)
def test_a_restart_changes_no_verdict(
    make_bench: Any, path: list[Any], side: Side, quantity: Decimal, symbol: str
) -> None:
    rules = {
        name: given for name, given in RULES.items() if name not in ("blackout", "trading_hours")
    }
    market = Market(make_bench(), rules)
    for step in path:
        market.do(step)
    bench, before = market.bench, market.gate
    order = bench.order(side, quantity, symbol)
    judged = [rule.assess(order, View(bench.account, before.memory)) for rule in market.rules]

    market.restart()

    view = View(bench.account, market.gate.memory)
    assert [rule.assess(order, view) for rule in market.rules] == judged
    assert market.gate.assess(order, bench.account) == before.assess(order, bench.account)
    market.restart()
    assert market.gate.memory.to_dict() == bench.memory.to_dict()


@settings(max_examples=100, deadline=None)
@given(path=st.lists(steps, max_size=40))
def test_a_flatten_ends_flat_and_sells_nothing_twice(make_bench: Any, path: list[Any]) -> None:
    """Each FLATTEN is done as an acting broker would: reduce-only market orders, filled later."""
    market = Market(make_bench(), {})
    bench = market.bench
    for step in path:
        market.do(step)
    bench.account.open_orders = []
    market.gate.halt("person", "enough", bench.account, flatten=True)

    for turn in range(6):
        if turn in (1, 3):
            market.restart()
        wanted = {action.kind for action in market.gate.watch(bench.account)}
        if wanted & {ActionKind.FLATTEN, ActionKind.FLATTEN_AND_HALT}:
            assert not bench.account.open_orders
            for symbol, position in bench.account.positions.items():
                side = Side.SELL if position.quantity > 0 else Side.BUY
                market.order(side, abs(position.quantity), OrderType.MARKET, True, symbol)
        elif turn % 2:
            while bench.account.open_orders:
                market.fill(0, 4)

    assert not bench.account.positions
    assert not list(market.gate.watch(bench.account))


@settings(max_examples=60, deadline=None)
@given(
    closes=st.lists(st.integers(50, 200), min_size=1, max_size=40),
    side=st.sampled_from([1, -1]),
    stop=st.sampled_from(["stop_loss", "trailing_stop", "chandelier_stop", "break_even"]),
)
def test_a_stop_never_steps_back_and_always_closes(
    make_bench: Any, closes: list[int], side: int, stop: str
) -> None:
    bench = make_bench()
    own: dict[str, Any] = {"break_even": {"at": "5%"}, "chandelier_stop": {"period": 2}}
    rule = bench.build(stop, **own.get(stop, {"distance": "5%"}))
    gate = bench.gate(rule)
    bench.bar(100)
    bench.fill(side)
    levels = []
    for close in closes:
        bench.bar(float(close))
        closed = gate.watch(bench.account)
        level = bench.view.level(stop, BTC)
        past = level is not None and (close - level) * side <= 0
        assert bool(closed) == past
        levels += [] if level is None else [level * side]

    assert levels == sorted(levels)
