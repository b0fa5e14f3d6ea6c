"""A journal for people to look into: nothing is locked or written, a bot may be running."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from realtrade.plugins.ports.journal import JournalError
from realtrade.storage import postgres, sqlite
from realtrade.storage.errors import JournalBehind, JournalDamaged, JournalForeign
from realtrade.storage.faults import ERRORS, fault_of
from realtrade.storage.file_opening import beside, must_not_be_behind
from realtrade.storage.mark import Mark
from realtrade.storage.meta import Meta, must_be_readable, read_meta
from realtrade.storage.opened import reading
from realtrade.storage.tables import METADATA, TABLES
from realtrade.storage.verify import contradictions, oddities, outline_damage, scan

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from realtrade.storage.places import Place

TABLE_NAMES = tuple(table.name for table in TABLES)


@dataclass(kw_only=True)
class Findings:
    """What looking through a journal came to."""

    place: str
    meta: Meta | None = None
    rows: dict[str, int] = field(default_factory=dict)
    damage: list[str] = field(default_factory=list)
    """What keeps a bot from starting."""
    odd: list[str] = field(default_factory=list)
    """What was written as it is, and yet somebody should look at."""


class JournalReader:
    """An open journal; every answer is of the moment it was opened."""

    def __init__(self, connection: sa.Connection, place: Place, bot: str) -> None:
        self._connection, self._place, self._bot = connection, place, bot
        # Read before anything else is: a bot that runs moves it on.
        self._mark = None if place.path is None else Mark(beside(place.path, "mark"))
        self._remembered = 0 if self._mark is None else self._mark.read()
        self.meta = read_meta(connection, place)
        must_be_readable(self.meta, place)

    def rows(self, name: str) -> list[dict[str, Any]]:
        """Return the rows of a table, in the order they were last written."""
        table = METADATA.tables[name]
        query = sa.select(table).order_by(table.c.seq)
        return [dict(row) for row in self._connection.execute(query).mappings()]

    def everything(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the rows of all tables with the tables' names, in the order of their writing."""
        found = [(name, row) for name in TABLE_NAMES for row in self.rows(name)]
        yield from sorted(found, key=lambda one: one[1]["seq"])

    def verify(self) -> Findings:
        """Check all that a start checks, and what it lets pass besides."""
        found = Findings(place=str(self._place), meta=self.meta)
        found.damage += self._structure()
        found.damage += outline_damage(self.meta, self._outline())
        if found.damage:
            return found
        scanned = scan(self._connection)
        found.rows = scanned.rows
        found.damage += [*scanned.damage, *contradictions(self._connection)]
        found.odd += oddities(self._connection)
        if self._mark is not None:
            must_not_be_behind(self._place, scanned.seq, self._mark, self._remembered)
        return found

    def _structure(self) -> Sequence[str]:
        return sqlite.complaints(self._connection) if self._place.path is not None else ()

    def _outline(self) -> Sequence[str]:
        if self._place.path is not None:
            return sqlite.outline(self._connection)
        return postgres.outline(self._connection, self._bot)


@contextmanager
def read_journal(place: Place, *, bot: str = "") -> Iterator[JournalReader]:
    """Open a journal to look into it.

    Args:
        place: see `place_of`.
        bot: whose it is; a PostgreSQL server has one journal a bot.

    Raises:
        JournalDamaged: it cannot be understood.
        JournalTooNew: a newer program wrote it.
        JournalError: there is none, or it cannot be reached.
    """
    with _connected(place, bot) as connection, reading(place):
        yield JournalReader(connection, place, bot)


@contextmanager
def _connected(place: Place, bot: str) -> Iterator[sa.Connection]:
    if place.path is not None:
        if not place.path.exists():
            msg = f"there is no journal {place}"
            raise JournalError(msg)
        sqlite.look(place.path)
        engine = sqlite.reading(place.path)
    else:
        assert place.url is not None  # noqa: S101 - a place is one or the other
        engine = postgres.engine_of(place.url, bot)
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    try:
        connection = engine.connect()
    except ERRORS as error:
        msg = f"the journal {place} cannot be opened: {fault_of(error).text}"
        raise JournalError(msg) from error
    with connection:
        if place.url is not None and not postgres.has_tables(connection, bot):
            msg = f"there is no journal of bot '{bot}' in {place}"
            raise JournalError(msg)
        yield connection


def verify_journal(place: Place, *, bot: str = "") -> Findings:
    """Return what is wrong with a journal, whatever it is.

    Raises:
        JournalError: there is none, or it cannot be reached.
    """
    try:
        with read_journal(place, bot=bot) as reader:
            return reader.verify()
    except (JournalDamaged, JournalBehind, JournalForeign) as error:
        return Findings(place=str(place), damage=[str(error)])
