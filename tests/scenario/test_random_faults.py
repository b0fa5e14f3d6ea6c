"""Faults composed at random, each seed one life of a bot with several deaths in it."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.execution import State
from realtrade.model.order import OrderStatus, OrderType, Side
from realtrade.plugins.ports.gateway import Outcome
from tests.common.live.disk import DiskJournal, Fuse
from tests.common.live.exchange import OPEN, SPOT, SWAP, Fault
from tests.scenario.bot import Bot, D
from tests.scenario.database_journal import DatabaseJournal
from tests.scenario.invariants import check
from tests.storage.postgres import PostgresServer, binaries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from realtrade.model.order import OrderIntent
    from realtrade.utils.clock import Clock

    JournalOf = Callable[[Clock, Fuse], Any]
    Journals = Callable[[str], JournalOf]

_OUTCOMES = [
    Outcome.UNKNOWN,
    Outcome.UNKNOWN,
    Outcome.NOT_SENT,
    Outcome.THROTTLED,
    Outcome.CLOCK,
    Outcome.REJECTED,
    Outcome.MARGIN,
]


class Life:
    """One seed: what happens, in which order, and what goes wrong meanwhile."""

    def __init__(self, seed: int, journal: JournalOf) -> None:
        self.random = Random(seed)  # noqa: S311  # chance to be repeated, not to be unguessable
        swap = self.random.random() < 0.5
        fees = "USDT" if swap else self.random.choice(["USDT", "BTC", "BNB"])
        self.bot = Bot(SWAP if swap else SPOT, journal, fee_currency=fees)
        self.acts: list[Callable[[], None]] = [
            self.buy,
            self.buy,
            self.rest,
            self.sell,
            self.bracket,
            self.cancel,
            self.execute,
            self.execute,
            self.end_there,
            self.silence,
            self.drop_events,
            self.hear_again,
            self.fail_placing,
            self.fail_placing,
            self.fail_cancels,
            self.fail_questions,
            self.skew,
            self.next_bar,
            self.wait,
            self.wait,
            self.die_soon,
        ]

    def live(self, steps: int = 25) -> Bot:
        for _ in range(steps):
            act = self.random.choice(self.acts)
            self.bot.alive(act)
            self.bot.alive(lambda: self.bot.run(self.random.choice([0, 0, 0.1, 1, 5])))
            check(self.bot.books(), self.bot.ledger(), settled=False)
        return self.bot

    # -- what a strategy does -----------------------------------------------------------------

    def buy(self) -> None:
        self.bot.place(self.bot.order(self.quantity()))

    def rest(self) -> None:
        self.bot.place(self.bot.order(self.quantity(), type=OrderType.LIMIT))

    def sell(self) -> None:
        symbol = self.bot.exchange.instrument.symbol
        held = self.bot.position(symbol).quantity
        if held > 0:
            quantity = min(held, D(self.quantity()))
            self.bot.place(self.bot.order(str(quantity), Side.SELL, reduce_only=True))

    def bracket(self) -> None:
        bot = self.bot
        kind = self.random.choice([OrderType.MARKET, OrderType.LIMIT])
        parent = bot.order(self.quantity(), type=kind)
        exits = [self.exit_of(parent, type=OrderType.STOP, stop_price=D(80))]
        if bot.exchange.instrument.may_short and self.random.random() < 0.7:
            exits.append(self.exit_of(parent, type=OrderType.LIMIT, limit_price=D(120)))
        bot.place(parent, *exits)

    def exit_of(self, parent: OrderIntent, **words: object) -> OrderIntent:
        return self.bot.order(
            str(parent.quantity),
            Side.SELL,
            parent_id=parent.client_order_id,
            reduce_only=True,
            **words,
        )

    def cancel(self) -> None:
        if self.bot.status:
            self.bot.venue.cancel(self.random.choice(list(self.bot.status)))

    def next_bar(self) -> None:
        self.bot.next_bar()

    def quantity(self) -> str:
        return self.random.choice(["1", "2", "0.5", "0.003"])

    # -- what an exchange does ----------------------------------------------------------------

    def open_there(self) -> list[str]:
        orders = self.bot.exchange.orders.items()
        return [name for name, order in orders if order.status in OPEN]

    def execute(self) -> None:
        names = self.open_there()
        if names:
            name = self.random.choice(names)
            order = self.bot.exchange.orders[name]
            left = order.quantity - order.filled
            part = left if self.random.random() < 0.5 else (left / 2).quantize(D("0.0001"))
            if part > 0:
                self.bot.exchange.fill(name, part, told=self.random.random() < 0.8)

    def end_there(self) -> None:
        names = self.open_there()
        if names:
            status = self.random.choice([OrderStatus.CANCELLED, OrderStatus.EXPIRED])
            self.bot.exchange.end(self.random.choice(names), status)

    # -- what goes wrong ----------------------------------------------------------------------

    def silence(self) -> None:
        if self.bot.exchange.silent:
            self.bot.regain_stream()
        else:
            self.bot.lose_stream()

    def drop_events(self) -> None:
        """Events are lost, and nobody says so."""
        self.bot.exchange.silent = not self.bot.exchange.silent

    def hear_again(self) -> None:
        if self.bot.exchange.orders:
            self.bot.repeat(self.random.choice(list(self.bot.exchange.orders)))

    def fail_placing(self) -> None:
        executed = self.random.random() < 0.5
        outcome = Outcome.UNKNOWN if executed else self.random.choice(_OUTCOMES)
        delay_s = self.random.choice([0, 0, 3, 12]) if outcome is Outcome.UNKNOWN else 0
        self.bot.exchange.faults.append(Fault(outcome, executed and not delay_s, delay_s=delay_s))

    def fail_cancels(self) -> None:
        executed = self.random.random() < 0.5
        self.bot.exchange.cancel_faults.append(Fault(executed=executed))

    def fail_questions(self) -> None:
        exchange = self.bot.exchange
        exchange.questions_fail = self.random.choice([1, 2, 5])
        for _ in range(self.random.choice([0, 1, 4])):
            outcome = self.random.choice([Outcome.UNKNOWN, Outcome.NOT_SENT, Outcome.THROTTLED])
            exchange.find_faults.append(Fault(outcome))

    def skew(self) -> None:
        self.bot.exchange.skew_ms = self.random.choice([0, 10_000, -10_000, 500])

    def wait(self) -> None:
        self.bot.run(self.random.choice([2, 10, 30, 90]))

    def die_soon(self) -> None:
        self.bot.fuse.left = self.random.randrange(40)


@contextmanager
def in_memory(folder: Path) -> Iterator[Journals]:
    """Keep journals as rows in this process: thousands of lives fit into minutes."""
    yield lambda name: lambda clock, fuse: DiskJournal(fuse)


@contextmanager
def in_files(folder: Path) -> Iterator[Journals]:
    """Keep each life's journal in a SQLite file of its own."""
    yield lambda name: partial(DatabaseJournal, f"sqlite:///{name}.db", name, folder)


@contextmanager
def on_a_server(folder: Path) -> Iterator[Journals]:
    """Keep all journals on one PostgreSQL server, each in a schema of its own."""
    with PostgresServer(binaries()) as server:
        yield lambda name: partial(DatabaseJournal, server.url, name, folder)


def live_through(seeds: Iterable[int], journals: Journals) -> None:
    for seed in seeds:
        bot = Life(seed, journals(f"life{seed}")).live()
        try:
            bot.settle()
        except AssertionError as error:
            msg = f"seed {seed}: {error}"
            raise AssertionError(msg) from error
        finally:
            bot.journal.close()
        assert bot.standing.state is State.LIVE, seed
        assert not bot.standing.limits, seed


@pytest.mark.soak
def test_whatever_happens_books_and_ledger_agree(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    with in_memory(tmp_path) as journals:
        live_through(range(request.config.getoption("--seeds")), journals)


@pytest.mark.soak
@pytest.mark.untraced
@pytest.mark.parametrize("kept", [in_files, on_a_server])
def test_whatever_happens_databases_and_ledger_agree(
    kept: Callable[[Path], AbstractContextManager[Journals]],
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:
    with kept(tmp_path) as journals:
        live_through(range(request.config.getoption("--database-seeds")), journals)
