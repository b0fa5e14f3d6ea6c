"""What a database's error means for whoever wanted to remember something."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Mapping

ERRORS = (sa.exc.SQLAlchemyError, sqlite3.Error, ValueError, OverflowError)
"""What reading or writing a database may raise; text that is no text is a `ValueError`."""


class Fault(NamedTuple):
    """What went wrong and what to do."""

    text: str
    lost: bool = False
    """The connection is gone: what was not committed is not there."""
    known: bool = True
    """False when this is but what the database said."""
    unsure: bool = False
    """Nobody can tell from here what is in the database and what is not."""


_SQLITE: Mapping[int, Fault] = {
    sqlite3.SQLITE_FULL: Fault("the disk is full: make room"),
    sqlite3.SQLITE_BUSY: Fault("another program keeps it locked: close that program"),
    sqlite3.SQLITE_LOCKED: Fault("another program keeps it locked: close that program"),
    sqlite3.SQLITE_READONLY: Fault("it may not be written: give this user the right to"),
    sqlite3.SQLITE_PERM: Fault("it may not be written: give this user the right to"),
    sqlite3.SQLITE_AUTH: Fault("it may not be written: give this user the right to"),
    sqlite3.SQLITE_CANTOPEN: Fault(
        "it cannot be opened: see that its folder is there and may be written"
    ),
    sqlite3.SQLITE_TOOBIG: Fault("a text is too long for it"),
    sqlite3.SQLITE_CORRUPT: Fault("it is damaged: restore a backup", unsure=True),
    sqlite3.SQLITE_NOTADB: Fault("it is damaged: restore a backup", unsure=True),
    sqlite3.SQLITE_IOERR: Fault(
        "the disk cannot be read or written: check it, then start again", unsure=True
    ),
}
_POSTGRES: Mapping[str, Fault] = {
    "53100": Fault("the server's disk is full: make room"),
    "25006": Fault("the server is read-only: name the one that takes writes"),
    "42501": Fault("its user lacks the right to: grant it"),
    "3D000": Fault("there is no such database: create it"),
    "28P01": Fault("the password is wrong"),
    "28000": Fault("this user may not connect: see the server's pg_hba.conf"),
    "55P03": Fault("another program keeps it locked: close that program"),
    "57014": Fault("the server took too long"),
    "53300": Fault("the server has too many connections"),
    "XX001": Fault("it is damaged: restore a backup", unsure=True),
    "XX002": Fault("it is damaged: restore a backup", unsure=True),
}


def fault_of(error: Exception, *, committing: bool = False) -> Fault:
    """Return what an error means; `committing` tells that it came in answer to a commit."""
    cause: Any = getattr(error, "orig", None) or error
    if isinstance(cause, sqlite3.Error):
        return _sqlite_fault(cause)
    lost = bool(getattr(error, "connection_invalidated", False))
    known = _POSTGRES.get(getattr(cause, "sqlstate", None) or "")
    if known is not None:
        return known._replace(lost=lost, unsure=known.unsure or (lost and committing))
    if lost:
        told = f"the connection to the server is lost: {_line(cause)}"
        return Fault(told, lost=True, unsure=committing)
    return Fault(_line(cause), known=False, unsure=committing)


def _sqlite_fault(error: sqlite3.Error) -> Fault:
    code = getattr(error, "sqlite_errorcode", None)
    known = None if code is None else _SQLITE.get(code & 0xFF)
    return known or Fault(_line(error), known=False)


def _line(error: BaseException) -> str:
    """Return the first line of what an error says; the rest repeats the statement."""
    return (str(error).splitlines() or [type(error).__name__])[0].strip()
