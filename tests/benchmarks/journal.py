"""What remembering an order costs: milliseconds a commit, median and 99th percentile.

    python tests/benchmarks/journal.py [--orders 500] [--home DIR]

Every commit waits for the disk: SQLite with synchronous=FULL, PostgreSQL with fsync on, in DIR. The
floor beside them is SQLite alone writing one row of the same length. Rounds of all of them take
turns, so that a busy machine slows each alike. An order waits for the first of its commits before
it is sent, and for no other.
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
from tests.storage.postgres import PostgresServer, binaries
from tests.storage.samples import a_fill, a_sending, an_intent

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.storage import SqlJournal

Times = defaultdict[tuple[str, str], list[float]]
BASE = "SQLite alone"


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

    timed(times, who, "intent, sending", decided)
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


def main() -> None:
    """Measure and print a table."""
    options = argparse.ArgumentParser(description="What remembering an order costs.")
    options.add_argument("--orders", type=int, default=500)
    options.add_argument("--home", type=Path, default=None, help="a folder on the disk to measure")
    asked = options.parse_args()
    times = measure(asked.orders, asked.home)
    print(f"{'':<14}{'commit of':<26}{'p50 ms':>8}{'p99 ms':>8}")  # noqa: T201 - for people
    for (who, what), all_of_it in times.items():
        took = sorted(all_of_it[len(all_of_it) // 10 :])  # the first few compile and allocate
        row = f"{who:<14}{what:<26}{took[len(took) // 2]:>8.2f}{took[len(took) * 99 // 100]:>8.2f}"
        print(row)  # noqa: T201 - for people


if __name__ == "__main__":
    main()
