"""SQLite as a journal: how a file is made, looked at without touching it, and opened to write."""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import sqlalchemy as sa

from realtrade.plugins.ports.journal import JournalError
from realtrade.storage.errors import JournalDamaged, JournalForeign

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

APPLICATION_ID = 0x72745F6A
"""Tells our files from other SQLite databases: `rt_j`."""
BUSY_MS = 5_000
_MAGIC = b"SQLite format 3\0"
_HEADER = 100
_WAL = b"\x02\x02"
_PRAGMAS = (
    f"busy_timeout={BUSY_MS}",
    "synchronous=FULL",
    "fullfsync=ON",
    "foreign_keys=ON",
    "trusted_schema=OFF",
    "cell_size_check=ON",
    "journal_size_limit=4194304",
)


def writing(path: Path) -> sa.Engine:
    """Return an engine whose connections commit to the disk itself before a commit returns."""
    return _engine(path, "mode=rw", (*_PRAGMAS, "journal_mode=WAL"))


def reading(path: Path) -> sa.Engine:
    """Return an engine that changes nothing, not even what a crash left to be finished."""
    wal = path.with_name(f"{path.name}-wal")
    how = "mode=ro" if wal.exists() and wal.stat().st_size else "mode=ro&immutable=1"
    return _engine(path, how, (f"busy_timeout={BUSY_MS}", "query_only=ON", "trusted_schema=OFF"))


def watching(path: Path) -> sa.Engine:
    """Return an engine that changes nothing and follows what another process writes."""
    return _engine(path, "mode=ro", (f"busy_timeout={BUSY_MS}", "query_only=ON"))


def _engine(path: Path, how: str, pragmas: tuple[str, ...]) -> sa.Engine:
    uri = f"file:{quote(str(path))}?{how}"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            uri, uri=True, isolation_level=None, check_same_thread=False, cached_statements=256
        )
        try:
            for pragma in pragmas:
                connection.execute(f"PRAGMA {pragma}")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    engine = sa.create_engine("sqlite://", creator=connect, poolclass=sa.pool.NullPool)
    begin = "BEGIN" if "mode=ro" in how else "BEGIN IMMEDIATE"
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def make(path: Path, fill: Callable[[sa.Connection], None]) -> None:
    """Make a database that is there whole or not at all, for this user's eyes only.

    Raises:
        OSError: the file cannot be made.
        sqlalchemy.exc.SQLAlchemyError: it cannot be filled.
    """
    part = path.with_name(f"{path.name}.new")
    for name in (part.name, f"{part.name}-wal", f"{part.name}-shm"):
        path.with_name(name).unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    engine = writing(part)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
        connection.commit()
        with connection.begin():
            fill(connection)
    engine.dispose()
    _flush(part)
    part.rename(path)
    _flush(path.parent)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def look(path: Path) -> None:
    """See from its first bytes that a file is a journal of ours.

    Raises:
        JournalForeign: it is something else.
        JournalDamaged: it is not whole.
        JournalError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER)
    except OSError as error:
        msg = f"the journal {path} cannot be read: {error.strerror}"
        raise JournalError(msg) from error
    if not header:
        msg = f"the journal {path} is damaged: the file is empty; restore a backup or remove it"
        raise JournalDamaged(msg)
    if len(header) < _HEADER or header[18:20] != _WAL:
        raise _foreign(path)
    if header[:16] != _MAGIC or int.from_bytes(header[68:72], "big") != APPLICATION_ID:
        raise _foreign(path)


def _foreign(path: Path) -> JournalForeign:
    msg = f"{path} is no journal of realtrade, or its beginning is damaged; name another file"
    return JournalForeign(msg)


def complaints(connection: sa.Connection) -> list[str]:
    """Return what SQLite finds wrong in the structure and the references of a database."""
    told: list[Any] = list(connection.exec_driver_sql("PRAGMA integrity_check(20)").scalars())
    found = [str(line) for line in told if line != "ok"]
    loose = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    return found + [f"a row of table {row[0]} refers to none of table {row[2]}" for row in loose]


def outline(connection: sa.Connection) -> list[str]:
    """Return everything that makes up the schema, as the file has it."""
    query = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name"
    return ["|".join(map(str, row)) for row in connection.exec_driver_sql(query)]
