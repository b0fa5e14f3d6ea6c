"""Results of a sweep, kept in a database as they come: a killed sweep goes on where it was."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_METADATA = sa.MetaData()
_STUDIES = sa.Table(
    "sweep_studies",
    _METADATA,
    sa.Column("name", sa.String(200), primary_key=True),
    sa.Column("identity", sa.Text, nullable=False),
)
_RESULTS = sa.Table(
    "sweep_results",
    _METADATA,
    sa.Column("study", sa.String(200), sa.ForeignKey("sweep_studies.name"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("part", sa.String(40), primary_key=True),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("content", sa.Text, nullable=False),
)


class StudyMismatch(Exception):
    """A study of this name was of something else; `differs` says in what."""

    def __init__(self, name: str, differs: Sequence[str]) -> None:
        super().__init__(f"the study '{name}' was of another {', another '.join(differs)}")
        self.differs = tuple(differs)


class StudyUnreachable(Exception):
    """The database cannot be opened, read or written."""


class StoredResult(NamedTuple):
    """One result: of trial `number`, on one part of history."""

    number: int
    part: str
    state: str
    content: Mapping[str, Any]
    """What JSON can hold."""


class StudyStore:
    """One study in a database; any that SQLAlchemy has a driver for.

    Written by one process, the sweep's own: a result that is there already is not replaced.
    """

    def __init__(self, url: str, name: str) -> None:
        """Name the database and the study; nothing is opened before the context is entered."""
        self._url = url
        self._name = name

    def __enter__(self) -> Self:
        """Connect, and make the tables unless they are there.

        Raises:
            StudyUnreachable: it cannot be opened.
        """
        try:
            self._engine = sa.create_engine(self._url)
            if self._engine.dialect.name == "sqlite":
                sa.event.listen(self._engine, "connect", _write_ahead)
            _METADATA.create_all(self._engine)
        except (sa.exc.SQLAlchemyError, ImportError) as error:
            raise _unreachable(error) from error
        return self

    def __exit__(self, *_: object) -> None:
        """Disconnect."""
        self._engine.dispose()

    def identify(self, identity: Mapping[str, Any]) -> None:
        """Make the study, or see that it is of the same.

        Raises:
            StudyMismatch: it is of something else.
        """
        row = sa.select(_STUDIES.c.identity).where(_STUDIES.c.name == self._name)
        with self._engine.begin() as connection:
            known = connection.execute(row).scalar()
            if known is None:
                values = {"name": self._name, "identity": json.dumps(identity)}
                connection.execute(sa.insert(_STUDIES), values)
                return
        before = json.loads(known)
        differs = [key for key, value in identity.items() if before.get(key) != value]
        if differs:
            raise StudyMismatch(self._name, differs)

    def results(self) -> list[StoredResult]:
        """Return every result there is, in the order of trials."""
        columns = (_RESULTS.c.number, _RESULTS.c.part, _RESULTS.c.state, _RESULTS.c.content)
        rows = sa.select(*columns).where(_RESULTS.c.study == self._name)
        with self._engine.begin() as connection:
            found = connection.execute(rows.order_by(_RESULTS.c.number, _RESULTS.c.part)).all()
        return [StoredResult(*row[:3], json.loads(row[3])) for row in found]

    def add(self, results: Iterable[StoredResult]) -> None:
        """Keep results, all or none; they are there whatever becomes of this process.

        Raises:
            StudyUnreachable: they cannot be written, or one is there already.
        """
        rows = [
            {
                "study": self._name,
                "number": one.number,
                "part": one.part,
                "state": one.state,
                "content": json.dumps(one.content),
            }
            for one in results
        ]
        try:
            with self._engine.begin() as connection:
                connection.execute(sa.insert(_RESULTS), rows)
        except sa.exc.IntegrityError as error:
            msg = f"another sweep is at work on the study '{self._name}' in this database"
            raise StudyUnreachable(msg) from error
        except sa.exc.SQLAlchemyError as error:
            raise _unreachable(error) from error


def _write_ahead(connection: Any, record: Any) -> None:
    """Make a commit to SQLite cheap and still safe from this process being killed."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")


def _unreachable(error: Exception) -> StudyUnreachable:
    cause = getattr(error, "orig", None) or error
    return StudyUnreachable(f"the study's database cannot be used: {cause}")
