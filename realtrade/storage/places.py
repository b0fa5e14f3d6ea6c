"""Where a journal is: read from a URL, told without its password."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import sqlalchemy as sa

from realtrade.plugins.ports.journal import JournalError

if TYPE_CHECKING:
    from pathlib import Path

_POSTGRES = frozenset({"postgres", "postgresql", "postgresql+psycopg"})
_SQLITE = frozenset({"sqlite", "sqlite+pysqlite"})


@dataclass(frozen=True, slots=True)
class Place:
    """One of `path` and `url` is there. Its text has no password in it."""

    shown: str
    path: Path | None = None
    url: sa.URL | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return self.shown


def place_of(url: str, folder: Path) -> Place:
    """Return where a journal is; relative paths start in `folder`.

    Raises:
        JournalError: no journal can be kept there.
    """
    try:
        read = sa.make_url(url)
    except sa.exc.ArgumentError:
        msg = "the journal's URL cannot be read: write sqlite:///state/bot.db or a postgresql URL"
        raise JournalError(msg) from None
    if read.drivername in _SQLITE:
        return _file(read, folder)
    if read.drivername in _POSTGRES:
        shown = f"postgresql://{read.host or read.query.get('host', '')}/{read.database or ''}"
        return Place(shown, url=read.set(drivername="postgresql+psycopg"))
    msg = f"no journal can be kept in {read.drivername}: SQLite and PostgreSQL can"
    raise JournalError(msg)


def _file(url: sa.URL, folder: Path) -> Place:
    if not url.database or url.database == ":memory:":
        msg = "a journal in memory remembers nothing: name a file, as in sqlite:///state/bot.db"
        raise JournalError(msg)
    if url.query or url.database.startswith("file:"):
        msg = "the URL of a SQLite journal names a file and nothing more: sqlite:///state/bot.db"
        raise JournalError(msg)
    path = folder / url.database
    return Place(str(path), path=path)
