"""An account looked at again and again: what changed is told once, and failures cost nothing."""

from __future__ import annotations

import threading
from decimal import Decimal
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from realtrade.common.rest.ccxt_errors import Told
from realtrade.common.rest.errors import NoAnswer
from realtrade.generic_ccxt.names import PLAIN, Names
from realtrade.generic_ccxt.stream import PollingAccount
from realtrade.model.account import BalancesChanged, OrderChanged
from realtrade.model.order import OrderStatus, Position
from realtrade.plugins.ports.gateway import Outcome
from realtrade.utils.clock import SystemClock
from tests.generic_ccxt.test_account import NOW_MS, SYMBOL, FakeStore, order, trade

if TYPE_CHECKING:
    from realtrade.model.account import AccountEvent


class Sink:
    def __init__(self) -> None:
        self.events: list[AccountEvent] = []
        self.told: list[str] = []

    def publish(self, event: AccountEvent) -> None:
        self.events.append(event)

    def connected(self) -> None:
        self.told.append("connected")

    def lost(self, reason: str) -> None:
        self.told.append(f"lost: {reason}")

    @property
    def orders(self) -> list[tuple[OrderStatus, str]]:
        found = [one for one in self.events if isinstance(one, OrderChanged)]
        return [(one.order.status, one.fill.trade_id if one.fill else "") for one in found]


class Account:
    """A stream that looks when it is told to."""

    def __init__(self) -> None:
        self.store, self.sink, self.names = FakeStore(), Sink(), Names(PLAIN)
        self.store.limit = 100
        self.store.answers |= {"fetch_open_orders": [], "fetch_balance": {"free": {"USDT": "5"}}}
        gate = SimpleNamespace(headroom=1.0)
        more: dict[str, Any] = {"gate": gate, "connection": SimpleNamespace(clock=SystemClock())}
        vars(self.store).update(more)
        self.names.trade(SYMBOL)
        self.stream = PollingAccount(cast("Any", self.store), self.names, every_s=0.01)
        self.stream._sink = cast("Any", self.sink)
        self.stream._start_ms = NOW_MS - 60_000
        self.stream._look()
        self.sink.events.clear()

    def place(self) -> None:
        """Have an order of ours at the exchange."""
        self.names.learn(SYMBOL, "7", "ours")
        self.names._resting[SYMBOL, "7"] = None


@pytest.fixture
def account() -> Account:
    return Account()


def test_it_says_when_it_sees(account: Account) -> None:
    assert account.sink.told == ["connected"]


def test_an_order_is_told_when_it_changes_and_only_then(account: Account) -> None:
    account.store.answers["fetch_open_orders"] = [order()]
    account.stream._look()
    account.stream._look()
    account.store.answers["fetch_open_orders"] = [order(filled="1")]
    account.stream._look()

    told = [status for status, _ in account.sink.orders]
    assert told == [OrderStatus.ACCEPTED, OrderStatus.PARTIALLY_FILLED]


def test_what_was_executed_between_two_looks_is_told_with_its_order(account: Account) -> None:
    account.place()
    account.store.trades = [trade("1", NOW_MS - 30), trade("2", NOW_MS - 20)]
    account.store.answers["fetch_order"] = order(status="closed", filled="2")
    account.stream._look()
    account.stream._look()

    assert account.sink.orders == [
        (OrderStatus.FILLED, "1"),
        (OrderStatus.FILLED, "2"),
        (OrderStatus.FILLED, ""),
    ]
    assert any(isinstance(one, BalancesChanged) for one in account.sink.events)
    assert account.names.resting == ()


def test_an_order_that_ends_unexecuted_is_told(account: Account) -> None:
    account.place()
    account.store.answers["fetch_order"] = order(status="expired")
    account.stream._look()

    assert account.sink.orders == [(OrderStatus.EXPIRED, "")]


def test_an_order_that_is_not_yet_listed_is_looked_at_until_it_ends(account: Account) -> None:
    account.place()
    account.stream._look()
    account.store.answers["fetch_order"] = order(status="canceled")
    account.stream._look()
    account.stream._look()

    told = [status for status, _ in account.sink.orders]
    assert told == [OrderStatus.ACCEPTED, OrderStatus.CANCELLED]


def test_one_the_exchange_has_forgotten_is_left_alone(account: Account) -> None:
    account.place()
    account.store.trades = [trade("1", NOW_MS - 30)]
    account.store.answers["fetch_order"] = Told("gone", Outcome.ABSENT)
    account.stream._look()

    assert account.sink.orders == []
    assert account.names.resting == ()


def test_a_look_that_fails_is_made_up_for(account: Account) -> None:
    account.place()
    account.store.trades = [trade("1", NOW_MS - 30)]
    account.store.answers["fetch_order"] = NoAnswer("nothing came")
    with pytest.raises(NoAnswer):
        account.stream._look()
    account.store.answers["fetch_order"] = order(status="closed", filled="2")
    account.stream._look()

    assert account.sink.orders == [(OrderStatus.FILLED, "1"), (OrderStatus.FILLED, "")]


def test_three_failures_are_an_interruption_and_one_answer_ends_it(account: Account) -> None:
    for _ in range(5):
        account.stream._missed("no answer")
    account.stream._look()

    assert account.sink.told == ["connected", "lost: no answer", "connected"]


def test_foreign_executions_are_nobodys_event(account: Account) -> None:
    account.store.trades = [trade("1", NOW_MS - 30, order="99")]
    account.store.answers["fetch_order"] = Told("gone", Outcome.ABSENT)
    account.stream._look()

    assert account.sink.orders == []


def test_a_position_that_is_gone_is_told_as_none(account: Account) -> None:
    account.store.market_type = "swap"
    account.store.answers |= {"fetch_positions": [], "fetch_balance": {"free": {}, "used": {}}}
    account.stream._money()

    (event,) = account.sink.events
    assert isinstance(event, BalancesChanged)
    assert event.positions == {SYMBOL: Position(Decimal(0), Decimal(0))}


def test_even_what_nobody_foresaw_does_not_end_it(account: Account) -> None:
    looks = threading.Semaphore(0)

    def broken() -> None:
        looks.release()
        msg = "a bug"
        raise RuntimeError(msg)

    account.stream._look = broken  # type: ignore[method-assign]  # a bug, for once
    account.stream.start(cast("Any", account.sink))
    assert all(looks.acquire(timeout=5) for _ in range(4))
    account.stream.stop()

    assert account.sink.told[1] == "lost: the account cannot be read: RuntimeError"


@pytest.mark.parametrize(("left", "waits"), [(0.9, False), (0.2, True)])
def test_orders_hasten_a_look_while_there_is_plenty_left(
    account: Account, left: float, waits: bool
) -> None:
    vars(account.store)["gate"].headroom = left
    account.stream._headroom = left
    account.stream._every_s = 0.2
    account.names.moved.set()

    account.stream._pause(0.0)

    assert account.names.moved.is_set() is not waits
