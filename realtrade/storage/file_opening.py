"""Opening a journal that is a SQLite file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from realtrade.plugins.ports.journal import JournalError
from realtrade.storage import sqlite
from realtrade.storage.errors import JournalBehind
from realtrade.storage.faults import ERRORS, fault_of
from realtrade.storage.lock import FileLock
from realtrade.storage.mark import Mark
from realtrade.storage.migrate import migrate
from realtrade.storage.opened import Opened, check, fill_with_tables, reading

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import ExitStack

    import sqlalchemy as sa

    from realtrade.storage.meta import Meta
    from realtrade.storage.opened import Who
    from realtrade.storage.places import Place
    from realtrade.utils.clock import Clock


def open_file(place: Place, path: Path, who: Who, clock: Clock, stack: ExitStack) -> Opened:
    """Lock, make or check, and open a file; `stack` undoes each.

    Raises:
        JournalError: see `open_journal`.
    """
    lock = FileLock(beside(path, "lock")).acquire(what=f"the journal {path}", clock=clock)
    stack.callback(lock.release)
    mark = Mark(beside(path, "mark"))
    if not path.exists():
        _make(place, path, mark, who, clock)
    meta, seq = look_through(place, path, who)
    must_not_be_behind(place, seq, mark, mark.read())
    connection, seq = _writing(place, path, (meta, seq), clock, stack)
    return _marked(connection, seq, place, mark, stack)


def beside(path: Path, what: str) -> Path:
    """Return the name of a file that belongs to a journal."""
    return path.with_name(f"{path.name}.{what}")


def _make(place: Place, path: Path, mark: Mark, who: Who, clock: Clock) -> None:
    """Make a journal where there never was one."""
    left = path.with_name(f"{path.name}-wal")
    if left.exists() or mark.read():
        msg = (
            f"the journal {place} is gone, and {left if left.exists() else mark.path} tells that "
            f"there was one: put it back, or remove {path.name}-wal and {mark.path.name} to begin "
            "anew, and compare orders and positions with the exchange's"
        )
        raise JournalBehind(msg)
    try:
        sqlite.make(path, lambda made: fill_with_tables(made, who, clock, sqlite.outline))
    except OSError as error:
        msg = f"the journal {place} cannot be made: {error.strerror}"
        raise JournalError(msg) from error
    except ERRORS as error:
        msg = f"the journal {place} cannot be made: {fault_of(error).text}"
        raise JournalError(msg) from error


def look_through(place: Place, path: Path, who: Who) -> tuple[Meta, int]:
    """Check a file without changing it; return what it says of itself and its newest number.

    Raises:
        JournalError: see `check`.
    """
    sqlite.look(path)
    with reading(place), sqlite.reading(path).connect() as connection:
        return check(connection, place, who, complaints=sqlite.complaints, outline=sqlite.outline)


def must_not_be_behind(place: Place, seq: int, mark: Mark, remembered: int) -> None:
    """Refuse a journal whose newest writes are missing.

    Raises:
        JournalBehind: so they are.
    """
    if seq < remembered:
        msg = (
            f"the journal {place} is older than what was remembered here: it ends at write {seq}, "
            f"{mark.path.name} tells of {remembered}; put the newest back with its -wal, or remove "
            f"{mark.path} to go on with this one: every order is then compared with the exchange"
        )
        raise JournalBehind(msg)


def _writing(
    place: Place, path: Path, found: tuple[Meta, int], clock: Clock, stack: ExitStack
) -> tuple[sa.Connection, int]:
    """Return a connection that writes to a file that has passed, and the newest number."""
    meta, seq = found
    with reading(place):
        path.chmod(0o600)
        connection = sqlite.writing(path).connect()
        stack.callback(connection.close)
        with connection.begin():
            _, seq = migrate(
                connection, meta, seq=seq, clock=clock, place=place, outline=sqlite.outline
            )
    return connection, seq


def _marked(
    connection: sa.Connection, seq: int, place: Place, mark: Mark, stack: ExitStack
) -> Opened:
    try:
        mark.open()
    except OSError as error:
        msg = f"{mark.path} cannot be written: {error.strerror}"
        raise JournalError(msg) from error
    stack.callback(mark.close)
    mark.write(seq)
    return Opened(connection, seq, _still_there(place), mark.write)


def _still_there(place: Place) -> Callable[[], None]:
    """Return a check that the file written to is the one that a start would find."""
    path = Path(place.shown)
    there = path.stat()

    def see() -> None:
        try:
            now = path.stat()
        except OSError:
            now = None
        if now is None or (now.st_ino, now.st_dev) != (there.st_ino, there.st_dev):
            msg = (
                f"nothing was remembered in the journal {place}: the file was moved or removed "
                "while in use; put it back and start again"
            )
            raise JournalError(msg)

    return see
