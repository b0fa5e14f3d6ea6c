"""The database fails: disk full, locked, read-only, moved away, connection lost."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from realtrade.model.order import OrderStatus
from realtrade.plugins.ports.journal import JournalError
from realtrade.storage import open_journal
from realtrade.storage.faults import fault_of
from realtrade.utils.clock import ManualClock, SystemClock
from tests.storage.samples import a_fill, an_intent, opened

if TYPE_CHECKING:
    from realtrade.storage import SqlJournal
    from tests.storage.postgres import PostgresServer

ROOT = Path(__file__).parents[2]


def ids(journal: SqlJournal) -> list[str]:
    return [order.intent.client_order_id for order in journal.recall().orders]


def fill_the_disk(journal: SqlJournal) -> None:
    """Let SQLite find no page more, as it does when a disk is full."""
    connection = journal._writer._connection
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    connection.rollback()


def test_a_full_disk_is_told_and_trading_goes_on_once_there_is_room(path: Path) -> None:
    journal = opened(path)
    journal.intent(an_intent())
    fill_the_disk(journal)

    with pytest.raises(JournalError, match="the disk is full: make room"):
        journal.strategy({"n": "x" * 100_000})
    journal._writer._connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    journal._writer._connection.rollback()
    journal.intent(an_intent("rt-2"))

    assert ids(journal) == ["rt-1", "rt-2"]
    assert journal.recall().strategy is None
    journal.close()


def test_a_full_disk_undoes_the_whole_group(path: Path) -> None:
    journal = opened(path)
    journal.intent(an_intent())
    fill_the_disk(journal)

    def group() -> None:
        with journal.together():
            journal.fill(a_fill())
            journal.status("rt-1", OrderStatus.FILLED, "x" * 100_000)

    with pytest.raises(JournalError, match="the disk is full"):
        group()

    assert ids(journal) == ["rt-1"]
    assert journal.recall().seen == frozenset()
    journal.close()


def test_a_database_that_another_program_locks_is_told(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("realtrade.storage.sqlite._PRAGMAS", ("busy_timeout=50",))
    journal = opened(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(JournalError, match="another program keeps it locked"):
            journal.intent(an_intent())

        other.execute("ROLLBACK")
    journal.intent(an_intent())

    assert ids(journal) == ["rt-1"]
    journal.close()


def test_nothing_more_is_taken_by_a_file_that_was_moved_away(path: Path) -> None:
    journal = opened(path)
    path.rename(path.with_name("elsewhere.db"))

    with pytest.raises(JournalError, match="the file was moved or removed while in use"):
        journal.intent(an_intent())
    path.with_name("elsewhere.db").rename(path)
    journal.intent(an_intent())

    assert ids(journal) == ["rt-1"]
    journal.close()


GROWING = """
import resource, signal, sys
from pathlib import Path
from realtrade.plugins.ports.journal import JournalError
from tests.storage.samples import an_intent, opened
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
journal = opened(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))
try:
    for number in range(1_000):
        journal.intent(an_intent(f"rt-{number}", created_ms=number))
        print(number, flush=True)
except JournalError as error:
    print(error, flush=True)
"""


def test_what_was_acknowledged_before_a_real_disk_said_no_is_there(path: Path) -> None:
    command = [sys.executable, "-c", GROWING, str(path)]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    *acknowledged, told = done.stdout.splitlines()
    assert told.startswith(f"nothing was remembered in the journal {path}: ")
    assert len(acknowledged) > 10
    journal = opened(path)
    assert ids(journal)[: len(acknowledged)] == [f"rt-{number}" for number in acknowledged]
    journal.close()


def test_what_a_killed_start_left_is_no_obstacle(path: Path) -> None:
    for suffix in (".new", ".new-wal", ".new-shm"):
        path.with_name(f"bot.db{suffix}").write_bytes(b"half")

    journal = opened(path)

    assert sorted(found.name for found in path.parent.glob("*.new*")) == []
    journal.close()


def test_a_journal_that_cannot_be_made_is_told(path: Path) -> None:
    path.with_name("bot.db.new").mkdir()

    with pytest.raises(JournalError, match=r"bot\.db cannot be made: Is a directory"):
        opened(path)


def test_a_folder_in_the_place_of_a_journal_is_told(path: Path) -> None:
    path.mkdir()

    with pytest.raises(JournalError, match=r"bot\.db cannot be read: Is a directory"):
        opened(path)


class Failing:
    """A connection whose commits fail as told."""

    def __init__(self, connection: Any, error: Exception | type[BaseException]) -> None:
        self._connection, self._error = connection, error

    def commit(self) -> None:
        raise self._error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def failing_disk() -> Exception:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
    return sa.exc.OperationalError("COMMIT", None, error)


@pytest.mark.parametrize(
    ("error", "told"),
    [(failing_disk(), "the disk cannot be read or written"), (KeyboardInterrupt, "interrupted")],
)
def test_a_commit_of_which_nobody_knows_ends_all_writing_until_a_new_start(
    path: Path, error: Any, told: str
) -> None:
    journal = opened(path)
    journal.intent(an_intent())
    writer: Any = journal._writer
    writer._connection = Failing(writer._connection, error)
    with pytest.raises((JournalError, KeyboardInterrupt)):
        journal.intent(an_intent("rt-2"))
    writer._connection = writer._connection._connection

    with pytest.raises(JournalError, match=f"takes nothing more until .* started again: .*{told}"):
        journal.intent(an_intent("rt-3"))
    journal.close()

    again = opened(path)
    assert ids(again)[0] == "rt-1"
    again.close()


def test_a_read_only_journal_is_told(path: Path) -> None:
    journal = opened(path)
    connection = journal._writer._connection
    connection.exec_driver_sql("PRAGMA query_only = ON")
    connection.rollback()

    with pytest.raises(JournalError, match="it may not be written"):
        journal.intent(an_intent())
    journal.close()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("sqlite://", "a journal in memory remembers nothing"),
        ("sqlite:///:memory:", "a journal in memory remembers nothing"),
        ("sqlite:///x.db?mode=ro", "names a file and nothing more"),
        ("mysql://root:hunter2@host/db", "no journal can be kept in mysql"),
        ("hunter2", "the journal's URL cannot be read"),
        ("sqlite:////proc/none/bot.db", "cannot be made"),
        ("postgresql://bob:hunter2@127.0.0.1:1/db", "postgresql://127.0.0.1/db cannot be opened"),
        ("postgresql://bob@127.0.0.1:1/db?password=hunter2", "cannot be opened"),
    ],
)
def test_a_place_where_no_journal_can_be_is_told_without_its_password(
    tmp_path: Path, url: str, told: str
) -> None:
    given: Any = {"account": "a", "bot": "b", "folder": tmp_path, "locks": tmp_path}

    with pytest.raises(JournalError, match=told) as caught:
        open_journal(url, clock=ManualClock(), **given)

    assert "hunter2" not in str(caught.value) + str(caught.value.__cause__)


class TestLostConnection:
    def test_is_found_again_when_nothing_was_committed_meanwhile(
        self, server: PostgresServer, bot: str, tmp_path: Path
    ) -> None:
        journal = on_server(server, bot, tmp_path)
        journal.intent(an_intent())
        end_connection(server, bot)

        with pytest.raises(JournalError, match="nothing was remembered"):
            journal.intent(an_intent("rt-2"))
        journal.intent(an_intent("rt-2"))

        assert ids(journal) == ["rt-1", "rt-2"]
        journal.close()

    def test_is_found_again_when_the_server_has_crashed_and_is_back(
        self, server: PostgresServer, bot: str, tmp_path: Path
    ) -> None:
        journal = on_server(server, bot, tmp_path)
        journal.intent(an_intent())
        server.stop("immediate")
        try:
            for told in ("nothing was remembered", "cannot be opened: connection"):
                with pytest.raises(JournalError, match=told):
                    journal.intent(an_intent("rt-2"))
        finally:
            server.start()
        journal.intent(an_intent("rt-2"))

        assert ids(journal) == ["rt-1", "rt-2"]
        journal.close()

    def test_ends_all_writing_when_a_commit_was_done_and_not_answered(
        self, server: PostgresServer, bot: str, tmp_path: Path
    ) -> None:
        journal = on_server(server, bot, tmp_path)
        writer: Any = journal._writer
        connection = writer._connection

        class Unanswered(Failing):
            def commit(self) -> None:
                self._connection.commit()
                end_connection(server, bot)
                self._connection.exec_driver_sql("SELECT 1")

        writer._connection = Unanswered(connection, KeyError)
        with pytest.raises(JournalError, match="nothing was remembered"):
            journal.intent(an_intent())

        for _ in range(2):
            with pytest.raises(JournalError, match="more was committed than was acknowledged"):
                journal.intent(an_intent("rt-2"))
        journal.close()

        again = on_server(server, bot, tmp_path)
        assert ids(again) == ["rt-1"]
        again.close()


def on_server(server: PostgresServer, bot: str, folder: Path) -> SqlJournal:
    clock = SystemClock()
    return open_journal(server.url, account="a", bot=bot, folder=folder, clock=clock, locks=folder)


def end_connection(server: PostgresServer, bot: str) -> None:
    engine = sa.create_engine(server.url, poolclass=sa.pool.NullPool)
    query = sa.text(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        "WHERE application_name LIKE :name"
    )
    with engine.connect() as connection:
        assert connection.execute(query, {"name": f"realtrade {bot} %"}).scalar() is True


def test_what_is_not_known_is_told_as_the_database_says_it() -> None:
    fault = fault_of(sa.exc.ProgrammingError("SELECT", None, ValueError("no such\nmore")))

    assert (fault.text, fault.known, fault.lost, fault.unsure) == ("no such", False, False, False)
