"""What must hold after every fault: one function, for every exchange and every journal."""

from __future__ import annotations

import gc
import threading
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import backtrader as bt

from realtrade.execution import State, is_over
from realtrade.model.order import OrderStatus
from realtrade.utils.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal

    from realtrade.model.order import Fill


class Traded(NamedTuple):
    """One execution in the words both sides have."""

    trade_id: str
    client_order_id: str
    symbol: str
    side: str
    quantity: Decimal
    price: Decimal
    fee: Decimal
    fee_currency: str


class Footprint(NamedTuple):
    """What a process has open."""

    threads: Counter[str]
    descriptors: Counter[str]


def footprint() -> Footprint:
    """Return the threads of this process by name, and its descriptors by what they are of."""
    threads = Counter(thread.name for thread in threading.enumerate())
    descriptors: Counter[str] = Counter()
    for each in Path("/proc/self/fd").glob("*"):
        with suppress(OSError):  # the one that listed them is gone
            descriptors[each.readlink().as_posix().partition(":[")[0]] += 1
    return Footprint(threads, descriptors)


def check_footprint(before: Footprint, seconds: float = 5.0) -> None:
    """Assert that nothing more is open than before; what is just closing gets its time."""
    clock = SystemClock()
    ends_s = clock.monotonic_s() + seconds
    while (left := _more(before)) and clock.monotonic_s() < ends_s:
        gc.collect()
        clock.sleep(0.02)
    assert not left, f"left behind: {dict(left)}"


def _more(before: Footprint) -> Counter[str]:
    now = footprint()
    return (now.threads - before.threads) + (now.descriptors - before.descriptors)


class Told(NamedTuple):
    """One call of `notify_order`."""

    status: int
    """In Backtrader's numbers."""
    executed: Decimal


def traded(fills: Iterable[Fill]) -> list[Traded]:
    """Return fills of ours in these words."""
    return [
        Traded(
            fill.trade_id,
            fill.client_order_id,
            fill.symbol,
            str(fill.side),
            fill.quantity,
            fill.price,
            fill.fee,
            fill.fee_currency,
        )
        for fill in fills
    ]


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """What the exchange holds: the truth."""

    accepted: Sequence[str]
    """Client ids of every order ever accepted; one that was accepted twice is there twice."""
    asked: frozenset[str] = frozenset()
    """Client ids of every request to place an order that arrived, whatever became of it."""
    open: frozenset[str]
    """Client ids of orders open now."""
    trades: Sequence[Traded]
    positions: Mapping[str, Decimal]
    """What our own trades have left, by symbol, net of fees paid in the base currency."""
    cash: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Books:
    """What a bot believes, from its journal and its broker."""

    intents: frozenset[str]
    """Client ids committed."""
    trades: Sequence[Traded]
    positions: Mapping[str, Decimal]
    status: Mapping[str, OrderStatus]
    moves: Mapping[str, Sequence[OrderStatus]] = field(default_factory=dict)
    """What an order's status became, oldest first."""
    told: Mapping[str, Sequence[Told]] = field(default_factory=dict)
    """What Backtrader told the strategy of each order in each process, oldest first."""
    cash: Decimal | None = None
    entered: Mapping[str, Sequence[State]] = field(default_factory=dict)
    """Where the bot stood when each order that adds exposure was sent, or decided on."""
    held_back: frozenset[str] = frozenset()
    """Exits that wait here for their parents."""


_RANK = {
    OrderStatus.CREATED: 0,
    OrderStatus.SUBMITTED: 1,
    OrderStatus.ACCEPTED: 2,
    OrderStatus.PARTIALLY_FILLED: 3,
}


_STEPS = {bt.Order.Created: 0, bt.Order.Submitted: 1, bt.Order.Accepted: 2, bt.Order.Partial: 3}
_OVER = 4


def check(books: Books, ledger: Ledger, *, settled: bool = True) -> None:
    """Assert that a bot and its exchange agree, and that nothing was ever done twice.

    Args:
        books: ours.
        ledger: theirs.
        settled: False while something may still be under way: then only what must hold at every
            moment is looked at.
    """
    twice = [name for name, count in Counter(ledger.accepted).items() if count > 1]
    assert not twice, f"accepted more than once: {twice}"
    unknown = {*ledger.accepted, *ledger.asked} - books.intents
    assert not unknown, f"sent without a committed intent: {unknown}"
    ids = [(trade.symbol, trade.trade_id) for trade in books.trades]
    assert len(ids) == len(set(ids)), "an execution was booked twice"
    invented = set(books.trades) - set(ledger.trades)
    assert not invented, f"booked, and never executed: {invented}"
    early = {n: states for n, states in books.entered.items() if {*states} - {State.LIVE}}
    assert not early, f"entered while not live: {early}"
    for name, moves in books.moves.items():
        _forward(name, moves)
    for name, told in books.told.items():
        _told_once(name, told)
    if settled:
        _agree(books, ledger)


def _told_once(name: str, told: Sequence[Told]) -> None:
    """Assert that a strategy heard of every step of an order once, and of none backwards."""
    assert len(told) == len(set(told)), f"{name} was told twice of one step: {told}"
    steps = [(_STEPS.get(one.status, _OVER), one.executed) for one in told]
    assert steps == sorted(steps), f"{name} went backwards for its strategy: {told}"
    ends = {one.status for one in told if one.status not in _STEPS}
    assert len(ends) <= 1, f"{name} ended in two ways for its strategy: {told}"


def _forward(name: str, moves: Sequence[OrderStatus]) -> None:
    """Assert that an order went forward only, through each status once."""
    assert len(moves) == len(set(moves)), f"{name} was told twice of one status: {moves}"
    ended = [place for place, status in enumerate(moves) if is_over(status)]
    assert ended in ([], [len(moves) - 1]), f"{name} went on after its end: {moves}"
    ranks = [_RANK[status] for status in moves if status in _RANK]
    assert ranks == sorted(ranks), f"{name} went backwards: {moves}"


def _agree(books: Books, ledger: Ledger) -> None:
    lost = set(ledger.trades) - set(books.trades)
    assert not lost, f"executed, and never booked: {lost}"
    held = {symbol: quantity for symbol, quantity in ledger.positions.items() if quantity}
    believed = {symbol: quantity for symbol, quantity in books.positions.items() if quantity}
    assert believed == held
    assert books.cash == ledger.cash
    working = {name for name, status in books.status.items() if not is_over(status)}
    assert working - books.held_back == set(ledger.open), "what we believe open is not what is open"
