"""Damages journals in every way files are damaged, and sees what becomes of each.

    python -m tests.storage.damage 5000

A journal that can be opened must recall all that was remembered; any other must be refused by name,
and refusing must leave its files as they were.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
import sys
import tempfile
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from realtrade.model.events import Event, EventType
from realtrade.model.order import OrderStatus, Position
from realtrade.plugins.ports.gateway import Outcome
from realtrade.plugins.ports.journal import JournalError
from tests.storage.samples import NOW_MS, a_fill, a_sending, an_intent, opened

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.storage import SqlJournal

DATABASE, WAL, MARK = "bot.db", "bot.db-wal", "bot.db.mark"
CONTENT = (DATABASE, WAL, MARK)


def remember_plenty(journal: SqlJournal, orders: int) -> None:
    """Write something into every table."""
    for number in range(orders):
        name = f"rt-{number}"
        journal.intent(an_intent(name, created_ms=number))
        journal.attempt(a_sending(name, outcome=Outcome.ACK, venue_order_id=str(number)))
        with journal.together():
            journal.fill(a_fill(f"t{number}", name))
            journal.position("BTC/USDT", Position(Decimal(number) / 2, Decimal(30_000)))
            journal.status(name, list(OrderStatus)[number % len(OrderStatus)])
            journal.risk({"orders": [f"{number}" * 20] * 20})
        journal.event(Event(EventType.ORDER_FILLED, NOW_MS, f"filled {name}"), ["phone"])
        journal.command("halt", str(number))
    journal.adjust("ETH/USDT", Position(), Position(Decimal(1), Decimal(2)), "a transfer")
    journal.cursor("fills:BTC/USDT", "17")
    journal.bar("btc_1h", orders - 5)
    journal.strategy({"n": 1})


def content(journal: SqlJournal) -> Any:
    """Return all that a journal answers with."""
    return journal.recall(), journal.undelivered()


@dataclass(frozen=True)
class Specimen:
    """The files of a journal as a process left them, and what it had remembered."""

    folder: Path
    content: Any


def closed(folder: Path) -> Specimen:
    """Return one that was closed as it should be."""
    journal = opened(folder / DATABASE)
    remember_plenty(journal, 60)
    remembered = content(journal)
    journal.close()
    return Specimen(folder, remembered)


def killed(folder: Path) -> Specimen:
    """Return one whose process was killed while its newest writes were in the -wal only."""
    living = folder / "living"
    journal = opened(living / DATABASE)
    remember_plenty(journal, 60)
    journal.close()
    journal = opened(living / DATABASE)
    for number in range(100, 130):
        journal.intent(an_intent(f"rt-{number}", created_ms=number))
    remembered = content(journal)
    for name in CONTENT:
        shutil.copy(living / name, folder / name)
    journal.close()
    return Specimen(folder, remembered)


# -- ways to be damaged ----------------------------------------------------------------------


def flip(path: Path, dice: random.Random) -> None:
    """Turn one bit around."""
    content = bytearray(path.read_bytes())
    content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
    path.write_bytes(content)


def truncate(path: Path, dice: random.Random) -> None:
    """Cut the end off."""
    with path.open("r+b") as file:
        file.truncate(dice.randrange(path.stat().st_size))


def blank(path: Path, dice: random.Random) -> None:
    """Lose a sector."""
    content = bytearray(path.read_bytes())
    start = dice.randrange(max(1, len(content) // 512)) * 512
    content[start : start + 512] = bytes(len(content[start : start + 512]))
    path.write_bytes(content)


def scramble(path: Path, dice: random.Random) -> None:
    """Write noise over a stretch."""
    content = bytearray(path.read_bytes())
    start, length = dice.randrange(len(content)), dice.randint(2, 5_000)
    content[start : start + length] = dice.randbytes(len(content[start : start + length]))
    path.write_bytes(content)


def without_a_table(path: Path, dice: random.Random) -> None:
    """Drop a table, as a person with a database browser would."""
    with closing(sqlite3.connect(path)) as connection:
        query = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
        names = [row[0] for row in connection.execute(query)]
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute(f'DROP TABLE "{dice.choice(names)}"')
        connection.commit()


def edited(path: Path, dice: random.Random) -> None:
    """Change a value by hand."""
    changes = (
        "UPDATE position SET quantity = '9'",
        "DELETE FROM 'order' WHERE status = 'filled'",
        "UPDATE 'order' SET status = 'lost' WHERE status = 'filled'",
        "UPDATE fill SET price = price || '0' WHERE trade_id = 't7'",
        "UPDATE meta SET value = '2' WHERE key = 'version'",
    )
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(dice.choice(changes))
        connection.commit()


def gone(path: Path, dice: random.Random) -> None:
    """Lose a file."""
    path.unlink()


WAYS: dict[str, tuple[str, Callable[[Path, random.Random], None]]] = {
    "flip": (DATABASE, flip),
    "flip again": (DATABASE, flip),
    "flip in wal": (WAL, flip),
    "flip in mark": (MARK, flip),
    "truncated": (DATABASE, truncate),
    "truncated wal": (WAL, truncate),
    "blank": (DATABASE, blank),
    "blank wal": (WAL, blank),
    "noise": (DATABASE, scramble),
    "noise in wal": (WAL, scramble),
    "no table": (DATABASE, without_a_table),
    "edited": (DATABASE, edited),
    "no database": (DATABASE, gone),
    "no wal": (WAL, gone),
}


def hashes(folder: Path) -> dict[str, bytes]:
    """Return what the files hold; the -shm is SQLite's scratch, and locks are no content."""
    return {name: (folder / name).read_bytes() for name in CONTENT if (folder / name).exists()}


def verdict(specimen: Specimen, folder: Path, seed: int) -> tuple[str, str]:
    """Damage a copy in `folder`; return in what way, and what became of it.

    Raises:
        AssertionError: it was opened and recalls something else, or refused and changed.
    """
    dice = random.Random(seed)  # noqa: S311 - the same damage for the same seed
    ways = [name for name, (file, _) in WAYS.items() if (specimen.folder / file).exists()]
    way = dice.choice(ways)
    for name in CONTENT:
        if (specimen.folder / name).exists():
            shutil.copy(specimen.folder / name, folder / name)
    file, damage = WAYS[way]
    damage(folder / file, dice)
    before = hashes(folder)
    journal, refusal = _tried(folder / DATABASE)
    if journal is None:
        assert hashes(folder) == before, f"seed {seed}, {way}: refused, and yet changed"
        assert str(folder) in str(refusal), f"seed {seed}, {way}: {refusal}"
        return way, type(refusal).__name__
    try:
        assert content(journal) == specimen.content, f"seed {seed}, {way}: started wrongly"
    finally:
        journal.close()
    return way, "opened"


def _tried(path: Path) -> tuple[SqlJournal | None, JournalError | None]:
    try:
        return opened(path), None
    except JournalError as error:
        return None, error


def main() -> None:
    """Damage as many as asked for, and print what became of them."""
    told: Counter[tuple[str, str]] = Counter()
    with tempfile.TemporaryDirectory() as home:
        folders = [Path(home) / name for name in ("closed", "killed")]
        for folder in folders:
            folder.mkdir()
        specimens = [closed(folders[0]), killed(folders[1])]
        for seed in range(int(sys.argv[1])):
            with tempfile.TemporaryDirectory(dir=home) as made:
                told[verdict(specimens[seed % 2], Path(made), seed)] += 1
    for (way, became), count in sorted(told.items()):
        print(f"{way:<16}{became:<18}{count:>6}")  # noqa: T201 - this is a program for people


if __name__ == "__main__":
    main()
