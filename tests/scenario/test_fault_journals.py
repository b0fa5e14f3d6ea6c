"""A journal that is lost, old, damaged, taken, full or read-only: nothing is sent without it."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from realtrade.model.order import OrderStatus, OrderType
from realtrade.plugins.ports.journal import JournalError
from realtrade.storage import AccountLocked, JournalBehind, JournalDamaged, open_journal
from tests.scenario.invariants import check

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.scenario.wire import WireBot

BOTH = pytest.mark.parametrize("market", ["spot", "swap"])


def traded(bot: WireBot) -> None:
    """Fill one order and rest another."""
    bot.until_over(bot.place(bot.order("0.5")))
    rests = bot.place(bot.order("1", type=OrderType.LIMIT))
    bot.until(lambda: bot.status[rests] is OrderStatus.ACCEPTED)


@contextmanager
def away(folder: Path) -> Iterator[Path]:
    """Keep a copy of the journal that is put back in the end, whatever was done to it."""
    kept = folder / "kept"
    kept.mkdir()
    for path in folder.glob("bot.db*"):
        shutil.copy2(path, kept)
    yield folder / "bot.db"
    for path in folder.glob("bot.db*"):
        path.unlink()
    for path in kept.glob("bot.db*"):
        shutil.copy2(path, folder)


def lose(path: Path) -> None:
    """Take the database away; what remembers beside it that there was one stays."""
    for name in ("bot.db", "bot.db-wal", "bot.db-shm"):
        (path.parent / name).unlink(missing_ok=True)


def truncate(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


def scribble(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("update intent set quantity = '5'")


@BOTH
@pytest.mark.parametrize(
    ("harm", "refusal"),
    [(lose, JournalBehind), (truncate, JournalDamaged), (scribble, JournalDamaged)],
)
def test_a_journal_that_is_not_what_was_written_keeps_the_bot_from_starting(
    bot: WireBot, harm: object, refusal: type[JournalError]
) -> None:
    traded(bot)
    bot.next_bar()
    bot.end()
    asked = len(bot.ledger().asked)

    with away(bot.folder) as path:
        assert callable(harm)
        harm(path)
        with pytest.raises(refusal):
            bot.begin()

    bot.begin()
    bot.moves = {}
    bot.settle()
    assert len(bot.ledger().asked) == asked


@BOTH
def test_an_older_copy_keeps_the_bot_from_starting(bot: WireBot) -> None:
    bot.until_over(bot.place(bot.order("0.5")))
    bot.end()
    older = bot.folder / "older"
    shutil.copytree(bot.folder, older)
    bot.begin()
    traded(bot)
    bot.next_bar()
    bot.end()

    with away(bot.folder) as path:
        lose(path)
        shutil.copy2(older / "bot.db", path)
        with pytest.raises(JournalBehind):
            bot.begin()

    bot.begin()
    bot.moves = {}
    bot.settle()


def test_a_second_bot_does_not_get_the_journal_and_harms_nothing(bot: WireBot) -> None:
    with pytest.raises(AccountLocked):
        open_journal(
            "sqlite:///bot.db",
            account=bot.gateway.account,
            bot="bot",
            folder=bot.folder,
            clock=bot.clock,
            locks=bot.folder,
        )

    traded(bot)
    bot.settle()


FULL = ("PRAGMA max_page_count = 1", "PRAGMA max_page_count = 1000000")
"""SQLite finds no page more, as when a disk is full: it lowers no count below what there is."""
READ_ONLY = ("PRAGMA query_only = ON", "PRAGMA query_only = OFF")


@BOTH
@pytest.mark.parametrize(("fails", "works"), [FULL, READ_ONLY], ids=["full", "read-only"])
def test_what_cannot_be_remembered_is_not_sent(bot: WireBot, fails: str, works: str) -> None:
    traded(bot)
    _tell(bot, fails)
    denied = bot.order("0.5", feed="x" * 100_000)

    with pytest.raises(JournalError):
        bot.place(denied)

    _tell(bot, works)
    bot.wait(0.2)
    assert denied.client_order_id not in bot.ledger().asked
    check(bot.books(), bot.ledger(), settled=False)
    del bot.kept.intents[denied.client_order_id]
    after = bot.place(bot.order("0.25"))
    assert bot.until_over(after) is OrderStatus.FILLED
    bot.settle()


def _tell(bot: WireBot, pragma: str) -> None:
    writer = bot.journal._writer
    with writer._lock:
        writer._connection.exec_driver_sql(pragma)
        writer._connection.rollback()
