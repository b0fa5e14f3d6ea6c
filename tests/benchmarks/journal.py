"""What remembering an order costs: milliseconds a commit, median and 99th percentile.

    python tests/benchmarks/journal.py [--orders 500] [--home DIR] [--bars 60]

Every commit waits for the disk: SQLite with synchronous=FULL, PostgreSQL with fsync on, in DIR. The
floor beside them is SQLite alone writing one row of the same length. Rounds of all of them take
turns, so that a busy machine slows each alike. An order waits for the first of its commits before
it is sent, and for no other: what share of the way from a frame to the order's bytes that is, is
told last, from a run of `live.py --orders` with one feed and a journal in SQLite, right behind.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
from collections import defaultdict
from contextlib import ExitStack, closing
from decimal import Decimal
from pathlib import Path
from time import perf_counter  # noqa: TID251 - this is a stopwatch
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[2]))

from realtrade.model.order import OrderStatus, Position
from realtrade.plugins.ports.gateway import Outcome
from realtrade.storage import open_journal
from realtrade.utils.clock import SystemClock
from tests.benchmarks import live, live_wire
from tests.storage.postgres import PostgresServer, binaries
from tests.storage.samples import a_fill, a_sending, an_intent

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.storage import SqlJournal

Times = defaultdict[tuple[str, str], list[float]]
BASE = "SQLite alone"
FIRST = "intent, sending"


def timed(times: Times, who: str, what: str, do: Callable[[], object]) -> None:
    """Do something and note how long it took."""
    begun = perf_counter()
    do()
    times[who, what].append((perf_counter() - begun) * 1e3)


def an_order(journal: SqlJournal, who: str, number: int, times: Times) -> None:
    """Write what one order that is executed at once leaves behind: four commits and the bar's."""
    name = f"rt-{number}"
    answer = a_sending(name, outcome=Outcome.ACK, venue_order_id=str(number))

    def decided() -> None:
        with journal.together():
            journal.intent(an_intent(name, created_ms=number))
            journal.attempt(a_sending(name))

    timed(times, who, FIRST, decided)
    timed(times, who, "answer", lambda: journal.attempt(answer))
    timed(times, who, "status", lambda: journal.status(name, OrderStatus.ACCEPTED))

    def booked() -> None:
        with journal.together():
            journal.fill(a_fill(f"t{number}", name))
            journal.position("BTC/USDT", Position(Decimal(number), Decimal(30_000)))
            journal.status(name, OrderStatus.FILLED)

    timed(times, who, "fill, position, status", booked)
    timed(times, who, "bar", lambda: journal.bar("btc_1h", number))


def alone(path: Path) -> Callable[[], object]:
    """Return what commits one row of 300 letters with nothing but SQLite."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("CREATE TABLE row (content TEXT)")
    return lambda: connection.execute("INSERT INTO row VALUES (?)", ("x" * 300,))


def measure(orders: int, home: Path) -> Times:
    """Return the times of every commit, by who and what."""
    times: Times = defaultdict(list)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=home)))
        server = stack.enter_context(PostgresServer(binaries(), durable=True))
        urls = {"SQLite": "sqlite:///bot.db", "PostgreSQL": server.url}
        journals = {
            who: stack.enter_context(
                closing(
                    open_journal(
                        url, account=who, bot="bench", folder=folder, clock=SystemClock(),
                        locks=folder,
                    )
                )
            )
            for who, url in urls.items()
        }  # fmt: skip
        floor = alone(folder / "alone.db")
        for number in range(orders):
            timed(times, BASE, "row", floor)
            for who, journal in journals.items():
                an_order(journal, who, number, times)
    return times


def quantiles(times: list[float]) -> tuple[float, float]:
    """Return p50 and p99."""
    took = sorted(times[len(times) // 10 :])  # the first few compile and allocate
    return took[len(took) // 2], took[len(took) * 99 // 100]


def shares(times: Times, bars: int) -> list[str]:
    """Return which part of the way from a frame to an order is the commit, for each journal."""
    p50_us, _, heard = live.order_turn("ours", live_wire.Load(feeds=1, noise=0, bars=bars))
    commits = {who: quantiles(took)[0] for (who, what), took in times.items() if what == FIRST}
    beside = p50_us / 1e3 - commits["SQLite"]
    told = [f"frame to order, p50: {p50_us / 1e3:.2f} ms; {heard:.0%} of bars were acted on"]
    for who, commit in commits.items():
        told.append(f"{who}: its first commit is {commit / (beside + commit):.0%} of that way")
    return told


def main() -> None:
    """Measure and print a table."""
    options = argparse.ArgumentParser(description="What remembering an order costs.")
    options.add_argument("--orders", type=int, default=500)
    options.add_argument("--home", type=Path, default=None, help="a folder on the disk to measure")
    options.add_argument("--bars", type=int, default=60, help="0: no share of the whole way")
    asked = options.parse_args()
    times = measure(asked.orders, asked.home)
    print(f"{'':<14}{'commit of':<26}{'p50 ms':>8}{'p99 ms':>8}")  # noqa: T201 - for people
    for (who, what), all_of_it in times.items():
        p50, p99 = quantiles(all_of_it)
        print(f"{who:<14}{what:<26}{p50:>8.2f}{p99:>8.2f}")  # noqa: T201 - for people
    for line in shares(times, asked.bars) if asked.bars else ():
        print(line)  # noqa: T201 - for people


if __name__ == "__main__":
    main()
