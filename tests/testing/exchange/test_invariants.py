"""Whatever happens: money is conserved, nothing is spent twice, nobody gets more than asked."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from realtrade.testing.exchange.refusal import Refused
from tests.testing.exchange.conftest import SPOT, SWAP, Bench

if TYPE_CHECKING:
    from realtrade.testing.exchange.truth import AccountTruth, FillTruth

prices = st.integers(8000, 12000).map(lambda cents: str(Decimal(cents) / 100))
quantities = st.integers(1, 60_000).map(lambda lots: str(Decimal(lots) / 1000))
sides = st.sampled_from(["buy", "sell"])
symbols = st.sampled_from([SPOT, SWAP])
orders = st.fixed_dictionaries(
    {"side": sides, "quantity": quantities, "symbol": symbols},
    optional={
        "price": prices,
        "stop": prices,
        "trail_bps": st.integers(10, 2000).map(str),
        "reduce_only": st.booleans(),
        "time_in_force": st.sampled_from(["GTC", "IOC", "FOK"]),
        "trigger": st.sampled_from(["stop", "take_profit"]),
    },
)
actions = st.one_of(
    st.tuples(st.just("order"), orders),
    st.tuples(st.just("pair"), st.tuples(quantities, prices, prices)),
    st.tuples(st.just("move"), st.tuples(prices, symbols)),
    st.tuples(st.just("walk"), st.tuples(prices, symbols)),
    st.tuples(st.just("cancel"), st.integers(0, 20)),
    st.tuples(st.just("depth"), st.none() | quantities),
    st.tuples(st.just("parts"), st.integers(1, 4)),
)


def act(bench: Bench, kind: str, what: Any) -> None:
    with suppress(Refused):
        if kind == "order":
            place(bench, what)
        elif kind == "pair":
            quantity, above, below = what
            bench.core.place_pair(
                bench.account,
                bench.asked("sell", quantity, above),
                bench.asked("sell", quantity, stop=below),
                "list",
            )
        elif kind == "cancel" and bench.account.open:
            found = list(bench.account.open.values())
            bench.core.cancel(bench.account, found[what % len(found)])
        elif kind in {"move", "walk"}:
            getattr(bench, kind)(what[0], symbol=what[1])
        elif kind in {"depth", "parts"}:
            for desk in bench.core.desks.values():
                setattr(desk, kind, Decimal(what) if isinstance(what, str) else what)


def place(bench: Bench, asked: dict[str, Any]) -> None:
    wanted = dict(asked)
    if "stop" not in wanted and "trail_bps" not in wanted:
        wanted.pop("trigger", None)
    if wanted["symbol"] == SPOT:
        wanted.pop("reduce_only", None)
    bench.place(**wanted)


@settings(max_examples=200, deadline=None)
@given(st.lists(actions, min_size=1, max_size=40))
def test_money_is_conserved(steps: list[tuple[str, Any]]) -> None:
    bench = Bench()

    for kind, what in steps:
        act(bench, kind, what)
        check(bench)


def check(bench: Bench) -> None:
    truth = bench.truth
    spot = [fill for fill in truth.fills if fill.symbol == SPOT]
    assert {name: one.total for name, one in truth.balances.items()} == spot_books(spot)
    swap = [fill for fill in truth.fills if fill.symbol == SWAP]
    paid = sum(fill.realised - fill.fee for fill in swap)
    assert truth.futures["USDT"].total == 10_000 + paid
    held = sum(signed(fill) for fill in swap)
    assert held == (truth.positions[SWAP].quantity if SWAP in truth.positions else 0)
    check_locks(bench, truth)
    check_orders(truth)


def signed(fill: FillTruth) -> Decimal:
    return fill.quantity if fill.side == "buy" else -fill.quantity


def spot_books(fills: list[FillTruth]) -> dict[str, Decimal]:
    books = {"USDT": Decimal(10_000), "BTC": Decimal(10)}
    for fill in fills:
        books["BTC"] += signed(fill)
        books["USDT"] -= signed(fill) * fill.price
        books[fill.fee_asset] -= fill.fee
    return books


def check_locks(bench: Bench, truth: AccountTruth) -> None:
    wanted: defaultdict[str, Decimal] = defaultdict(Decimal)
    for order in bench.account.open.values():
        wanted["USDT" if order.request.side == "buy" else "BTC"] += order.locked
    for name, balance in truth.balances.items():
        assert balance.locked == wanted[name]
        assert balance.free >= 0
        assert balance.locked >= 0


def check_orders(truth: AccountTruth) -> None:
    by_order: defaultdict[int, Decimal] = defaultdict(Decimal)
    for fill in truth.fills:
        by_order[fill.order_id] += fill.quantity
    for order in truth.orders:
        assert order.filled == by_order[order.id]
        assert order.filled <= order.quantity
        assert (order.status == "filled") is (0 < order.quantity == order.filled)
